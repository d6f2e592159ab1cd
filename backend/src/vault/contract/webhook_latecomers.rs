//! Webhooks and whoever comes late: processes that have seen how it was, receivers that ask for the same once more.

use super::webhooks::{add, drained, end, facts, failed, needs_user, spread, take_at, taken_at};
use super::world::{NOW, World, grant};
use crate::vault::webhooks::{Ended, TryEnd};

on_every_engine![
    who_comes_late_moves_no_webhook_back,
    a_disabled_webhook_is_given_nothing_by_whoever_comes_late,
    what_is_asked_for_again_is_what_was_told,
    patience_that_was_asked_for_is_not_cut_short,
];

/// R153: a process that has seen an older position. What was told and forgotten would be told once more.
async fn who_comes_late_moves_no_webhook_back(world: &World) {
    add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    let seen = world.vault.behind().await.unwrap();
    let events = world.vault.told_after(0, 10).await.unwrap();
    world.connect("grace", &grant("1")).await;
    assert_eq!(spread(world).await, 2);
    let late = world.vault.spread_to(&seen[0], &events, NOW).await;
    assert_eq!(late.unwrap(), 0);
    assert!(world.vault.behind().await.unwrap().is_empty());
}

/// F61: and nobody looks for events of its any more.
async fn a_disabled_webhook_is_given_nothing_by_whoever_comes_late(world: &World) {
    let id = add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    world.connect("grace", &grant("1")).await;
    let seen = world.vault.behind().await.unwrap();
    let events = world.vault.told_after(0, 10).await.unwrap();
    let delivery = taken_at(world, id, NOW).await;
    end(world, &delivery, TryEnd::Gone, NOW).await;
    assert!(world.vault.behind().await.unwrap().is_empty());
    let late = world.vault.spread_to(&seen[0], &events, NOW).await;
    assert_eq!((late.unwrap(), spread(world).await), (0, 0));
    assert_eq!(facts(world, id).await.waiting, 1);
}

/// What has not been told yet comes by itself, and what nobody asked for does not come.
async fn what_is_asked_for_again_is_what_was_told(world: &World) {
    let all = add(world, "all", &[]).await;
    let some = add(world, "some", &["account.needs_user"]).await;
    let ada = world.connect("ada", &grant("1")).await.id;
    spread(world).await;
    assert_eq!(drained(world, all, NOW).await.len(), 1);
    needs_user(world, ada).await;
    let again = async |id| world.vault.redeliver_since(id, NOW, NOW).await.unwrap();
    assert_eq!((again(all).await, again(some).await), (1, 0));
    spread(world).await;
    assert_eq!((again(all).await, again(some).await), (2, 1));
}

/// R154: by a try that was under way when another heard of it.
async fn patience_that_was_asked_for_is_not_cut_short(world: &World) {
    let id = add(world, "crm", &[]).await;
    for person in ["ada", "grace"] {
        world.connect(person, &grant("1")).await;
    }
    spread(world).await;
    let (one, other) = (
        taken_at(world, id, NOW).await,
        taken_at(world, id, NOW).await,
    );
    let until = NOW.plus(900);
    let busy = TryEnd::Failed {
        result: "refused",
        status: Some(429),
        again_at: Some(until),
        quiet_until: Some(until),
    };
    end(world, &one, busy, NOW).await;
    let ended = end(world, &other, failed(Some(NOW)), NOW).await;
    assert_eq!(ended, Ended::Recorded);
    let before = take_at(&world.vault, id, until.plus(-1)).await.unwrap();
    assert!(before.is_none());
    assert_eq!(drained(world, id, until).await.len(), 2);
}
