-- What one process tells the others that may hold copies. Rows live for a minute; a process asks every second for those
-- of the last quarter of a minute, so that none is missed whose transaction took a while to commit.
create table news (
    id      text   not null primary key,
    kind    text   not null,     -- account, session, every_session
    subject text   not null,     -- an account's id, a session's handle_hash, or empty
    at      bigint not null      -- by the database's clock
);
create index news_by_age on news (at);
