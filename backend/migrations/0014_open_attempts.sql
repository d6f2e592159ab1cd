-- Every beginning counts the open attempts (D4): from the index alone, and past none of those that were taken.
create index open_attempts on attempts (expires_at, taken_at) where taken_at is null;
