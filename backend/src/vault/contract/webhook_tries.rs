//! Webhooks: each try is one process's, nothing is lost whoever dies, and who fails is left alone.

use super::webhooks::{
    TAKEN, add, carry_out, drained, end, facts, failed, kinds, leases_lapse, needs_user, spread,
    states, take, take_at, taken_at,
};
use super::world::{NOW, World, grant};
use crate::vault::id::OwnerId;
use crate::vault::webhooks::{DELIVERY_LEASE, DeliveryState, Disabled, Ended, TryEnd};

on_every_engine![
    a_try_is_one_process_s_and_two_of_a_webhook_at_once,
    who_slept_past_the_lease_records_nothing,
    a_clock_put_back_locks_no_delivery,
    a_lease_lasts_half_a_minute,
    a_number_given_twice_is_not_the_same_try,
    events_of_an_account_begin_in_their_order,
    nothing_overtakes_what_was_not_tried_or_is_tried_again,
    events_of_the_deployment_wait_for_none,
    after_failures_it_rests_and_after_a_success_it_does_not,
    a_receiver_that_is_gone_ends_it_and_others_are_told,
    two_tries_that_hear_of_it_at_once_tell_it_once,
    days_of_failing_end_it,
    what_is_given_up_stays_and_can_be_told_again,
];

