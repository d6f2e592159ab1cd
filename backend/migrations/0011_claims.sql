-- A frame in another site's page sees neither the cookie nor the channel of the window in which its visitor signs in. It
-- claims the end of the attempt with a secret of its own.
alter table attempts add column claim_hash text;    -- of that secret; null where the browser's cookie does
alter table attempts add column ended_account text; -- as in accounts.id: this one was connected, and the claimer gets a session
alter table attempts add column ended_outcome text; -- or why not: JSON, no address, no token
alter table attempts add column claimed_at bigint;  -- when the end was taken; null until then
create unique index attempts_by_claim on attempts (claim_hash);
