//! Disconnecting and signing out.

use connect_outlook_tests::{SESSION_COOKIE, story};

/// R100: tokens and the key that sealed them are destroyed.
#[tokio::test]
async fn disconnecting_leaves_no_token_in_the_vault() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        assert_eq!(
            (world.rows("grants").await, world.rows("data_keys").await),
            (1, 1)
        );
        assert_eq!(ada.disconnect().await.status, 204);
        assert_eq!(
            (world.rows("grants").await, world.rows("data_keys").await),
            (0, 0)
        );
        assert_eq!(world.sealed_fields().await, 0);

        let after = ada.get("/messages?folder=inbox").await;
        assert!(
            ["account_unknown", "no_session"].contains(&after.code().as_str()),
            "{}",
            after.body
        );
        assert_eq!(world.token_requests().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_disconnected_mailbox_can_be_connected_again() {
    story(async |world| {
        let visitor = world.visitor();
        let before = visitor.connect("ada").await;
        before.disconnect().await;
        let after = visitor.connect("ada").await;
        assert_eq!(before.id(), after.id());
        assert!(!after.inbox().await.is_empty());
        assert_eq!(
            (world.rows("grants").await, world.rows("data_keys").await),
            (1, 1)
        );
    })
    .await;
}

#[tokio::test]
async fn disconnecting_one_mailbox_leaves_the_other() {
    story(async |world| {
        let visitor = world.visitor();
        let ada = visitor.connect("ada").await;
        let alan = visitor.connect("alan").await;
        assert_eq!(ada.disconnect().await.status, 204);
        assert!(!alan.inbox().await.is_empty());
        assert_eq!(world.rows("grants").await, 1);
    })
    .await;
}

/// R59: whoever else holds a session on the mailbox loses it with the disconnect.
#[tokio::test]
async fn a_disconnect_reaches_every_browser() {
    story(async |world| {
        let here = world.visitor().connect("ada").await;
        let there = world.visitor().connect("ada").await;
        here.disconnect().await;
        let answer = there.get("/messages?folder=inbox").await;
        assert!((400..500).contains(&answer.status), "{}", answer.body);
    })
    .await;
}

/// R58: the record goes first, so the old cookie opens nothing.
#[tokio::test]
async fn signing_out_kills_the_cookie_and_keeps_the_account() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let old = ada
            .visitor
            .browser()
            .jar()
            .find("localhost", SESSION_COOKIE)
            .cloned()
            .unwrap();
        assert_eq!(ada.visitor.page().delete("/v1/session").await.status, 204);
        assert_eq!(
            ada.visitor.session_handle(),
            None,
            "the browser's copy is gone"
        );
        ada.visitor.browser().jar().insert(old);
        let replayed = ada.visitor.page().get("/v1/session").await;
        assert_eq!(
            (replayed.status, replayed.code().as_str()),
            (401, "no_session")
        );
        assert_eq!(ada.get("/messages?folder=inbox").await.status, 401);
        assert_eq!(
            world.rows("grants").await,
            1,
            "signing out is not disconnecting"
        );
        assert_eq!(world.rows("sessions").await, 0);
    })
    .await;
}
