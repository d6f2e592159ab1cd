//! Whatever goes through the door, only names and sizes stay behind.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::response::Response;
use connect_outlook_backend::clock::Clock;
use connect_outlook_backend::steps::Steps;
use connect_outlook_emulator::Emulator;

use super::super::{Kind, Record, Watcher};
use super::pass;

/// A backend that gives this answer to everything.
fn answering(status: u16, cookie: &'static str, body: &'static str) -> Router {
    Router::new().fallback(move || async move {
        let answer = Response::builder()
            .status(status)
            .header(header::SET_COOKIE, cookie);
        answer.body(Body::from(body)).unwrap()
    })
}

async fn watched(outlook: Router, calls: &[(&str, &str, &str)]) -> Arc<Record> {
    let emulator = Emulator::builder().start("127.0.0.1:0").await.unwrap();
    let record = Arc::new(Record::default());
    let steps = Steps::new(Clock::movable());
    let watcher = Watcher::new(
        Arc::clone(emulator.state()),
        steps.watch(),
        Arc::clone(&record),
    );
    for (method, path, body) in calls {
        let request = Request::builder()
            .method(*method)
            .uri(*path)
            .header(header::CONTENT_LENGTH, body.len())
            .header(header::COOKIE, "__Host-connect-outlook-session=canary")
            .body(Body::from((*body).to_owned()))
            .unwrap();
        pass(&watcher, outlook.clone(), request).await;
    }
    emulator.stop().await;
    record
}

fn kinds(record: &Record) -> Vec<Kind> {
    record
        .after(0)
        .iter()
        .map(|step| step.sketch.kind)
        .collect()
}

/// R1: everything secret carries the word; none of it may come out.
#[tokio::test]
async fn nothing_that_was_said_is_repeated() {
    let sent = r#"{"code":"canary-code","code_verifier":"canary-verifier","state":"canary-state","code_challenge":"canary",
        "code_challenge_method":"canary","prompt":"canary","error":"canary","error_subcode":"canary","login_hint":"canary"}"#;
    let cookie = "__Host-connect-outlook-session=canary-handle; HttpOnly; SameSite=Strict";
    let answer = r#"{"status":"canary","state":"canary","nonce":"canary","code":"canary","message":"canary","accounts":["canary"],
        "messages":["canary"],"access_token":"canary"}"#;
    let calls = [
        ("POST", "/outlook/v1/attempts", sent),
        ("POST", "/outlook/v1/sessions", sent),
        ("POST", "/outlook/v1/attempts/refusals", sent),
        ("GET", "/outlook/v1/session", ""),
        (
            "GET",
            "/outlook/v1/accounts/canary/messages?cursor=canary",
            "",
        ),
        ("GET", "/outlook/v1/accounts/canary/messages/canary", ""),
        ("DELETE", "/outlook/v1/accounts/canary", ""),
        ("GET", "/outlook/canary", ""),
    ];
    for status in [200, 400] {
        let record = watched(answering(status, cookie, answer), &calls).await;
        let told = serde_json::to_string(&record.after(0)).unwrap();
        assert!(record.after(0).len() > 10, "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
}

#[tokio::test]
async fn connecting_is_told_with_the_sizes_of_what_was_said() {
    let cookie =
        "__Host-connect-outlook-session=0123456789; Secure; HttpOnly; Path=/; SameSite=Strict";
    let body = r#"{"state":"abc","code":"abcde","code_verifier":"abcdefg"}"#;
    let outlook = answering(200, cookie, r#"{"status":"connected"}"#);
    let record = watched(outlook, &[("POST", "/outlook/v1/sessions", body)]).await;
    assert_eq!(kinds(&record), [Kind::CodeHanded, Kind::SessionOpened]);
    let told = serde_json::to_value(record.after(0)).unwrap();
    assert_eq!(
        told[0]["facts"][1],
        serde_json::json!({"name": "code_verifier", "amount": 7, "unit": "characters"})
    );
    assert_eq!(
        told[1]["facts"][1],
        serde_json::json!({"name": "session_cookie", "amount": 10, "unit": "characters"})
    );
    assert_eq!(
        told[1]["facts"][2],
        serde_json::json!({"name": "cookie_rules", "word": "HttpOnly, SameSite=Strict"})
    );
}

#[tokio::test]
async fn asking_who_is_connected_before_anybody_is_is_no_refusal() {
    let nobody = || answering(401, "x=y", r#"{"code":"no_session"}"#);
    let record = watched(nobody(), &[("GET", "/outlook/v1/session", "")]).await;
    assert_eq!(kinds(&record), []);
    let record = watched(
        answering(204, "x=y", ""),
        &[("GET", "/outlook/v1/session", "")],
    )
    .await;
    assert_eq!(kinds(&record), []);
    let record = watched(nobody(), &[("GET", "/outlook/v1/accounts/a/folders", "")]).await;
    assert_eq!(kinds(&record), [Kind::MailAsked, Kind::Refused]);
}

#[tokio::test]
async fn a_body_goes_on_unchanged_also_when_it_is_too_large_to_measure() {
    let echo = Router::new().fallback(|body: axum::body::Bytes| async move { body });
    let emulator = Emulator::builder().start("127.0.0.1:0").await.unwrap();
    let steps = Steps::new(Clock::movable());
    let watcher = Watcher::new(Arc::clone(emulator.state()), steps.watch(), Arc::default());
    for size in [10, super::MOST + 1] {
        let request = Request::post("/outlook/v1/sessions").header(header::CONTENT_LENGTH, size);
        let request = request.body(Body::from(vec![b'x'; size])).unwrap();
        let answer = pass(&watcher, echo.clone(), request).await;
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX)
            .await
            .unwrap();
        assert_eq!(body.len(), size);
    }
}
