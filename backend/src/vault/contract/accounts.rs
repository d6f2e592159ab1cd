//! Accounts: who they are, what state they are in, and how they end.

use super::world::{LIMITS, NOW, World, grant, identity, profile};
use crate::vault::accounts::{AccountState, Finding, Marked, Profile};
use crate::vault::events::EventKind;
use crate::vault::grants::Committed;
use crate::vault::id::{AccountId, HandleDigest};

on_every_engine![
    an_account_reads_as_it_was_connected,
    the_same_person_comes_back_to_the_same_account,
    an_address_makes_nobody_the_same_person,
    every_state_reads_as_it_was_marked,
    every_change_is_told_in_order,
    many_who_learn_the_same_make_one_event,
    a_judgement_about_older_tokens_is_refused,
    an_account_in_trouble_does_not_become_expiring,
    a_disconnect_leaves_nothing_to_open,
    a_disconnect_ends_the_account_in_every_session,
    a_disconnected_account_can_be_connected_again,
];

fn needs_user() -> Finding {
    Finding::NeedsUser {
        code: "sign_in_again".to_owned(),
        claims: None,
    }
}

async fn an_account_reads_as_it_was_connected(world: &World) {
    let made = world.connect("ada", &grant("1")).await;
    let read = world.vault.account(made.id).await.unwrap().unwrap();
    assert_eq!(read, made);
    assert_eq!(
        (read.identity, read.profile),
        (identity("ada"), profile("ada"))
    );
    assert_eq!(
        (read.state, read.state_since),
        (AccountState::Connected, NOW)
    );
    assert_eq!(world.events(made.id).await, [EventKind::Connected]);
    assert_eq!(
        world
            .vault
            .account(AccountId::random().unwrap())
            .await
            .unwrap(),
        None
    );
}

/// R48, R112: the id stays with (tid, oid); name and address follow the directory.
async fn the_same_person_comes_back_to_the_same_account(world: &World) {
    let first = world.connect("ada", &grant("1")).await;
    let renamed = Profile {
        display_name: "Ada King".into(),
        address: "king@contoso.example".into(),
    };
    let again = world
        .vault
        .connect_account(&identity("ada"), &renamed, &grant("2"), NOW.plus(9))
        .await
        .unwrap();
    assert_eq!(again.id, first.id);
    assert_eq!(world.vault.account(first.id).await.unwrap().unwrap(), again);
    assert_eq!(again.profile, renamed);
    assert_eq!(
        world.events(first.id).await,
        [EventKind::Connected, EventKind::Reconnected]
    );
    assert_eq!(world.count("accounts").await, 1);
}

/// R49: somebody of another object id with Ada's address is somebody else.
async fn an_address_makes_nobody_the_same_person(world: &World) {
    let ada = world.connect("ada", &grant("1")).await;
    let mallory = world
        .vault
        .connect_account(&identity("mallory"), &profile("ada"), &grant("2"), NOW)
        .await
        .unwrap();
    assert_ne!(ada.id, mallory.id);
    let tokens = world.vault.tokens(ada.id, NOW).await.unwrap().unwrap();
    assert_eq!(tokens.access_token.expose(), "access-token-1");
}

async fn every_state_reads_as_it_was_marked(world: &World) {
    let code = || "code".to_owned();
    let findings = [
        Finding::Expiring {
            reconnect_by: NOW.plus(86_400),
        },
        Finding::NeedsUser {
            code: code(),
            claims: Some("{\"access_token\":{}}".to_owned()),
        },
        Finding::NeedsAdmin { code: code() },
        Finding::BlockedByPolicy { code: code() },
        needs_user(),
    ];
    let id = world.connect("ada", &grant("1")).await.id;
    let version = world.version(id).await;
    let mut at = NOW;
    for finding in findings {
        at = at.plus(1);
        assert_eq!(
            world
                .vault
                .mark(id, version, finding.clone(), at)
                .await
                .unwrap(),
            Marked::Changed
        );
        let account = world.vault.account(id).await.unwrap().unwrap();
        assert_eq!((account.state, account.state_since), (finding.into(), at));
    }
}

/// R155: which account, which state, why; nothing else.
async fn every_change_is_told_in_order(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let version = world.version(id).await;
    let code = || "code".to_owned();
    world
        .mark(id, version, Finding::Expiring { reconnect_by: NOW })
        .await;
    world.mark(id, version, needs_user()).await;
    world
        .mark(id, version, Finding::NeedsAdmin { code: code() })
        .await;
    world
        .mark(id, version, Finding::BlockedByPolicy { code: code() })
        .await;
    let kinds = [
        EventKind::Connected,
        EventKind::Expiring,
        EventKind::NeedsUser,
        EventKind::NeedsAdmin,
        EventKind::BlockedByPolicy,
    ];
    assert_eq!(world.events(id).await, kinds);
    let events = world.vault.events_after(id, 4, 1).await.unwrap();
    let expected = format!(r#"{{"account":"{id}","code":"code","state":"blocked_by_policy"}}"#);
    assert_eq!((events.len(), &events[0].payload), (1, &expected));
}

/// R92
async fn many_who_learn_the_same_make_one_event(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let version = world.version(id).await;
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let vault = world.vault.clone();
            tokio::spawn(async move { vault.mark(id, version, needs_user(), NOW).await })
        })
        .collect();
    let mut changed = 0;
    for caller in callers {
        changed += usize::from(caller.await.unwrap().unwrap() == Marked::Changed);
    }
    assert_eq!(changed, 1);
    assert_eq!(
        world.events(id).await,
        [EventKind::Connected, EventKind::NeedsUser]
    );
}

