-- What is known of a refresh that has begun stands in the row of its lease: both are written by one statement, and so is its end.

alter table refresh_leases add column refresh_id    text;                      -- the latest refresh, new for each; null once its end was recorded
alter table refresh_leases add column grant_version bigint not null default 0; -- the tokens it uses; of no interest once those are replaced
alter table refresh_leases add column unanswered    bigint not null default 0; -- refreshes with these tokens whose answer nobody recorded, the latest included
alter table refresh_leases add column recovery      bigint not null default 0; -- 1 once the tokens before these were tried
alter table refresh_leases add column started_at    bigint not null default 0; -- when the latest began
update refresh_leases
set (refresh_id, grant_version, unanswered, recovery, started_at) = (
    select i.refresh_id, i.grant_version, i.unanswered, i.recovery, i.started_at
    from refresh_intents i
    where i.account_id = refresh_leases.account_id
)
where account_id in (select account_id from refresh_intents);
drop table refresh_intents;
-- A row of an account stays. Those that are looked for every minute are few.
create index open_refreshes on refresh_leases (started_at, account_id) where refresh_id is not null;
