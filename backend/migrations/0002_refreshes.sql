-- One refresh at a time for an account, over all processes, and what is known of one that broke off.
-- Times in these two tables are by the database's clock, so that processes need not agree on the time.

-- Who may ask for new tokens of an account. The row stays when the lease is given back, so that numbers never repeat.
create table refresh_leases (
    account_id text   not null primary key references accounts (id) on delete cascade,
    owner      text   not null,           -- the process that has or had it, a new id at each of its starts
    fencing    bigint not null,           -- 1, 2, 3 … with each lease of the account: tells an owner's old lease from its new one
    expires_at bigint not null            -- 0 once it was given back
);

-- A refresh that may have left for Microsoft and of which nobody has recorded the end. Written before the request.
create table refresh_intents (
    account_id    text   not null primary key references accounts (id) on delete cascade,
    refresh_id    text   not null,        -- the latest refresh, new for each
    grant_version bigint not null,        -- the tokens it uses; of no interest once those are replaced
    unanswered    bigint not null,        -- refreshes with these tokens whose answer nobody recorded, the latest included
    recovery      bigint not null,        -- 1 once the tokens before these were tried
    started_at    bigint not null         -- when the latest began
);
