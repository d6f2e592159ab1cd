-- An administrator is asked to agree for an organisation: once for an organisation and a set of permissions, whoever asks.
create table consent_requests (
    id          text   not null primary key,
    subject     text   not null unique, -- for whom and for what: what makes two requests one
    tenant      text,                   -- id of the organisation: known from an account or the settings, or proved since
    domain      text,                   -- the organisation that a visitor's hint or the integrator named; to compare, never to trust
    scope       text   not null,        -- as asked, space separated
    origin      text   not null,        -- needs_admin, turned_back, integrator: who asked first
    state       text   not null,        -- requested, granted, refused, unproven
    code        text,                   -- refused, unproven: why
    asked       bigint not null,        -- how often somebody was told that an administrator has to agree
    created_at  bigint not null,
    asked_at    bigint not null,        -- the last time
    expires_at  bigint not null,        -- a request that nobody answered by then is over
    state_since bigint not null
);
create index consent_requests_by_expiry on consent_requests (expires_at);
create index consent_requests_by_tenant on consent_requests (tenant);

-- What opens the page of a request. Each visitor has an address of their own; the request is the same.
create table consent_links (
    token_hash text   not null primary key,
    request_id text   not null references consent_requests (id) on delete cascade,
    created_at bigint not null
);
create index consent_links_by_request on consent_links (request_id);

-- An administrator's way is an attempt as well: bound to a browser, good once. It connects nothing.
alter table attempts add column consent_id text;  -- as in consent_requests.id
alter table attempts add column hint_domain text; -- the domain of a visitor's hints: where they are expected to be at home
