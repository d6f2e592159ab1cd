//! Whose account it is, and what a second sign-in does to the session.

use super::world::World;

/// R37: a sign-in brings a new handle, the one before is dead, and its accounts come along.
#[tokio::test]
async fn a_second_sign_in_replaces_the_session_and_keeps_its_accounts() {
    let world = World::start().await;
    let mut ada = world.browser();
    let first = ada.connect().await;
    let before = ada.clone();
    world
        .microsoft
        .script()
        .claims
        .insert("oid", "55555555-aaaa-4bbb-8ccc-666666666666".into());
    let second = ada.connect().await;
    let session = ada.get("/v1/session").await.body;
    let ids: Vec<_> = session["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["id"].clone())
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&first.into()) && ids.contains(&second.into()));
    assert_eq!(before.clone().get("/v1/session").await.code(), "no_session");
}

/// R49: the same person is the same account whatever they are called, and another with the same address is another.
#[tokio::test]
async fn identity_is_tenant_and_object_and_nothing_else() {
    let world = World::start().await;
    let first = world.browser().connect().await;
    world
        .microsoft
        .script()
        .claims
        .insert("preferred_username", "renamed@contoso.example".into());
    assert_eq!(world.browser().connect().await, first);
    let tenant = "77777777-aaaa-4bbb-8ccc-888888888888";
    world.microsoft.script().claims.extend([
        ("tid", tenant.into()),
        (
            "iss",
            format!("{}/{tenant}/v2.0", world.microsoft.origin()).into(),
        ),
        ("preferred_username", "claim@contoso.example".into()),
    ]);
    assert_ne!(world.browser().connect().await, first);
}
