//! Webhooks: each try is one process's, nothing is lost whoever dies, and who fails is left alone.

use super::webhooks::{
    TAKEN, add, drained, end, facts, failed, kinds, leases_lapse, needs_user, spread, states, take,
    take_at, taken_at,
};
use super::world::{NOW, World, grant};
use crate::vault::id::OwnerId;
use crate::vault::webhooks::{DeliveryState, Disabled, Ended, TryEnd};

on_every_engine![
    a_try_is_one_process_s_and_two_of_a_webhook_at_once,
    who_slept_past_the_lease_records_nothing,
    a_clock_put_back_locks_no_delivery,
    events_of_an_account_begin_in_their_order,
    after_failures_it_rests_and_after_a_success_it_does_not,
    a_receiver_that_is_gone_ends_it_and_others_are_told,
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
    assert_eq!(end(world, &next, TAKEN, NOW).await, Ended::Recorded);
    assert_eq!(end(world, &next, failed(None), NOW).await, Ended::Overtaken);
    assert_eq!(states(world, id).await, [DeliveryState::Delivered]);
    assert_eq!(facts(world, id).await.failing_since, None);
}

/// F40
async fn a_clock_put_back_locks_no_delivery(world: &World) {
    let id = add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    let owner = OwnerId::new().unwrap();
    let hour_ahead = world.vault.take_delivery(id, owner, 3_600, NOW).await;
    assert!(hour_ahead.unwrap().is_some());
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
