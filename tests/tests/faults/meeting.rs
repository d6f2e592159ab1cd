//! Two things that happen at once and concern the same account.

use connect_outlook_tests::Answering;
use serde_json::json;

use crate::{
    place::{INBOX, Place, reading},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F42",
        a_disconnect_while_a_refresh_is_out_stays_a_disconnect
    ),
    story!("F44", a_new_sign_in_while_a_refresh_is_out_wins),
    story!("F67", who_clicks_twice_has_one_connection),
    story!("F67", who_goes_back_after_success_finds_a_finished_attempt),
];

async fn a_disconnect_while_a_refresh_is_out_stays_a_disconnect(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    assert_eq!(ada.disconnect().await.status, 204);
    held.let_go();
    assert_ne!(caller.await.unwrap().status, 200);
    assert_eq!(place.world.rows("grants").await, 0);
    assert_eq!(place.world.rows("data_keys").await, 0);
    let told = ["account.connected", "account.disconnected"];
    assert_eq!(place.world.events().await, told);
    1
}

async fn a_new_sign_in_while_a_refresh_is_out_wins(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    let ada = ada.visitor.connect("ada").await;
    let newest = place.versions().await;
    held.let_go();
    assert_eq!(caller.await.unwrap().status, 200, "with the newer tokens");
    assert_eq!(place.versions().await, newest, "nothing older over it");
    assert!(!ada.inbox().await.is_empty());
    assert!(ada.get(INBOX).await.status == 200);
    1
}

async fn who_clicks_twice_has_one_connection(place: &Place<'_>) -> usize {
    let visitor = place.world.visitor();
    let first = visitor.page().start_attempt(&json!({})).await;
    let second = visitor.page().start_attempt(&json!({})).await;
    let first_back = visitor.authorize(&first, Answering::Yes("ada")).await;
    let second_back = visitor.authorize(&second, Answering::Yes("ada")).await;
    let (one, other) = (visitor.clone(), visitor.clone());
    let both = [
        tokio::spawn(async move { one.page().finish(&first, &first_back).await }),
        tokio::spawn(async move { other.page().finish(&second, &second_back).await }),
    ];
    for ended in both {
        let answer = ended.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(place.world.rows("accounts").await, 1);
    let session = visitor.page().get("/v1/session").await.json();
    assert_eq!(session["accounts"].as_array().map(Vec::len), Some(1));
    0
}

async fn who_goes_back_after_success_finds_a_finished_attempt(place: &Place<'_>) -> usize {
    let visitor = place.world.visitor();
    let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
    let answer = visitor.page().finish(&attempt, &callback).await.json();
    assert_eq!(answer["status"], "connected");
    for _ in 0..2 {
        let again = visitor.page().finish(&attempt, &callback).await;
        assert!(again.status < 500, "{}", again.body);
        assert_ne!(again.json()["status"], "connected");
    }
    assert_eq!(place.world.rows("accounts").await, 1);
    let session = visitor.page().get("/v1/session").await.json();
    assert_eq!(session["accounts"][0]["state"], "connected", "{session}");
    0
}
