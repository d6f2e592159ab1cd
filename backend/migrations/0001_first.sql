-- The vault's first tables. One text for SQLite and PostgreSQL.
-- Ids are UUIDs in hyphenated lower case. Times are unix seconds, UTC. Columns named sealed_… hold base64 of
-- format ‖ key id ‖ nonce ‖ ciphertext (XChaCha20-Poly1305), bound to table, column, row and key.
-- Columns named …_hash hold SHA-256 in 64 hexadecimal digits.

-- One mailbox connection. The row outlives a disconnect: a later sign-in of the same person finds its id again.
create table accounts (
    id                  text   not null primary key,
    tid                 text   not null,           -- tenant of the person, from the validated ID token
    oid                 text   not null,           -- object id of the person there; (tid, oid) is who it is
    sealed_display_name text,                      -- to show, never to decide by; null once disconnected
    sealed_address      text,                      -- to show, never to decide by; null once disconnected
    state               text   not null,           -- connected, expiring, needs_user, needs_admin, blocked_by_policy, disconnected
    state_since         bigint not null,
    state_code          text,                      -- which refusal led here; null in states that have none
    state_claims        text,                      -- claims challenge for the next sign-in; needs_user only
    reconnect_by        bigint,                    -- when an expiring account ends; expiring only
    grant_version       bigint not null,           -- grows with every change of tokens, a disconnect included, and never restarts:
                                                   -- what a writer must have seen to be allowed to write
    event_count         bigint not null,           -- sequence of the account's latest event
    created_at          bigint not null,
    unique (tid, oid)
);

-- The data key of an account: whoever destroys it destroys everything sealed for that account.
create table data_keys (
    id         text   not null primary key,        -- named inside every value sealed under it
    account_id text   not null unique references accounts (id) on delete cascade,
    kek_id     text   not null,                    -- fingerprint of the key-encryption key it is wrapped under
    wrapped    text   not null,                    -- base64 of AES-256 key wrap, RFC 3394
    created_at bigint not null
);
create index data_keys_by_kek on data_keys (kek_id); -- re-wrapping finds what is left, a key retires at zero

-- The tokens of a connected account. No row: no token.
create table grants (
    account_id                    text   not null primary key references accounts (id) on delete cascade,
    sealed_access_token           text   not null,
    sealed_refresh_token          text,            -- null when Microsoft gave none
    sealed_previous_refresh_token text,            -- the one before, for recovery after a lost answer
    previous_until                bigint,          -- when the one before is destroyed; null with it
    scope                         text   not null, -- as granted, space separated
    expires_at                    bigint not null, -- end of the access token
    obtained_at                   bigint not null, -- when these tokens were written
    unreadable_since              bigint           -- set when a sealed field did not open; the row stays
);
create index grants_by_previous_until on grants (previous_until);

-- One attempt to sign in, from its start until some time after its end.
create table attempts (
    id                   text   not null primary key,
    state_hash           text   not null unique,   -- a state is never used twice
    browser_hash         text   not null,          -- of the flow cookie: whose attempt it is
    position             bigint not null,          -- 1, 2, 3 … among the attempts of that browser: the oldest is dropped first
    kind                 text   not null,          -- connect, admin_consent: one cannot end as another
    code_challenge       text   not null unique,   -- a verifier is never used twice
    sealed_code_verifier text,                     -- server-driven only, under a key derived from the key-encryption key
    nonce_hash           text   not null unique,
    redirect_uri         text   not null,          -- byte for byte what the authorize URL carried
    scope                text   not null,          -- as asked, space separated
    tenant               text   not null,          -- tenant segment of the authority
    client_id            text   not null,
    return_to            text,                     -- path on our page, already checked
    created_at           bigint not null,
    expires_at           bigint not null,
    taken_at             bigint                    -- null while open; set by the one who may redeem
);
create index attempts_by_browser on attempts (browser_hash, position);
create index attempts_by_expiry on attempts (expires_at);

-- One browser that holds a handle.
create table sessions (
    id              text   not null primary key,
    handle_hash     text   not null unique,
    created_at      bigint not null,
    last_seen_at    bigint not null,
    idle_seconds    bigint not null,               -- how long it may stay unused
    idle_expires_at bigint not null,               -- last_seen_at + idle_seconds
    expires_at      bigint not null                -- absolute; nothing moves it
);
create index sessions_by_idle_expiry on sessions (idle_expires_at);
create index sessions_by_expiry on sessions (expires_at);

-- Which accounts a session may use.
create table session_accounts (
    session_id text   not null references sessions (id) on delete cascade,
    account_id text   not null references accounts (id) on delete cascade,
    expires_at bigint not null,                    -- sign-in of this account plus the absolute limit
    primary key (session_id, account_id)
);
create index session_accounts_by_account on session_accounts (account_id);

-- What the integrator will be told. Written in the transaction of the change it reports.
create table events (
    id         text   not null primary key,
    account_id text   not null references accounts (id) on delete cascade,
    sequence   bigint not null,                    -- 1, 2, 3 … for each account, without gaps
    kind       text   not null,                    -- account.connected, account.needs_user, …
    payload    text   not null,                    -- JSON; no token, no address, no mail
    created_at bigint not null,
    unique (account_id, sequence)
);
create index events_by_age on events (created_at);
