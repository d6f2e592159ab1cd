-- An attempt can be for one account and no other: to sign in again, or to be granted more.
alter table attempts add column account_id text; -- as in accounts.id; null when whoever signs in is welcome
