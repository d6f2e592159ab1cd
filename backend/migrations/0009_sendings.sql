-- Letters that somebody asked to be sent, each named by an idempotency key: what was asked and how it ended, so that
-- asking again sends nothing twice. Of a letter there is nothing here but two digests and the names that Microsoft gave.

create table sendings (
    account_id  text   not null references accounts (id) on delete cascade,
    key_hash    text   not null,           -- of the idempotency key
    letter_hash text   not null,           -- of the key and the letter: whether a second letter is the same; tells nobody who has not the key what it says
    run_id      text   not null,           -- who is at it, a new one for each: nobody else may have it sent
    stage       text   not null,           -- begun (nothing can have been sent), asked (it may have been), accepted, refused, unknown (the answer was lost)
    code        text,                      -- why it was refused; null otherwise
    message_id  text,                      -- Graph's name of the draft, which is that of the sent message too; null while there is none
    thread_id   text,                      -- Graph's name of its conversation; null with it
    lease_until bigint not null,           -- until then somebody is at it, by the database's clock; of no interest once it has ended
    created_at  bigint not null,
    primary key (account_id, key_hash)
);
create index sendings_by_age on sendings (created_at);
