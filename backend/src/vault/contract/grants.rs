//! Grants: nothing lost, nothing older over anything newer.

use super::world::{NOW, World, grant};
use crate::vault::accounts::{AccountState, Finding};
use crate::vault::events::EventKind;
use crate::vault::grants::{Committed, Grant, RETENTION, StoredTokens};
use crate::vault::id::AccountId;

on_every_engine![
    every_account_has_a_data_key_of_its_own,
    tokens_read_as_they_were_stored,
    a_grant_without_refresh_token_is_stored_as_such,
    a_refresh_replaces_and_retains_one_generation,
    an_answer_without_refresh_token_keeps_the_old_one,
    a_retained_token_is_given_out_for_ten_minutes,
    of_twenty_writers_with_one_version_one_succeeds,
    a_new_sign_in_wins_over_a_refresh_on_its_way,
    a_refresh_that_succeeds_mends_the_account,
    a_refresh_does_not_put_the_end_off,
];

/// R115, R100: one for each account, and another one for whoever comes back.
async fn every_account_has_a_data_key_of_its_own(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let grace = world.connect("grace", &grant("2")).await.id;
    let key = async |account: AccountId| {
        let row = account.to_string();
        let id = world.raw("data_keys", "id", &row).await.unwrap();
        (id, world.raw("data_keys", "wrapped", &row).await.unwrap())
    };
    let (of_ada, of_grace) = (key(ada).await, key(grace).await);
    assert_ne!(of_ada.0, of_grace.0);
    assert_ne!(of_ada.1, of_grace.1);
    assert!(world.vault.disconnect(ada, NOW).await.unwrap());
    assert_eq!(world.count("data_keys").await, 1);
    assert_eq!(world.connect("ada", &grant("3")).await.id, ada);
    let again = key(ada).await;
    assert_ne!(again.0, of_ada.0);
    assert_ne!(again.1, of_ada.1);
}

async fn tokens(world: &World, account: AccountId) -> StoredTokens {
    world.vault.tokens(account, NOW).await.unwrap().unwrap()
}

fn refresh_tokens(tokens: &StoredTokens) -> [Option<&str>; 2] {
    [&tokens.refresh_token, &tokens.previous_refresh_token]
        .map(|token| token.as_ref().map(|token| token.expose()))
}

