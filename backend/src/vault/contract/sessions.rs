//! Sessions: limits, rotation, end.

use super::world::{LIMITS, NOW, World, grant, identity, profile};
use crate::clock::UnixTime;
use crate::vault::id::{AccountId, HandleDigest};
use crate::vault::sessions::{NewSession, Session, TOUCH_INTERVAL};

on_every_engine![
    a_handle_opens_its_session_and_no_other,
    an_unused_session_ends,
    a_used_session_ends_too,
    a_touch_does_not_revive,
    a_sign_in_replaces_the_handle,
    accounts_come_along_each_for_its_own_time,
    a_dead_session_brings_nothing_along,
    a_sign_out_is_final,
    a_handle_cannot_be_opened_twice,
    a_sign_in_stores_account_and_session_or_neither,
    sessions_of_one_account_end_and_then_all,
];

async fn find(world: &World, handle: &str, at: UnixTime) -> Option<Session> {
    world
        .vault
        .find_session(HandleDigest::of(handle), at)
        .await
        .unwrap()
}

async fn open(world: &World, handle: &str, account: AccountId, at: UnixTime) -> Session {
    world
        .vault
        .open_session(HandleDigest::of(handle), account, LIMITS, at)
        .await
        .unwrap()
}

async fn replace(world: &World, old: &str, new: &str, account: AccountId, at: UnixTime) -> Session {
    let (old, new) = (HandleDigest::of(old), HandleDigest::of(new));
    world
        .vault
        .replace_session(old, new, account, LIMITS, at)
        .await
        .unwrap()
}

/// R56, R69: the database holds the handle's hash and finds it by that: no secret is compared.
async fn a_handle_opens_its_session_and_no_other(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let opened = open(world, "handle", ada, NOW).await;
    assert_eq!(find(world, "handle", NOW).await, Some(opened.clone()));
    assert_eq!(opened.accounts, [ada]);
    assert_eq!(
        (opened.idle_expires_at, opened.expires_at),
        (NOW.plus(3_600), NOW.plus(86_400))
    );
    assert_eq!(find(world, "handl", NOW).await, None);
    let hash = world
        .raw("sessions", "handle_hash", &opened.id.to_string())
        .await
        .unwrap();
    assert_eq!(hash, HandleDigest::of("handle").to_column());
    assert_eq!(
        find(world, &hash, NOW).await,
        None,
        "the hash itself opens nothing"
    );
}

/// R57
async fn an_unused_session_ends(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    open(world, "handle", ada, NOW).await;
    assert!(
        find(world, "handle", NOW.plus(LIMITS.idle - 1))
            .await
            .is_some()
    );
    assert_eq!(find(world, "handle", NOW.plus(LIMITS.idle)).await, None);
}

/// R57: however much it is used, the absolute limit holds.
async fn a_used_session_ends_too(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let opened = open(world, "handle", ada, NOW).await;
    let mut at = NOW;
    while let Some(session) = find(world, "handle", at).await {
        assert_eq!(session.expires_at, opened.expires_at);
        world.vault.touch(&session, at).await.unwrap();
        at = at.plus(LIMITS.idle / 2);
    }
    assert_eq!(at, opened.expires_at);
}

/// R57: notes of use are sparing, and a session that is over stays over.
async fn a_touch_does_not_revive(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let session = open(world, "handle", ada, NOW).await;
    world
        .vault
        .touch(&session, NOW.plus(TOUCH_INTERVAL - 1))
        .await
        .unwrap();
    assert_eq!(find(world, "handle", NOW).await.unwrap().last_seen_at, NOW);
    world
        .vault
        .touch(&session, NOW.plus(TOUCH_INTERVAL))
        .await
        .unwrap();
    let touched = find(world, "handle", NOW).await.unwrap();
    assert_eq!(touched.last_seen_at, NOW.plus(TOUCH_INTERVAL));
    assert_eq!(
        touched.idle_expires_at,
        NOW.plus(TOUCH_INTERVAL + LIMITS.idle)
    );
    let over = touched.idle_expires_at;
    world.vault.touch(&touched, over).await.unwrap();
    assert_eq!(find(world, "handle", over).await, None);
}

/// R37
async fn a_sign_in_replaces_the_handle(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let before = open(world, "before", ada, NOW).await;
    let after = replace(world, "before", "after", ada, NOW.plus(9)).await;
    assert_ne!(after.id, before.id);
    assert_eq!(find(world, "before", NOW.plus(9)).await, None);
    assert_eq!(find(world, "after", NOW.plus(9)).await, Some(after.clone()));
    assert_eq!(after.accounts, [ada]);
    assert_eq!(world.count("sessions").await, 1);
}

