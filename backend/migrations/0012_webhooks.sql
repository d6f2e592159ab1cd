-- Webhooks: addresses of the integrator's server that are told of events, and how far each telling came.

create table webhooks (
    id                     text   not null primary key,
    api_key_id             text,            -- as in api_keys.id: which key made it; null where the operator did. It outlives the key
    url                    text   not null,
    description            text   not null, -- the integrator's, to tell them apart
    event_types            text   not null, -- space separated; empty for all
    sealed_secret          text   not null, -- what signs, under a key derived from the key-encryption key
    sealed_previous_secret text,            -- signs too, while the receiver changes over
    previous_until         bigint,          -- until then; null with it
    position               bigint not null, -- as in events.position: up to here there are deliveries
    failures               bigint not null, -- tries in a row that failed
    failing_since          bigint,          -- when the first of these did; null while none has
    quiet_until            bigint not null, -- nobody tries before: it failed several times, or asks for patience
    disabled_at            bigint,          -- nobody tries any more; null while somebody does
    disabled_code          text,            -- why: gone, failing; null with it
    created_at             bigint not null
);

-- One event on its way to one webhook.
create table webhook_deliveries (
    webhook_id   text   not null references webhooks (id) on delete cascade,
    event_id     text   not null,           -- as in events.id; of a test, one of its own
    account_id   text   not null,           -- whose event it is; empty for one of the deployment
    position     bigint not null,           -- as in events.position; 0 for a test
    kind         text   not null,           -- account.connected, …
    data         text   not null,           -- JSON; no token, no address, no mail
    happened_at  bigint not null,
    state        text   not null,           -- waiting, delivered, given_up
    tries        bigint not null,           -- that have ended
    due_at       bigint not null,           -- when the next one may begin
    owner        text   not null,           -- the process that is or was at it; empty before
    fencing      bigint not null,           -- 1, 2, 3 … with each try that began: who was at an older one records nothing
    leased_until bigint not null,           -- until then somebody is at it, by the database's clock; 0 otherwise
    last_at      bigint,                    -- when the latest try ended; null before
    last_result  text,                      -- delivered, refused, no_answer, unsafe_address, …; null with it
    last_status  bigint,                    -- of HTTP, if there was an answer
    created_at   bigint not null,
    primary key (webhook_id, event_id)
);
create index webhook_deliveries_waiting on webhook_deliveries (webhook_id, position) where state = 'waiting';
create index webhook_deliveries_by_age on webhook_deliveries (created_at);
