//! The end of an attempt, for the frame that claims it.

use super::world::{NOW, World, attempt, grant};
use crate::clock::UnixTime;
use crate::vault::attempts::{AttemptEnd, NewAttempt};
use crate::vault::id::{BrowserDigest, ClaimDigest, StateDigest};

on_every_engine![
    an_end_waits_for_its_claimer_and_is_taken_once,
    of_fifty_claimers_one_gets_it,
    an_end_lapses_with_its_attempt,
    nothing_is_told_of_attempts_that_nobody_took,
];

fn claim() -> ClaimDigest {
    ClaimDigest::of("a frame's secret")
}

/// An attempt with this claim, taken.
async fn taken(world: &World) {
    let began = NewAttempt {
        claim: Some(claim()),
        ..attempt("a", "browser")
    };
    world.vault.begin_attempt(&began, NOW).await.unwrap();
    let (state, browser) = (StateDigest::of("state-a"), BrowserDigest::of("browser"));
    let attempt = world
        .vault
        .take_attempt(state, browser, began.kind, NOW)
        .await
        .unwrap();
    assert_eq!(attempt.claim, Some(claim()));
}

async fn claimed(world: &World, claim: ClaimDigest, now: UnixTime) -> Option<AttemptEnd> {
    world.vault.take_end(claim, now).await.unwrap()
}

async fn an_end_waits_for_its_claimer_and_is_taken_once(world: &World) {
    taken(world).await;
    assert_eq!(claimed(world, claim(), NOW).await, None, "too early");
    let ada = world.connect("ada", &grant("1")).await.id;
    let end = AttemptEnd::Connected(ada);
    world.vault.end_claimed(claim(), &end).await.unwrap();
    let other = AttemptEnd::Refused("{}".to_owned());
    world.vault.end_claimed(claim(), &other).await.unwrap();
    let stranger = ClaimDigest::of("another secret");
    assert_eq!(claimed(world, stranger, NOW).await, None);
    assert_eq!(
        claimed(world, claim(), NOW).await,
        Some(end),
        "the first end counts"
    );
    assert_eq!(claimed(world, claim(), NOW).await, None);
}

async fn of_fifty_claimers_one_gets_it(world: &World) {
    taken(world).await;
    let end = AttemptEnd::Refused("{\"status\":\"cancelled\"}".to_owned());
    world.vault.end_claimed(claim(), &end).await.unwrap();
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let vault = world.vault.clone();
            tokio::spawn(async move { vault.take_end(claim(), NOW).await.unwrap() })
        })
        .collect();
    let mut told = Vec::new();
    for one in asking {
        told.extend(one.await.unwrap());
    }
    assert_eq!(told, [end]);
}

/// R24
async fn an_end_lapses_with_its_attempt(world: &World) {
    taken(world).await;
    let end = AttemptEnd::Refused("{}".to_owned());
    world.vault.end_claimed(claim(), &end).await.unwrap();
    assert_eq!(claimed(world, claim(), NOW.plus(600)).await, None);
    assert_eq!(claimed(world, claim(), NOW.plus(599)).await, Some(end));
}

async fn nothing_is_told_of_attempts_that_nobody_took(world: &World) {
    let began = NewAttempt {
        claim: Some(claim()),
        ..attempt("a", "browser")
    };
    world.vault.begin_attempt(&began, NOW).await.unwrap();
    let end = AttemptEnd::Refused("{}".to_owned());
    world.vault.end_claimed(claim(), &end).await.unwrap();
    assert_eq!(claimed(world, claim(), NOW).await, None);
}
