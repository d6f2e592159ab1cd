-- What the integrator's server does by program: its keys, and hosted links.

-- Who may ask by program. The key itself is shown once and stands nowhere.
create table api_keys (
    id            text   not null primary key,
    key_hash      text   not null unique,
    name          text   not null,     -- the operator's, to tell keys apart
    created_at    bigint not null,
    first_used_at bigint,
    revoked_at    bigint               -- null while it opens; its links end with it
);

-- One hosted link: whoever holds its token may begin to connect a mailbox for one user of the integrator.
create table links (
    id           text   not null primary key,
    token_hash   text   not null unique,
    api_key_id   text   not null references api_keys (id),
    kind         text   not null,      -- create, reconnect
    account_id   text,                 -- as in accounts.id: whose mailbox to reconnect; once connected, which it became
    user_hash    text   not null,      -- of this link's id and the integrator's own name for its user
    scope        text   not null,      -- as asked, space separated
    success_url  text   not null,      -- registered, byte for byte
    failure_url  text   not null,      -- registered, byte for byte
    starts       bigint not null,      -- how often somebody pressed its button
    created_at   bigint not null,
    expires_at   bigint not null,      -- from then on nobody may press it
    revoked_at   bigint,
    connected_at bigint                -- a link connects once
);
create index links_by_expiry on links (expires_at);
create index links_by_key on links (api_key_id);

-- A visitor who came back to a link: the code Microsoft gave waits here, sealed, until the integrator has confirmed who the
-- visitor is. It is sent to Microsoft once, by whoever takes it.
create table completions (
    id              text   not null primary key,
    link_id         text   not null references links (id) on delete cascade,
    completion_hash text   not null unique,  -- of the completion code that the visitor brought to the integrator
    state           text   not null,         -- parked, taken, connected, refused, dropped
    sealed_code     text,                    -- while parked, under a key derived from the key-encryption key
    sealed_verifier text,                    -- with it
    issuer          text,                    -- as the callback named it, if it did
    nonce_hash      text   not null,         -- as in the attempt, like the rest
    redirect_uri    text   not null,
    scope           text   not null,
    tenant          text   not null,
    client_id       text   not null,
    account_id      text,                    -- who has to have signed in; once connected, which account it became
    outcome         text,                    -- refused: how it ended, JSON without secret
    parked_at       bigint not null,
    expires_at      bigint not null,         -- until then it may be confirmed
    taken_at        bigint                   -- when the code left for Microsoft
);
create index completions_by_link on completions (link_id);
create index completions_by_expiry on completions (expires_at);

-- An attempt can belong to a link: its code is parked then, and no session comes of it.
alter table attempts add column link_id text; -- as in links.id
