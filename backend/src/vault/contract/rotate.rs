//! A new key-encryption key: everything comes under it while everybody goes on working.

use std::collections::BTreeMap;

use super::world::{KEY, NOW, World, attempt, grant, polled_at_most, verifier};
use super::{links, webhooks};
use crate::vault::attempts::{AttemptKind, NewAttempt, Proof};
use crate::vault::id::{AccountId, BrowserDigest, StateDigest};
use crate::vault::{KeyRing, OpenError, Progress, SealError, VaultError};

on_every_engine![
    a_new_key_takes_over_step_by_step,
    a_rotation_may_be_stopped_anywhere,
    everybody_reads_and_connects_during_a_rotation,
    a_key_in_use_cannot_be_taken_away,
    a_process_without_the_new_key_says_so_and_learns_it,
    a_process_with_a_key_file_reads_it_again_by_itself,
    what_does_not_open_is_left_as_it_is,
];

const NEW: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

fn ring(text: &str) -> KeyRing {
    KeyRing::parse(text).unwrap()
}

fn both() -> KeyRing {
    ring(&format!("{NEW}\n{KEY}"))
}

fn id(text: &str) -> String {
    ring(text).current_id().to_string()
}

async fn people(world: &World, count: usize) -> Vec<AccountId> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(world.connect(&number.to_string(), &grant("1")).await.id);
    }
    ids
}

async fn opens(world: &World, id: AccountId) -> bool {
    let tokens = world.vault.tokens(id, NOW).await;
    let profile = world.vault.account(id).await;
    tokens.is_ok_and(|tokens| tokens.is_some()) && profile.is_ok_and(|account| account.is_some())
}

/// R120: both readable, re-wrapped, then the old one may go.
async fn a_new_key_takes_over_step_by_step(world: &World) {
    let ids = people(world, 5).await;
    let began = NewAttempt {
        proof: Proof::Server(verifier("a")),
        ..attempt("a", "browser")
    };
    world.vault.begin_attempt(&began, NOW).await.unwrap();
    let link = links::link(world, "token").await;
    links::park(world, link, "parked").await;
    let webhook = webhooks::rotated(world, "crm").await;
    let secrets = webhooks::take(world, webhook)
        .await
        .unwrap()
        .unwrap()
        .secrets;
    world.vault.reload_keys(both()).await.unwrap();
    let first = ids[0].to_string();
    let before = world.raw("grants", "sealed_access_token", &first).await;
    assert_eq!(
        world.vault.key_uses().await.unwrap(),
        BTreeMap::from([(id(KEY), 10)])
    );

    let mut told = Vec::new();
    let rotated = world.vault.rotate(|step| told.push(step)).await.unwrap();
    assert_eq!((rotated.data_keys, rotated.without_account), (5, 5));
    assert!(rotated.left_behind.is_empty());
    assert_eq!(told, [Progress { done: 5, total: 5 }]);
    assert_eq!(
        world.vault.key_uses().await.unwrap(),
        BTreeMap::from([(id(NEW), 10)])
    );
    let after = world.raw("grants", "sealed_access_token", &first).await;
    assert_eq!(after, before, "what the data key seals stays");

    let again = world.vault.rotate(|step| told.push(step)).await.unwrap();
    assert_eq!((again.data_keys, again.without_account), (0, 0));
    assert_eq!(told.len(), 1, "nothing to do, nothing to tell");

    world.vault.reload_keys(ring(NEW)).await.unwrap();
    for id in ids {
        assert!(opens(world, id).await);
    }
    let (state, browser) = (StateDigest::of("state-a"), BrowserDigest::of("browser"));
    let taken = world
        .vault
        .take_attempt(state, browser, AttemptKind::Connect, NOW);
    assert_eq!(taken.await.unwrap().proof, began.proof);
    assert!(links::take(world, link, "parked").await.is_ok());
    let taken = webhooks::take(world, webhook).await.unwrap().unwrap();
    assert_eq!(taken.secrets, secrets);
}

/// F25: at every instant every row opens, and the next run does the rest.
async fn a_rotation_may_be_stopped_anywhere(world: &World) {
    let ids = people(world, 3).await;
    let mut ended = 0;
    for patience in 0..60 {
        let keys = if patience % 2 == 0 {
            both()
        } else {
            ring(&format!("{KEY}\n{NEW}"))
        };
        world.vault.reload_keys(keys).await.unwrap();
        ended += i64::from(polled_at_most(patience, world.vault.rotate(|_| ())).await);
        for id in &ids {
            assert!(opens(world, *id).await, "stopped after {patience} steps");
        }
    }
    assert!((1..60).contains(&ended), "{ended} came to their end");
    world.vault.reload_keys(both()).await.unwrap();
    world.vault.rotate(|_| ()).await.unwrap();
    assert_eq!(
        world.vault.key_uses().await.unwrap(),
        BTreeMap::from([(id(NEW), 3)])
    );
}