/// F44: the person signed in anew while a refresh with the old tokens was failing.
async fn a_judgement_about_older_tokens_is_refused(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let old = world.version(id).await;
    world.connect("ada", &grant("2")).await;
    assert_eq!(world.mark(id, old, needs_user()).await, Marked::Superseded);
    assert_eq!(
        world.vault.account(id).await.unwrap().unwrap().state,
        AccountState::Connected
    );
    let nobody = AccountId::random().unwrap();
    assert_eq!(
        world.mark(nobody, old, needs_user()).await,
        Marked::Superseded
    );
}

async fn an_account_in_trouble_does_not_become_expiring(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let version = world.version(id).await;
    world.mark(id, version, needs_user()).await;
    let expiring = Finding::Expiring {
        reconnect_by: NOW.plus(60),
    };
    assert_eq!(world.mark(id, version, expiring).await, Marked::Unchanged);
    assert_eq!(
        world.events(id).await,
        [EventKind::Connected, EventKind::NeedsUser]
    );
}

/// R100: tokens and data key go together; so does what was sealed to be shown.
async fn a_disconnect_leaves_nothing_to_open(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    world.connect("grace", &grant("2")).await;
    assert!(world.vault.disconnect(id, NOW.plus(5)).await.unwrap());
    assert!(world.vault.tokens(id, NOW).await.unwrap().is_none());
    for table in ["grants", "data_keys"] {
        assert_eq!(
            world.count(table).await,
            1,
            "only Grace's row is left in {table}"
        );
    }
    let account = world.vault.account(id).await.unwrap().unwrap();
    assert_eq!(
        (account.state, account.state_since),
        (AccountState::Disconnected, NOW.plus(5))
    );
    assert_eq!(account.profile, Profile::default());
    assert_eq!(
        world
            .count("accounts where sealed_address is null and sealed_display_name is null")
            .await,
        1
    );
    assert!(
        !world.vault.disconnect(id, NOW).await.unwrap(),
        "once is enough"
    );
    assert_eq!(
        world.events(id).await,
        [EventKind::Connected, EventKind::Disconnected]
    );
}

/// R59: a session with another account goes on with that one; a session without ends.
async fn a_disconnect_ends_the_account_in_every_session(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let grace = world.connect("grace", &grant("2")).await.id;
    let [alone, first, both] = ["alone", "first", "both"].map(HandleDigest::of);
    world
        .vault
        .open_session(alone, ada, LIMITS, NOW)
        .await
        .unwrap();
    world
        .vault
        .open_session(first, ada, LIMITS, NOW)
        .await
        .unwrap();
    world
        .vault
        .replace_session(first, both, grace, LIMITS, NOW)
        .await
        .unwrap();
    world.vault.disconnect(ada, NOW).await.unwrap();
    assert_eq!(world.vault.find_session(alone, NOW).await.unwrap(), None);
    assert_eq!(
        world
            .vault
            .find_session(both, NOW)
            .await
            .unwrap()
            .unwrap()
            .accounts,
        [grace]
    );
    assert_eq!(
        (
            world.count("sessions").await,
            world.count("session_accounts").await
        ),
        (1, 1)
    );
}

/// F42: the version goes on counting, so what was on its way before the disconnect stays refused for ever.
async fn a_disconnected_account_can_be_connected_again(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let before = world.version(id).await;
    world.vault.disconnect(id, NOW).await.unwrap();
    let late = world.refresh(id, before, "late").await;
    assert_eq!(late, Committed::Superseded);
    assert_eq!(
        world.mark(id, before, needs_user()).await,
        Marked::Superseded
    );
    assert!(
        world.vault.tokens(id, NOW).await.unwrap().is_none(),
        "nothing resurrects it"
    );

    assert_eq!(world.connect("ada", &grant("2")).await.id, id);
    let late = world.refresh(id, before, "late").await;
    assert_eq!(late, Committed::Superseded);
    let tokens = world.vault.tokens(id, NOW).await.unwrap().unwrap();
    assert_eq!(tokens.access_token.expose(), "access-token-2");
    assert!(
        tokens.previous_refresh_token.is_none(),
        "what was destroyed is not retained"
    );
    assert_eq!(
        world.events(id).await,
        [
            EventKind::Connected,
            EventKind::Disconnected,
            EventKind::Reconnected
        ]
    );
}
