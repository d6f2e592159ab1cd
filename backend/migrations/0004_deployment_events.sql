-- What happens to the deployment itself. Beside `events`, because those belong to an account and go with it.

create table deployment_events (
    id         text   not null primary key,
    subject    text   not null unique,    -- what is told once, whoever notices it first: a credential and how long before its end
    kind       text   not null,           -- credential.expiring, credential.expired
    payload    text   not null,           -- JSON; no secret
    created_at bigint not null
);
create index deployment_events_by_age on deployment_events (created_at);