/// R120: online. 450 accounts are three batches.
async fn everybody_reads_and_connects_during_a_rotation(world: &World) {
    let ids = people(world, 450).await;
    world.vault.reload_keys(both()).await.unwrap();
    let vault = world.vault.clone();
    let rotation = tokio::spawn(async move { vault.rotate(|_| ()).await });
    for (index, id) in ids.iter().enumerate().step_by(15) {
        assert!(opens(world, *id).await);
        let again = world.connect(&index.to_string(), &grant("2")).await;
        assert_eq!(again.id, *id);
    }
    let newcomer = world.connect("grace", &grant("1")).await.id;
    let rotated = rotation.await.unwrap().unwrap();
    assert_eq!(rotated.data_keys, 450);
    assert!(opens(world, newcomer).await);
    assert_eq!(
        world.vault.key_uses().await.unwrap(),
        BTreeMap::from([(id(NEW), 451)])
    );
}

/// R120: a version retires at zero references and not before.
async fn a_key_in_use_cannot_be_taken_away(world: &World) {
    let ids = people(world, 1).await;
    let refused = world.vault.reload_keys(ring(NEW)).await;
    let needed = id(KEY);
    assert!(matches!(refused, Err(OpenError::KeyMissing { key }) if key == needed));
    assert!(opens(world, ids[0]).await, "the ring before stays");
}

/// F49
async fn a_process_without_the_new_key_says_so_and_learns_it(world: &World) {
    let ids = people(world, 2).await;
    let (here, there) = (&world.vault, world.another_vault());
    there.reload_keys(both()).await.unwrap();
    there.rotate(|_| ()).await.unwrap();
    let error = here.tokens(ids[0], NOW).await.unwrap_err();
    assert!(error.wants_keys(), "{error}");
    assert!(matches!(
        error,
        VaultError::Sealed(SealError::KeyUnknown { key }) if key == id(NEW)
    ));
    assert_eq!(
        world
            .count("grants where unreadable_since is not null")
            .await,
        0,
        "the row is not to blame"
    );
    here.reload_keys(both()).await.unwrap();
    for id in ids {
        assert!(opens(world, id).await);
    }
}

/// F49: with a key file, a process learns the new key the moment it meets it, and only if the file has all it needs.
async fn a_process_with_a_key_file_reads_it_again_by_itself(world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    KeyRing::create_file(&path).unwrap();
    let first = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{first}{KEY}")).unwrap();
    let (here, there) = (world.another_vault(), world.another_vault());
    here.reload_keys(KeyRing::from_file(&path).unwrap())
        .await
        .unwrap();
    let ids = people(world, 2).await;
    let newer = KeyRing::add_to_file(&path).unwrap();
    let newest = newer.current_id().to_string();
    there.reload_keys(newer).await.unwrap();
    there.rotate(|_| ()).await.unwrap();
    let all = std::fs::read_to_string(&path).unwrap();

    for wrong in ["", "no key", NEW] {
        std::fs::write(&path, wrong).unwrap();
        let error = here.tokens(ids[0], NOW).await.unwrap_err();
        assert!(error.wants_keys(), "{wrong}: {error}");
        assert_eq!(here.key_ids().len(), 2, "{wrong}: the ring before stays");
    }
    std::fs::write(&path, all).unwrap();
    for id in ids {
        assert!(here.tokens(id, NOW).await.unwrap().is_some());
    }
    assert_eq!(here.key_ids()[0], newest);
}

/// R119: one broken row does not stop the others, and is reported.
async fn what_does_not_open_is_left_as_it_is(world: &World) {
    let ids = people(world, 3).await;
    let broken = ids[1].to_string();
    world
        .tamper("data_keys", "wrapped", &broken, "broken")
        .await;
    world.vault.reload_keys(both()).await.unwrap();
    let rotated = world.vault.rotate(|_| ()).await.unwrap();
    assert_eq!(rotated.data_keys, 2);
    let [left] = rotated.left_behind.as_slice() else {
        panic!("{rotated:?}")
    };
    assert!(left.starts_with("data_keys.wrapped of row"), "{left}");
    let kept = world.raw("data_keys", "wrapped", &broken).await;
    assert_eq!(kept.as_deref(), Some("broken"));
    assert!(opens(world, ids[0]).await && opens(world, ids[2]).await);
}
