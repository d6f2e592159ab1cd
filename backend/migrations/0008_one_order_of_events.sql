-- Events of the deployment stand in one order with those of accounts: whoever reads on from a position misses neither.

alter table deployment_events add column position bigint not null default 0; -- as in events.position

insert into counters (name, value)
select 'events', 0
where exists (select 1 from deployment_events)
  and not exists (select 1 from counters where name = 'events');

update deployment_events
set position = (select value from counters where name = 'events') + (
    select count(*)
    from deployment_events as before
    where before.created_at < deployment_events.created_at
       or (before.created_at = deployment_events.created_at and before.id <= deployment_events.id)
);

update counters
set value = value + (select count(*) from deployment_events)
where name = 'events';

create index deployment_events_by_position on deployment_events (position);
