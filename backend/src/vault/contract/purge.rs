//! What has had its time goes, in bounded batches.

use super::world::{LIMITS, NOW, World, attempt, grant};
use crate::vault::Purged;
use crate::vault::grants::RETENTION;
use crate::vault::id::HandleDigest;
use crate::vault::purge::EVENTS_KEPT;

on_every_engine![
    what_is_alive_stays,
    what_is_over_goes_in_batches,
    what_happened_long_ago_goes_in_batches,
    a_retained_refresh_token_is_destroyed
];

async fn what_is_alive_stays(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    world.connect("ada", &grant("2")).await;
    world
        .vault
        .open_session(HandleDigest::of("handle"), ada, LIMITS, NOW)
        .await
        .unwrap();
    world
        .vault
        .begin_attempt(&attempt("a", "browser"), NOW)
        .await
        .unwrap();
    let purged = world
        .vault
        .purge_expired(NOW.plus(RETENTION - 1), 100)
        .await
        .unwrap();
    assert_eq!(purged, Purged::default());
    assert!(
        world
            .vault
            .tokens(ada, NOW)
            .await
            .unwrap()
            .unwrap()
            .previous_refresh_token
            .is_some()
    );
}

/// D11, F66
async fn what_is_over_goes_in_batches(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    for number in 0..25 {
        let name = number.to_string();
        world
            .vault
            .begin_attempt(&attempt(&name, &name), NOW)
            .await
            .unwrap();
        world
            .vault
            .open_session(HandleDigest::of(&name), ada, LIMITS, NOW)
            .await
            .unwrap();
    }
    let later = NOW.plus(2 * 86_400);
    let mut rounds = Vec::new();
    for _ in 0..4 {
        let purged = world.vault.purge_expired(later, 10).await.unwrap();
        rounds.push((purged.attempts, purged.sessions));
    }
    assert_eq!(rounds, [(10, 10), (10, 10), (5, 5), (0, 0)]);
    for table in ["attempts", "sessions", "session_accounts"] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
    assert!(
        world.vault.tokens(ada, later).await.unwrap().is_some(),
        "an account does not lapse"
    );
}

/// D11: the outbox. What is left goes on being read in order, and nothing is counted anew.
async fn what_happened_long_ago_goes_in_batches(world: &World) {
    for number in 0..25 {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    world
        .vault
        .announce_ended("secret 1", "mark", NOW)
        .await
        .unwrap();
    let later = NOW.plus(EVENTS_KEPT);
    assert_eq!(
        world.vault.purge_expired(later, 10).await.unwrap().events,
        0
    );
    let mut rounds = Vec::new();
    for _ in 0..4 {
        let purged = world.vault.purge_expired(later.plus(1), 10).await.unwrap();
        rounds.push(purged.events);
        let left = world.vault.told_after(0, 100).await.unwrap();
        let positions: Vec<_> = left.iter().map(|event| event.position).collect();
        let first = 26 - i64::try_from(left.len()).unwrap() + 1;
        assert_eq!(positions, (first..=26).collect::<Vec<_>>());
    }
    assert_eq!(rounds, [10, 10, 5, 0]);
    world.connect("one more", &grant("1")).await;
    let left = world.vault.told_after(0, 100).await.unwrap();
    let positions = left.iter().map(|event| event.position);
    assert_eq!(
        positions.collect::<Vec<_>>(),
        [26, 27],
        "the deployment's stay"
    );
}

/// R91: when its time is over it is not only withheld but gone.
async fn a_retained_refresh_token_is_destroyed(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    world.connect("ada", &grant("2")).await;
    assert_eq!(
        world
            .count("grants where sealed_previous_refresh_token is not null")
            .await,
        1
    );
    let purged = world
        .vault
        .purge_expired(NOW.plus(RETENTION), 10)
        .await
        .unwrap();
    assert_eq!(purged.refresh_tokens, 1);
    assert_eq!(
        world
            .count("grants where sealed_previous_refresh_token is not null")
            .await,
        0
    );
    let tokens = world.vault.tokens(ada, NOW).await.unwrap().unwrap();
    assert_eq!(tokens.refresh_token, grant("2").refresh_token);
}