/// R57: signing in as Grace does not prolong what signing in as Ada allowed.
async fn accounts_come_along_each_for_its_own_time(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let grace = world.connect("grace", &grant("2")).await.id;
    open(world, "first", ada, NOW).await;
    let at = NOW.plus(LIMITS.idle - 1);
    let mut both = replace(world, "first", "second", grace, at).await;
    let mut expected = [ada, grace];
    both.accounts.sort();
    expected.sort();
    assert_eq!(both.accounts, expected);
    assert_eq!(both.expires_at, at.plus(LIMITS.absolute));

    let mut at = at;
    while at < NOW.plus(LIMITS.absolute) {
        let session = find(world, "second", at).await.unwrap();
        assert_eq!(session.accounts.len(), 2);
        world.vault.touch(&session, at).await.unwrap();
        at = at.plus(LIMITS.idle - 1);
    }
    assert_eq!(find(world, "second", at).await.unwrap().accounts, [grace]);
}

/// R37, R57: an expired session, or none, is no source of accounts.
async fn a_dead_session_brings_nothing_along(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let grace = world.connect("grace", &grant("2")).await.id;
    open(world, "first", ada, NOW).await;
    let at = NOW.plus(LIMITS.idle);
    assert_eq!(
        replace(world, "first", "second", grace, at).await.accounts,
        [grace]
    );
    assert_eq!(
        replace(world, "no such session", "third", ada, at)
            .await
            .accounts,
        [ada]
    );
    assert_eq!(world.count("sessions").await, 2);
}

/// R58
async fn a_sign_out_is_final(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    open(world, "handle", ada, NOW).await;
    open(world, "other", ada, NOW).await;
    assert!(
        world
            .vault
            .end_session(HandleDigest::of("handle"))
            .await
            .unwrap()
    );
    assert!(
        !world
            .vault
            .end_session(HandleDigest::of("handle"))
            .await
            .unwrap()
    );
    assert_eq!(find(world, "handle", NOW).await, None);
    assert!(find(world, "other", NOW).await.is_some());
    assert_eq!(world.count("session_accounts").await, 1);
}

async fn a_handle_cannot_be_opened_twice(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    open(world, "handle", ada, NOW).await;
    let again = world
        .vault
        .open_session(HandleDigest::of("handle"), ada, LIMITS, NOW)
        .await;
    assert!(again.is_err());
    let stranger = AccountId::random().unwrap();
    assert!(
        world
            .vault
            .open_session(HandleDigest::of("new"), stranger, LIMITS, NOW)
            .await
            .is_err()
    );
    assert_eq!(
        world.count("sessions").await,
        1,
        "a refused session leaves nothing behind"
    );
}

/// R37: in one transaction, and the old session ends in it.
async fn a_sign_in_stores_account_and_session_or_neither(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    open(world, "old", ada, NOW).await;
    let (who, shown, brought) = (identity("grace"), profile("grace"), grant("2"));
    let sign_in = async |handle: &str| {
        let new = NewSession {
            handle: HandleDigest::of(handle),
            in_place_of: Some(HandleDigest::of("old")),
            limits: LIMITS,
        };
        let vault = &world.vault;
        vault
            .connect_in_session(&who, &shown, &brought, &new, NOW)
            .await
    };
    assert!(sign_in("old").await.is_err(), "that handle is known");
    for (table, rows) in [
        ("accounts", 1),
        ("events", 1),
        ("grants", 1),
        ("sessions", 1),
    ] {
        assert_eq!(world.count(table).await, rows, "{table}");
    }
    assert!(find(world, "old", NOW).await.is_some());

    let (grace, session) = sign_in("new").await.unwrap();
    assert_eq!(find(world, "new", NOW).await, Some(session.clone()));
    let both = |account| session.accounts.contains(&account);
    assert!(session.accounts.len() == 2 && both(ada) && both(grace.id));
    assert_eq!(find(world, "old", NOW).await, None);
}

/// R72: what an operator ends opens nothing; other people's sessions, and the connections, stay.
async fn sessions_of_one_account_end_and_then_all(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let grace = world.connect("grace", &grant("1")).await.id;
    open(world, "home", ada, NOW).await;
    open(world, "office", ada, NOW).await;
    open(world, "grace's", grace, NOW).await;
    open(world, "shared", grace, NOW).await;
    replace(world, "shared", "of both", ada, NOW).await;

    assert_eq!(world.vault.end_sessions(Some(ada)).await.unwrap(), 3);
    for handle in ["home", "office", "of both"] {
        assert_eq!(find(world, handle, NOW).await, None, "{handle}");
    }
    assert!(find(world, "grace's", NOW).await.is_some());
    assert_eq!(world.vault.end_sessions(None).await.unwrap(), 1);
    assert_eq!(find(world, "grace's", NOW).await, None);
    assert!(world.vault.tokens(ada, NOW).await.unwrap().unwrap().works);
}