/// D5, F63
async fn a_try_is_one_process_s_and_two_of_a_webhook_at_once(world: &World) {
    let id = add(world, "crm", &[]).await;
    for number in 0..5 {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    assert_eq!(spread(world).await, 5);
    let there = world.another_process().await;
    let mut asking = Vec::new();
    for number in 0..16 {
        let vault = [&world.vault, &there][number % 2].clone();
        asking.push(tokio::spawn(async move {
            take_at(&vault, id, NOW).await.unwrap()
        }));
    }
    let mut taken = Vec::new();
    for asked in asking {
        taken.extend(asked.await.unwrap());
    }
    assert_eq!(taken.len(), 2);
    assert_ne!(taken[0].event, taken[1].event);
    assert_eq!(end(world, &taken[0], TAKEN, NOW).await, Ended::Recorded);
    assert!(take(world, id).await.unwrap().is_some(), "one is over");
    assert!(take(world, id).await.unwrap().is_none());
}

/// F63: its id is the same for whoever comes after, and what the sleeper says then counts for nothing.
async fn who_slept_past_the_lease_records_nothing(world: &World) {
    let id = add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    let sleeper = taken_at(world, id, NOW).await;
    assert!(take(world, id).await.unwrap().is_none(), "its lease runs");
    leases_lapse(world).await;
    let next = taken_at(world, id, NOW).await;
    assert_eq!((next.event, next.tries), (sleeper.event, 0));
    assert_eq!(
        end(world, &sleeper, failed(None), NOW).await,
        Ended::Overtaken
    );
    let again = failed(Some(NOW));
    assert_eq!(end(world, &next, again, NOW).await, Ended::Recorded);
    assert_eq!(
        end(world, &next, again, NOW).await,
        Ended::Overtaken,
        "once"
    );
    let next = taken_at(world, id, NOW).await;
    assert_eq!(end(world, &next, TAKEN, NOW).await, Ended::Recorded);
    assert_eq!(end(world, &next, failed(None), NOW).await, Ended::Overtaken);
    assert_eq!(states(world, id).await, [DeliveryState::Delivered]);
    assert_eq!(facts(world, id).await.failing_since, None);
}

/// F63: also where the process itself took it again; no other name tells the two tries apart.
async fn a_lease_lasts_half_a_minute(world: &World) {
    let id = add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    let owner = OwnerId::new().unwrap();
    let mut taken = Vec::new();
    for (ahead, free) in [
        (0, true),
        (DELIVERY_LEASE - 10, false),
        (DELIVERY_LEASE + 1, true),
    ] {
        let delivery = world.vault.take_delivery(id, owner, ahead, NOW).await;
        let delivery = delivery.unwrap();
        assert_eq!(delivery.is_some(), free, "{ahead}");
        taken.extend(delivery);
    }
    let ended = end(world, &taken[0], failed(None), NOW).await;
    assert_eq!(ended, Ended::Overtaken);
    assert_eq!(end(world, &taken[1], TAKEN, NOW).await, Ended::Recorded);
}

/// F63: where the database was put back from a backup, numbers are given out a second time.
async fn a_number_given_twice_is_not_the_same_try(world: &World) {
    let id = add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    let sleeper = taken_at(world, id, NOW).await;
    leases_lapse(world).await;
    let next = taken_at(world, id, NOW).await;
    assert_eq!(next.event, sleeper.event);
    let again = "update webhook_deliveries set fencing = fencing - 1 where leased_until > 0";
    carry_out(world, again).await;
    let ended = end(world, &sleeper, failed(None), NOW).await;
    assert_eq!(ended, Ended::Overtaken);
    assert_eq!(states(world, id).await, [DeliveryState::Waiting]);
}

/// F40
async fn a_clock_put_back_locks_no_delivery(world: &World) {
    let id = add(world, "crm", &[]).await;
    for person in ["ada", "grace"] {
        world.connect(person, &grant("1")).await;
    }
    spread(world).await;
    let owner = OwnerId::new().unwrap();
    for _ in 0..2 {
        let hour_ahead = world.vault.take_delivery(id, owner, 3_600, NOW).await;
        assert!(hour_ahead.unwrap().is_some());
    }
    assert!(take(world, id).await.unwrap().is_some());
}

/// As long as deliveries succeed, an account's events arrive one after another; one that failed keeps no later one back.
async fn events_of_an_account_begin_in_their_order(world: &World) {
    let id = add(world, "crm", &[]).await;
    let ada = world.connect("ada", &grant("1")).await.id;
    needs_user(world, ada).await;
    let grace = world.connect("grace", &grant("1")).await.id;
    spread(world).await;
    let first = taken_at(world, id, NOW).await;
    let other = taken_at(world, id, NOW).await;
    assert!(first.data.contains(&ada.to_string()));
    assert!(other.data.contains(&grace.to_string()), "others go on");
    end(world, &other, TAKEN, NOW).await;
    assert!(
        take(world, id).await.unwrap().is_none(),
        "the first is under way"
    );
    end(world, &first, failed(Some(NOW.plus(60))), NOW).await;
    let second = taken_at(world, id, NOW).await;
    assert_eq!(second.kind, "account.needs_user");
    assert!(
        take_at(&world.vault, id, NOW.plus(59))
            .await
            .unwrap()
            .is_none()
    );
    let again = taken_at(world, id, NOW.plus(60)).await;
    assert_eq!((again.event, again.tries), (first.event, 1));
}

/// The first event of an account may not be due yet by the clock of whoever comes next, and may be at its second try.
async fn nothing_overtakes_what_was_not_tried_or_is_tried_again(world: &World) {
    let id = add(world, "crm", &[]).await;
    let ada = world.connect("ada", &grant("1")).await.id;
    let ahead = NOW.plus(60);
    assert_eq!(world.vault.spread_events(ahead).await.unwrap().made, 1);
    needs_user(world, ada).await;
    assert_eq!(spread(world).await, 1);
    assert!(take(world, id).await.unwrap().is_none());

    let first = taken_at(world, id, ahead).await;
    assert_eq!(first.kind, "account.connected");
    end(world, &first, failed(Some(ahead)), ahead).await;
    let again = taken_at(world, id, ahead).await;
    assert_eq!((again.event, again.tries), (first.event, 1));
    let next = take_at(&world.vault, id, ahead).await.unwrap();
    assert!(next.is_none(), "the first is under way once more");
    end(world, &again, TAKEN, ahead).await;
    assert_eq!(
        kinds(&drained(world, id, ahead).await),
        ["account.needs_user"]
    );
}

/// They belong to no account, so none of them keeps another back.
async fn events_of_the_deployment_wait_for_none(world: &World) {
    let id = add(world, "crm", &[]).await;
    for days in [60, 30] {
        let announced = world.vault.announce_end("secret", NOW.plus(1), days, NOW);
        assert!(announced.await.unwrap());
    }
    assert_eq!(spread(world).await, 2);
    let _first = taken_at(world, id, NOW).await;
    assert!(take(world, id).await.unwrap().is_some());
}

/// R154: the webhook rests, and what waits for it does not use up its tries.
async fn after_failures_it_rests_and_after_a_success_it_does_not(world: &World) {
    let id = add(world, "crm", &[]).await;
    for number in 0..8 {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    spread(world).await;
    for _ in 0..5 {
        let delivery = taken_at(world, id, NOW).await;
        end(world, &delivery, failed(Some(NOW.plus(5))), NOW).await;
    }
    assert!(world.vault.due_webhooks(NOW).await.unwrap().is_empty());
    assert!(take(world, id).await.unwrap().is_none());
    assert_eq!(facts(world, id).await.failing_since, Some(NOW));
    let later = NOW.plus(15);
    assert_eq!(world.vault.due_webhooks(later).await.unwrap(), [id]);
    let delivery = taken_at(world, id, later).await;
    end(world, &delivery, TAKEN, later).await;
    assert_eq!(drained(world, id, later).await.len(), 7);
    assert_eq!(facts(world, id).await.failing_since, None);
    let patience = TryEnd::Failed {
        result: "refused",
        status: Some(503),
        again_at: Some(later.plus(900)),
        quiet_until: Some(later.plus(900)),
    };
    for number in 8..10 {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    spread(world).await;
    let delivery = taken_at(world, id, later).await;
    end(world, &delivery, patience, later).await;
    assert!(
        take_at(&world.vault, id, later.plus(899))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(drained(world, id, later.plus(900)).await.len(), 2);
}

/// F61, R153: state and event by one commit.
async fn a_receiver_that_is_gone_ends_it_and_others_are_told(world: &World) {
    let (gone, other) = (
        add(world, "gone", &[]).await,
        add(world, "other", &[]).await,
    );
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    let delivery = taken_at(world, gone, NOW).await;
    let ended = end(world, &delivery, TryEnd::Gone, NOW).await;
    assert_eq!(ended, Ended::Disabled(Disabled::Gone));
    assert_eq!(
        facts(world, gone).await.disabled,
        Some((Disabled::Gone, NOW))
    );
    assert!(take(world, gone).await.unwrap().is_none());
    let due = world.vault.due_webhooks(NOW).await.unwrap();
    assert!(!due.contains(&gone), "nobody looks for work there");
    world.connect("grace", &grant("1")).await;
    spread(world).await;
    let told = drained(world, other, NOW).await;
    assert_eq!(
        kinds(&told),
        ["account.connected", "webhook.disabled", "account.connected"]
    );
    assert_eq!(
        facts(world, gone).await.waiting,
        1,
        "nothing more is made for it"
    );

    assert!(world.vault.enable_webhook(gone).await.unwrap());
    spread(world).await;
    let told = drained(world, gone, NOW).await;
    assert_eq!(
        kinds(&told),
        ["account.connected", "webhook.disabled", "account.connected"]
    );
}

/// F61: two tries of a webhook may be under way.
async fn two_tries_that_hear_of_it_at_once_tell_it_once(world: &World) {
    let id = add(world, "gone", &[]).await;
    for person in ["ada", "grace"] {
        world.connect(person, &grant("1")).await;
    }
    spread(world).await;
    let (one, other) = (
        taken_at(world, id, NOW).await,
        taken_at(world, id, NOW).await,
    );
    let ended = end(world, &one, TryEnd::Gone, NOW).await;
    assert_eq!(ended, Ended::Disabled(Disabled::Gone));
    let later = NOW.plus(1);
    let ended = end(world, &other, TryEnd::Gone, later).await;
    assert_eq!(ended, Ended::Recorded);
    assert_eq!(facts(world, id).await.disabled, Some((Disabled::Gone, NOW)));
    let told = world.vault.told_after(0, 10).await.unwrap();
    let told = told.iter().filter(|event| event.kind == "webhook.disabled");
    assert_eq!(told.count(), 1);
}

/// R154: five days in which nothing arrives.
async fn days_of_failing_end_it(world: &World) {
    let id = add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    for (day, ended) in [
        (0, Ended::Recorded),
        (2, Ended::Recorded),
        (4, Ended::Recorded),
        (5, Ended::Disabled(Disabled::Failing)),
    ] {
        let now = NOW.plus(day * 86_400);
        let delivery = taken_at(world, id, now).await;
        assert_eq!(
            end(world, &delivery, failed(Some(now)), now).await,
            ended,
            "{day}"
        );
    }
    let told = world.vault.told_after(0, 10).await.unwrap();
    assert_eq!(told.last().unwrap().kind, "webhook.disabled");
}

async fn what_is_given_up_stays_and_can_be_told_again(world: &World) {
    let id = add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    let delivery = taken_at(world, id, NOW).await;
    end(world, &delivery, failed(None), NOW).await;
    assert_eq!(states(world, id).await, [DeliveryState::GivenUp]);
    assert!(
        take_at(&world.vault, id, NOW.plus(86_400))
            .await
            .unwrap()
            .is_none()
    );
    let again = world.vault.redeliver_event(id, delivery.event, NOW).await;
    assert!(again.unwrap());
    let again = taken_at(world, id, NOW).await;
    assert_eq!((again.event, again.tries), (delivery.event, 0));
}
