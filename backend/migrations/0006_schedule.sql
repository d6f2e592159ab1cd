-- When tokens are replaced without anybody asking, who does it, and the order in which events were committed.

alter table grants add column ahead_at   bigint not null default 0; -- late in the life of the access token: when an account in use is due
alter table grants add column refresh_at bigint not null default 0; -- when the background replaces these tokens
alter table grants add column used_at    bigint not null default 0; -- when somebody last asked for an access token, roughly
alter table grants add column ends_at    bigint;                    -- when the grant ends whatever one does; null: not by itself
create index grants_by_refresh on grants (refresh_at);
create index grants_by_end on grants (ends_at);

-- Work that one process does for all that share the vault. Times by the database's clock.
create table duties (
    name       text   not null primary key,
    owner      text   not null,             -- the process that does it
    expires_at bigint not null              -- until then nobody else does
);

-- Numbers that are counted in the transaction of what they count.
create table counters (
    name  text   not null primary key,
    value bigint not null
);

-- 1, 2, 3 … over all accounts, in the order of the commits: who has read up to one has missed nothing before it.
alter table events add column position bigint not null default 0;
update events
set position = (
    select count(*)
    from events earlier
    where earlier.created_at < events.created_at
       or (earlier.created_at = events.created_at and earlier.id <= events.id)
);
create unique index events_by_position on events (position);
insert into counters (name, value)
select 'events', position from events order by position desc limit 1;
