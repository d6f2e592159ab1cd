//! Requests the token endpoint cannot read, entra 52, and the shape of its errors, entra 61 and 84.

use crate::support::{ADA, App, Stage};

/// entra 52
#[tokio::test]
async fn only_post_is_accepted() {
    let stage = Stage::start().await;
    let answer = stage.get("/common/oauth2/v2.0/token").await;
    assert_eq!(answer.status(), 400);
    let body: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(body["error_codes"], serde_json::json!([900_561]));
}

/// entra 52
#[tokio::test]
async fn the_grant_type_must_be_there_and_known() {
    let stage = Stage::start().await;
    let client = ("client_id", App::DEMO.client_id);
    stage
        .token("common", &[client])
        .await
        .refused(400, "invalid_request", 900_144);
    let unknown = [client, ("grant_type", "wish")];
    stage
        .token("common", &unknown)
        .await
        .refused(400, "unsupported_grant_type", 70_003);
    let nobody = [("grant_type", "authorization_code")];
    stage
        .token("common", &nobody)
        .await
        .refused(400, "invalid_request", 900_144);
    let unknown = [
        ("grant_type", "authorization_code"),
        ("client_id", "11111111-2222-4333-8444-555555555555"),
    ];
    stage
        .token("common", &unknown)
        .await
        .refused(400, "unauthorized_client", 700_016);
}

/// entra 52
#[tokio::test]
async fn doubled_and_quoted_values_are_not_repaired() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let form = App::DEMO.redemption(&code);
    let mut doubled = form.clone();
    doubled.push(("code", &code));
    stage
        .token("common", &doubled)
        .await
        .refused(400, "invalid_request", 90_100);
    let quoted = App {
        secret: Some("\"emulated~Secret.of/the+Demo=Registration\""),
        ..App::DEMO
    };
    stage
        .token("common", &quoted.redemption(&code))
        .await
        .refused(401, "invalid_client", 7_000_215);
    let spaced = App {
        secret: Some(" emulated~Secret.of/the+Demo=Registration "),
        ..App::DEMO
    };
    stage
        .token("common", &spaced.redemption(&code))
        .await
        .refused(401, "invalid_client", 7_000_215);
    stage.token("common", &form).await.granted();
}

/// entra 52: a body that does not say it is a form has no parameters.
#[tokio::test]
async fn json_is_not_a_form() {
    let stage = Stage::start().await;
    let request = stage
        .http
        .post(stage.url("/common/oauth2/v2.0/token"))
        .json(&serde_json::json!({
            "grant_type": "authorization_code", "client_id": App::DEMO.client_id
        }));
    let body: serde_json::Value = request
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(body["error_codes"], serde_json::json!([900_144]));
}

/// entra 61, entra 84
#[tokio::test]
async fn errors_have_every_field_in_its_format() {
    let stage = Stage::start().await;
    let answer = stage
        .token("common", &App::DEMO.redemption("x"))
        .await
        .refused(400, "invalid_grant", 9_002_313);
    let trace = answer.text("trace_id");
    assert!(uuid::Uuid::try_parse(trace).is_ok());
    assert_eq!(answer.header("x-ms-request-id"), Some(trace));
    let timestamp = answer.text("timestamp");
    assert_eq!(
        (
            timestamp.len(),
            timestamp.as_bytes()[10],
            timestamp.as_bytes()[19]
        ),
        (20, b' ', b'Z')
    );
    let expected = format!(
        "AADSTS9002313: Invalid request. Request is malformed or invalid.\r\nTrace ID: {trace}\r\nCorrelation ID: {}\r\nTimestamp: {timestamp}",
        answer.text("correlation_id")
    );
    assert_eq!(answer.text("error_description"), expected);
    assert!(answer.text("error_uri").ends_with("/error?code=9002313"));
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store, no-cache"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
}
