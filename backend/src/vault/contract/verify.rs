//! Opening everything to know that it opens.

use super::world::{NOW, World, attempt, grant, verifier};
use super::{links, webhooks};
use crate::vault::attempts::{NewAttempt, Proof};
use crate::vault::{FAILURES_TOLD, Progress};

on_every_engine![
    a_sound_vault_is_found_sound,
    every_sealed_value_is_opened,
    an_account_without_its_tokens_is_found,
    many_failures_are_counted_and_some_are_told,
];

/// Two accounts with every field filled, one disconnected, one attempt of each kind, one parked code, one webhook.
async fn furnish(world: &World) {
    for person in ["ada", "grace", "gone"] {
        world.connect(person, &grant("1")).await;
        world.connect(person, &grant("2")).await;
    }
    let gone = world.connect("gone", &grant("3")).await.id;
    world.vault.disconnect(gone, NOW).await.unwrap();
    for (name, proof) in [
        ("a", Proof::Server(verifier("a"))),
        ("b", Proof::Page(verifier("b").challenge())),
    ] {
        let began = NewAttempt {
            proof,
            ..attempt(name, "browser")
        };
        world.vault.begin_attempt(&began, NOW).await.unwrap();
    }
    let link = links::link(world, "token").await;
    links::park(world, link, "c").await;
    webhooks::rotated(world, "d").await;
}

async fn a_sound_vault_is_found_sound(world: &World) {
    furnish(world).await;
    let mut told = Vec::new();
    let verified = world.vault.verify(|step| told.push(step)).await.unwrap();
    assert!(verified.is_good(), "{verified:?}");
    assert_eq!((verified.accounts, verified.fields), (3, 2 * 5 + 1 + 2 + 2));
    assert_eq!(told, [Progress { done: 3, total: 3 }]);
}

/// Also those that nothing uses for a long time.
async fn every_sealed_value_is_opened(world: &World) {
    furnish(world).await;
    for (table, column) in [
        ("accounts", "sealed_display_name"),
        ("accounts", "sealed_address"),
        ("data_keys", "wrapped"),
        ("grants", "sealed_access_token"),
        ("grants", "sealed_refresh_token"),
        ("grants", "sealed_previous_refresh_token"),
        ("attempts", "sealed_code_verifier"),
        ("completions", "sealed_code"),
        ("completions", "sealed_verifier"),
        ("webhooks", "sealed_secret"),
        ("webhooks", "sealed_previous_secret"),
    ] {
        let row = world.first_row_with(table, column).await;
        let whole = world.raw(table, column, &row).await.unwrap();
        world.tamper(table, column, &row, "broken").await;
        let verified = world.vault.verify(|_| ()).await.unwrap();
        assert!(!verified.is_good(), "{table}.{column}");
        let told = verified.failures.first().unwrap();
        assert!(told.contains(&format!("{table}.{column} of row")), "{told}");
        world.tamper(table, column, &row, &whole).await;
    }
    assert!(world.vault.verify(|_| ()).await.unwrap().is_good());
}

async fn an_account_without_its_tokens_is_found(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    world
        .tamper("accounts", "state", &id.to_string(), "disconnected")
        .await;
    let verified = world.vault.verify(|_| ()).await.unwrap();
    assert_eq!(verified.failed, 2, "a key and tokens nobody may have");
    world
        .tamper("accounts", "state", &id.to_string(), "nonsense")
        .await;
    assert!(!world.vault.verify(|_| ()).await.unwrap().is_good());
}

/// More than one batch, too.
async fn many_failures_are_counted_and_some_are_told(world: &World) {
    for number in 0..205 {
        let id = world.connect(&number.to_string(), &grant("1")).await.id;
        let (table, column) = ("grants", "sealed_access_token");
        world.tamper(table, column, &id.to_string(), "broken").await;
    }
    let verified = world.vault.verify(|_| ()).await.unwrap();
    assert_eq!((verified.accounts, verified.failed), (205, 205));
    assert_eq!(verified.failures.len(), FAILURES_TOLD);
}
