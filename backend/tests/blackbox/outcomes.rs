//! How attempts end without a connection, and one that ends well although Graph is down.

use axum::http::StatusCode;
use connect_outlook_backend::steps::Step;
use serde_json::{Value, json};

use super::attempts::{finish, refused};
use super::world::{START, World};

/// R31: an error ends the attempt through the same checks; its words are decoded, not repeated.
#[tokio::test]
async fn a_visitor_who_declines_is_told_so_kindly_and_once() {
    let mut world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let refusal = json!({
        "state": started.state, "error": "access_denied", "error_subcode": null,
        "error_description": "AADSTS65004: <script>alert(1)</script>\r\nTrace ID: x",
    });
    let answer = ada.post("/v1/attempts/refusals", &refusal).await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (StatusCode::OK, &json!("cancelled"))
    );
    assert_eq!(
        (answer.code(), &answer.body["aadsts"]),
        ("consent_declined", &json!(65_004))
    );
    assert!(!answer.body.to_string().contains("script"));
    assert_eq!(
        ada.post("/v1/attempts/refusals", &refusal).await.code(),
        "attempt_unknown"
    );
    refused(
        &world,
        &mut ada,
        &finish(&started.state, &started.verifier),
        "attempt_unknown",
    )
    .await;
    assert!(world.steps().contains(&Step::AttemptRefused {
        code: "consent_declined".to_owned()
    }));
    let again = ada.begin(&json!({})).await;
    assert_eq!(ada.come_back(&again).await.body["status"], "connected");
}

/// Nobody can make a connection, or an alarm, out of an error.
#[tokio::test]
async fn a_refusal_never_connects_and_never_alarms() {
    let world = World::start().await;
    for error in [
        "",
        "server_error",
        "invalid_client",
        "unauthorized_client",
        "none",
        "connected",
        "\u{1b}[2J",
    ] {
        let mut ada = world.browser();
        let started = ada.begin(&json!({})).await;
        let answer = ada
            .post(
                "/v1/attempts/refusals",
                &json!({"state": started.state, "error": error}),
            )
            .await;
        assert_ne!(answer.body["status"], "connected", "{error}");
        assert!(answer.body["actor"].is_string() && answer.body["next"].is_string());
    }
    assert_eq!(
        world.browser().get("/readyz").await.body,
        json!({"status": "ready"})
    );
}

async fn ended(world: &World, status: &str, code: &str) {
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let answer = ada.come_back(&started).await;
    assert_eq!(
        (answer.status, &answer.body["status"], answer.code()),
        (StatusCode::OK, &json!(status), code),
        "{answer:?}"
    );
    assert!(!ada.cookies.contains_key("__Host-connect-outlook-session"));
    assert!(!answer.body["message"].as_str().unwrap().is_empty());
}

/// What Microsoft says no with reaches the page as an outcome with an actor.
#[tokio::test]
async fn refusals_of_the_token_endpoint_are_outcomes() {
    let world = World::start().await;
    for (status, answer, outcome, code) in [
        (
            400,
            json!({"error": "invalid_grant", "error_codes": [54_005]}),
            "cancelled",
            "code_already_redeemed",
        ),
        (
            401,
            json!({"error": "invalid_client", "error_codes": [7_000_222]}),
            "misconfigured",
            "secret_expired",
        ),
        (
            429,
            json!({"error": "temporarily_unavailable"}),
            "unavailable",
            "throttled",
        ),
        (500, json!("<html>"), "unavailable", "microsoft_unavailable"),
    ] {
        world.microsoft.say(status, answer);
        ended(&world, outcome, code).await;
        // A credential that is refused is tried again only after a while.
        world.advance(61);
    }
}

/// R36, R108, F41: a token that proves nothing leaves nothing behind.
#[tokio::test]
async fn an_id_token_that_does_not_hold_connects_nobody() {
    let world = World::start().await;
    let origin = world.microsoft.origin().to_owned();
    for (claim, value, outcome, code) in [
        (
            "nonce",
            json!("another attempt's"),
            "cancelled",
            "sign_in_mixed_up",
        ),
        (
            "aud",
            json!("another app"),
            "misconfigured",
            "id_token_refused",
        ),
        (
            "iss",
            json!(format!("{origin}/common/v2.0")),
            "misconfigured",
            "id_token_refused",
        ),
        (
            "exp",
            json!(START - 200),
            "misconfigured",
            "id_token_refused",
        ),
        (
            "iat",
            json!(START + 600),
            "misconfigured",
            "id_token_refused",
        ),
        (
            "oid",
            json!("ada@contoso.example"),
            "misconfigured",
            "id_token_refused",
        ),
    ] {
        world.microsoft.script().claims.insert(claim, value);
        ended(&world, outcome, code).await;
        world.microsoft.script().claims.clear();
    }
}

/// R79, R96: a grant that cannot be kept or does not reach the mail is no connection.
#[tokio::test]
async fn a_grant_that_falls_short_is_told_apart() {
    let world = World::start().await;
    for (member, value, outcome, code) in [
        (
            "refresh_token",
            Value::Null,
            "misconfigured",
            "offline_access_missing",
        ),
        (
            "scope",
            json!("openid profile User.Read"),
            "cancelled",
            "insufficient_scope",
        ),
        ("id_token", Value::Null, "misconfigured", "id_token_refused"),
    ] {
        world.microsoft.script().answer.insert(member, value);
        ended(&world, outcome, code).await;
    }
}

#[tokio::test]
async fn a_person_without_mailbox_is_told_so() {
    let world = World::start().await;
    world
        .microsoft
        .graph_says(404, "MailboxNotEnabledForRESTAPI");
    world
        .microsoft
        .graph_says(404, "MailboxNotEnabledForRESTAPI");
    ended(&world, "blocked_by_policy", "mailbox_unavailable").await;
}

/// Graph being unwell is no reason to turn somebody away: the ID token has a name too.
#[tokio::test]
async fn a_sign_in_counts_while_graph_is_down() {
    let world = World::start().await;
    world.microsoft.graph_says(503, "serviceNotAvailable");
    world.microsoft.graph_says(503, "serviceNotAvailable");
    let mut ada = world.browser();
    ada.connect().await;
    let session = ada.get("/v1/session").await.body;
    assert_eq!(session["accounts"][0]["display_name"], "Ada by claim");
    assert_eq!(session["accounts"][0]["address"], "claim@contoso.example");
}
