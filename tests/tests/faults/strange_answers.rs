//! Answers of the token endpoint that arrive and are not as they should be.

use axum::response::Response;
use connect_outlook_tests::Connected;
use serde_json::{Value, json};

use crate::{
    bent::{self, Bent},
    place::{HOUR, INBOX, Place},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F11",
        what_is_no_answer_is_read_to_a_limit_and_changes_nothing
    ),
    story!(
        "F12",
        an_answer_without_a_refresh_token_keeps_the_one_before
    ),
    story!("F13", an_answer_without_a_usable_token_changes_nothing),
    story!("F14", a_narrower_grant_is_stored_and_seen),
    story!("F18", a_redirect_is_not_followed),
];

async fn what_is_no_answer_is_read_to_a_limit_and_changes_nothing(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let (bent, ada) = Bent::between(place, &ada).await;
    bent.bend(2, |_| bent::with(200, "text/html", "<html>busy</html>"));
    unavailable(place, &ada).await;
    bent.bend(2, |_| bent::with(200, "application/json", ""));
    unavailable(place, &ada).await;
    bent.bend(2, |_| {
        bent::with(200, "application/json", "[".repeat(10 << 20))
    });
    unavailable(place, &ada).await;
    assert!(!ada.inbox().await.is_empty());
    7
}

async fn an_answer_without_a_refresh_token_keeps_the_one_before(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let (bent, ada) = Bent::between(place, &ada).await;
    bent.bend(1, |said| bent::json(200, &without(said, "refresh_token")));
    assert!(!ada.inbox().await.is_empty());
    place.world.advance(2 * HOUR);
    assert!(!ada.inbox().await.is_empty());
    let [first, second] = place.world.refreshes().try_into().unwrap();
    assert_eq!(first.field("refresh_token"), second.field("refresh_token"));
    2
}

async fn an_answer_without_a_usable_token_changes_nothing(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let version = place.versions().await;
    let (bent, ada) = Bent::between(place, &ada).await;
    bent.bend(2, |said| bent::json(200, &without(said, "access_token")));
    unavailable(place, &ada).await;
    for life in [
        json!(0),
        json!(-1),
        json!("0"),
        json!("1e308"),
        json!(1e308),
    ] {
        let bend = move |mut said: Value| -> Response {
            said["expires_in"] = life.clone();
            bent::json(200, &said)
        };
        bent.bend(2, bend);
        unavailable(place, &ada).await;
    }
    assert_eq!(place.versions().await, version);
    let as_text = |mut said: Value| {
        said["expires_in"] = json!(said["expires_in"].to_string());
        bent::json(200, &said)
    };
    bent.bend(1, as_text);
    assert!(!ada.inbox().await.is_empty(), "digits in quotes are digits");
    13
}

async fn a_narrower_grant_is_stored_and_seen(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let (bent, ada) = Bent::between(place, &ada).await;
    let narrowed = |mut said: Value| {
        said["scope"] = json!("User.Read");
        bent::json(200, &said)
    };
    bent.bend(1, narrowed);
    for _ in 0..3 {
        assert_eq!(ada.get(INBOX).await.code(), "account_needs_user");
    }
    let stored = place.world.ask("select scope from grants").await;
    assert_eq!(stored, [["User.Read"]]);
    let why = place.world.ask("select state_code from accounts").await;
    assert_eq!(why, [["insufficient_scope"]]);
    assert_eq!(place.world.events().await.len(), 2, "told once");
    1
}

async fn a_redirect_is_not_followed(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let (bent, ada) = Bent::between(place, &ada).await;
    for status in [302, 307, 308] {
        let elsewhere = bent.elsewhere();
        bent.bend(2, move |_| {
            let mut answer = bent::with(status, "application/json", "{}");
            let place = elsewhere.parse().expect("a header");
            answer.headers_mut().insert("location", place);
            answer
        });
        unavailable(place, &ada).await;
    }
    bent.bend(0, |_| bent::with(500, "text/plain", ""));
    assert_eq!(bent.visits_elsewhere(), 0, "nor the secret sent there");
    assert!(!ada.inbox().await.is_empty());
    4
}

/// There is no token now, nobody's account has changed, and after a while it is asked again.
async fn unavailable(place: &Place<'_>, ada: &Connected) {
    let answer = ada.get(INBOX).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.code(), "microsoft_unavailable");
    assert_eq!(place.world.states().await, ["connected"]);
    assert_eq!(place.world.events().await, ["account.connected"]);
    place.world.advance(601);
}

fn without(mut said: Value, name: &str) -> Value {
    said.as_object_mut().expect("an object").remove(name);
    said
}
