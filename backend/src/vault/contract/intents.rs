//! Refreshes that broke off: nothing of them is forgotten, and nothing is tried twice.

use super::world::{INTENTS, KEY, NOW, World, grant};
use crate::vault::grants::GrantVersion;
use crate::vault::id::{AccountId, OwnerId};
use crate::vault::refreshes::{Answer, BeginRefresh, LEASE_LIFE, Lease};
use crate::vault::{KeyRing, Vault};

on_every_engine![
    an_intent_is_there_before_anything_is_sent,
    an_intent_is_found_once_its_leader_is_gone,
    an_answer_closes_the_intent_and_silence_does_not,
    what_was_not_answered_is_not_forgotten_over_what_was,
    one_recovery_is_tried_however_many_die,
    new_tokens_make_a_new_beginning,
    intents_of_accounts_that_ended_are_nobodys_work,
];

async fn lead(vault: &Vault, seen: (AccountId, GrantVersion), ahead: i64) -> Lease {
    let owner = OwnerId::new().unwrap();
    match vault.begin_refresh(seen.0, seen.1, owner, ahead).await {
        Ok(BeginRefresh::Lead(lease)) => lease,
        other => panic!("{other:?} instead of a lease"),
    }
}

async fn somebody(world: &World, name: &str) -> (AccountId, GrantVersion) {
    let id = world.connect(name, &grant("1")).await.id;
    (id, world.version(id).await)
}

/// Whose refreshes are to be taken up after so many seconds.
async fn open(world: &World, ahead: i64) -> Vec<AccountId> {
    let open = world.vault.open_intents(ahead, 100).await.unwrap();
    open.iter().map(|intent| intent.account).collect()
}

/// R86
async fn an_intent_is_there_before_anything_is_sent(world: &World) {
    let seen = somebody(world, "ada").await;
    let lease = lead(&world.vault, seen, 0).await;
    let id = seen.0.to_string();
    let written = world.raw("refresh_leases", "refresh_id", &id).await;
    assert_eq!(written, Some(lease.refresh().to_string()));
}

/// R86, F20: also for a process that was not there when it happened. A leader at work is left alone.
async fn an_intent_is_found_once_its_leader_is_gone(world: &World) {
    let (ada, grace) = (somebody(world, "ada").await, somebody(world, "grace").await);
    let died = lead(&world.vault, ada, 0).await;
    assert_eq!(open(world, 0).await, []);
    assert_eq!(
        open(world, -3_600).await,
        [ada.0],
        "F40: the clock was put back"
    );
    let working = lead(&world.vault, grace, LEASE_LIFE).await;
    assert_eq!(open(world, LEASE_LIFE).await, [ada.0]);

    let found = world.vault.open_intents(LEASE_LIFE, 1).await.unwrap();
    let found = found.first().unwrap();
    assert_eq!((found.account, found.version), ada);
    assert_eq!(found.refresh, died.refresh());
    assert_eq!(found.started_at, died.until().plus(-LEASE_LIFE));

    let taken_up = lead(&world.vault, ada, LEASE_LIFE).await;
    assert_eq!(taken_up.unanswered(), 1);
    assert_eq!(open(world, LEASE_LIFE).await, []);
    let answer = grant("2");
    for lease in [taken_up, working] {
        let renewed = world.vault.complete_refresh(&lease, &answer, NOW);
        renewed.await.unwrap();
    }
    assert_eq!(open(world, 2 * LEASE_LIFE).await, []);
    assert_eq!(world.count(INTENTS).await, 0);
}

/// F6, F7, F10
async fn an_answer_closes_the_intent_and_silence_does_not(world: &World) {
    let seen = somebody(world, "ada").await;
    for (answer, left) in [(Answer::NoTokens, vec![]), (Answer::Unknown, vec![seen.0])] {
        let lease = lead(&world.vault, seen, 0).await;
        assert_eq!(lease.unanswered(), 0);
        assert!(world.vault.abandon_refresh(&lease, answer).await.unwrap());
        assert_eq!(open(world, 0).await, left, "{answer:?}");
    }
    assert_eq!(lead(&world.vault, seen, 0).await.unanswered(), 1);
}

/// A 429 says nothing about the answer that was lost before it.
async fn what_was_not_answered_is_not_forgotten_over_what_was(world: &World) {
    let seen = somebody(world, "ada").await;
    let mut before = Vec::new();
    for answer in [
        Answer::Unknown,
        Answer::NoTokens,
        Answer::Unknown,
        Answer::NoTokens,
        Answer::NoTokens,
    ] {
        let lease = lead(&world.vault, seen, 0).await;
        before.push(lease.unanswered());
        world.vault.abandon_refresh(&lease, answer).await.unwrap();
    }
    assert_eq!(before, [0, 1, 1, 2, 2]);
    assert_eq!(open(world, 0).await, [seen.0]);
}

/// R90, F8
async fn one_recovery_is_tried_however_many_die(world: &World) {
    let seen = somebody(world, "ada").await;
    lead(&world.vault, seen, 0).await;
    let second = lead(&world.vault, seen, LEASE_LIFE).await;
    assert!(world.vault.begin_recovery(&second).await.unwrap());
    assert!(!world.vault.begin_recovery(&second).await.unwrap());
    let third = lead(&world.vault, seen, 2 * LEASE_LIFE).await;
    assert_eq!(third.unanswered(), 2);
    assert!(!world.vault.begin_recovery(&third).await.unwrap());
    assert!(!world.vault.begin_recovery(&second).await.unwrap());
}

async fn new_tokens_make_a_new_beginning(world: &World) {
    let seen = somebody(world, "ada").await;
    lead(&world.vault, seen, 0).await;
    let second = lead(&world.vault, seen, LEASE_LIFE).await;
    assert!(world.vault.begin_recovery(&second).await.unwrap());
    // By somebody who holds no lease, so the intent is there still.
    world.refresh(seen.0, seen.1, "2").await;
    assert_eq!(open(world, 2 * LEASE_LIFE).await, []);
    let now = (seen.0, world.version(seen.0).await);
    let fresh = lead(&world.vault, now, 2 * LEASE_LIFE).await;
    assert_eq!(fresh.unanswered(), 0);
    assert!(world.vault.begin_recovery(&fresh).await.unwrap());
}

async fn intents_of_accounts_that_ended_are_nobodys_work(world: &World) {
    let (ada, grace) = (somebody(world, "ada").await, somebody(world, "grace").await);
    for seen in [ada, grace] {
        lead(&world.vault, seen, 0).await;
    }
    assert_eq!(open(world, LEASE_LIFE).await.len(), 2);
    world.vault.disconnect(ada.0, NOW).await.unwrap();
    world.connect("grace", &grant("2")).await;
    assert_eq!(open(world, LEASE_LIFE).await, []);
    assert_eq!(world.count(INTENTS).await, 0);
}

/// F20: what a killed process leaves in its file is what the next one finds.
#[tokio::test]
async fn an_intent_outlives_its_process() {
    let world = World::in_a_file().await;
    let seen = somebody(&world, "ada").await;
    lead(&world.vault, seen, 0).await;
    world.vault.close().await;
    let keys = KeyRing::parse(KEY).unwrap();
    let next = Vault::open(&world.location, keys).await.unwrap();
    let open = next.open_intents(LEASE_LIFE, 10).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(lead(&next, seen, LEASE_LIFE).await.unanswered(), 1);
}