async fn tokens_read_as_they_were_stored(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let read = tokens(world, id).await;
    assert_eq!(read.access_token, grant("1").access_token);
    assert_eq!(refresh_tokens(&read), [Some("refresh-token-1"), None]);
    assert_eq!(read.scopes, grant("1").scopes);
    assert_eq!((read.expires_at, read.obtained_at), (NOW.plus(3_600), NOW));
    assert!(
        world
            .vault
            .tokens(AccountId::random().unwrap(), NOW)
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_grant_without_refresh_token_is_stored_as_such(world: &World) {
    let without = Grant {
        refresh_token: None,
        ..grant("1")
    };
    let id = world.connect("ada", &without).await.id;
    assert_eq!(refresh_tokens(&tokens(world, id).await), [None, None]);
}

/// R79, R91: only the generation immediately before is ever there.
async fn a_refresh_replaces_and_retains_one_generation(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    for (name, before) in [("2", "refresh-token-1"), ("3", "refresh-token-2")] {
        let expected = world.version(id).await;
        let renewed = Grant {
            expires_at: NOW.plus(7_200),
            ..grant(name)
        };
        let committed = world
            .vault
            .commit_refresh(id, expected, &renewed, NOW.plus(5))
            .await
            .unwrap();
        let read = tokens(world, id).await;
        assert_eq!(committed, Committed::Written(read.version));
        assert!(read.version > expected);
        assert_eq!(read.access_token, renewed.access_token);
        assert_eq!(
            refresh_tokens(&read),
            [Some(&*format!("refresh-token-{name}")), Some(before)]
        );
        assert_eq!(
            (read.expires_at, read.obtained_at),
            (NOW.plus(7_200), NOW.plus(5))
        );
    }
    assert_eq!(
        world.events(id).await,
        [EventKind::Connected],
        "a refresh is no event"
    );
}

/// R79, F12: also when the same refresh token comes back, nothing has been superseded.
async fn an_answer_without_refresh_token_keeps_the_old_one(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let version = world.version(id).await;
    world.refresh(id, version, "2").await;
    let silent = Grant {
        refresh_token: None,
        ..grant("3")
    };
    let same = Grant {
        refresh_token: grant("2").refresh_token,
        ..grant("4")
    };
    for answer in [silent, same] {
        let version = world.version(id).await;
        world
            .vault
            .commit_refresh(id, version, &answer, NOW)
            .await
            .unwrap();
        let read = tokens(world, id).await;
        assert_eq!(read.access_token, answer.access_token);
        assert_eq!(
            refresh_tokens(&read),
            [Some("refresh-token-2"), Some("refresh-token-1")]
        );
    }
}

/// R91
async fn a_retained_token_is_given_out_for_ten_minutes(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    world.connect("ada", &grant("2")).await;
    for (later, there) in [
        (0, true),
        (RETENTION - 1, true),
        (RETENTION, false),
        (RETENTION + 86_400, false),
    ] {
        let read = world
            .vault
            .tokens(id, NOW.plus(later))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            refresh_tokens(&read),
            [Some("refresh-token-2"), there.then_some("refresh-token-1")]
        );
    }
}

/// R84
async fn of_twenty_writers_with_one_version_one_succeeds(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let expected = world.version(id).await;
    let writers: Vec<_> = (0..20)
        .map(|number| {
            let vault = world.vault.clone();
            let grant = grant(&format!("by-{number}"));
            tokio::spawn(async move {
                (
                    vault
                        .commit_refresh(id, expected, &grant, NOW)
                        .await
                        .unwrap(),
                    grant,
                )
            })
        })
        .collect();
    let mut winners = Vec::new();
    for writer in writers {
        if let (Committed::Written(version), grant) = writer.await.unwrap() {
            winners.push((version, grant.access_token));
        }
    }
    let read = tokens(world, id).await;
    assert_eq!(winners, [(read.version, read.access_token.clone())]);
    assert_eq!(refresh_tokens(&read)[1], Some("refresh-token-1"));
}

/// F44
async fn a_new_sign_in_wins_over_a_refresh_on_its_way(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let seen = world.version(id).await;
    world.connect("ada", &grant("signed-in")).await;
    let late = world.refresh(id, seen, "late").await;
    assert_eq!(late, Committed::Superseded);
    let read = tokens(world, id).await;
    assert_eq!(
        refresh_tokens(&read),
        [Some("refresh-token-signed-in"), Some("refresh-token-1")]
    );
}

async fn a_refresh_that_succeeds_mends_the_account(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let version = world.version(id).await;
    let blocked = Finding::BlockedByPolicy {
        code: "policy".to_owned(),
    };
    world.mark(id, version, blocked).await;
    world
        .vault
        .commit_refresh(id, version, &grant("2"), NOW.plus(9))
        .await
        .unwrap();
    let account = world.vault.account(id).await.unwrap().unwrap();
    assert_eq!(
        (account.state, account.state_since),
        (AccountState::Connected, NOW.plus(9))
    );
    let kinds = [
        EventKind::Connected,
        EventKind::BlockedByPolicy,
        EventKind::Reconnected,
    ];
    assert_eq!(world.events(id).await, kinds);
}

async fn a_refresh_does_not_put_the_end_off(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let version = world.version(id).await;
    let expiring = Finding::Expiring {
        reconnect_by: NOW.plus(86_400),
    };
    world.mark(id, version, expiring.clone()).await;
    world.refresh(id, version, "2").await;
    let account = world.vault.account(id).await.unwrap().unwrap();
    assert_eq!(account.state, expiring.into());
}
