//! Tokens, trace ids, errors, paths.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serde_json::Value;

use crate::mailbox::{Mailbox, send};

/// E1: without a token, with one nobody issued, with another scheme, or after its time: 401 and a challenge.
#[tokio::test]
async fn a_token_must_be_there_and_live() {
    let ada = Mailbox::of_ada().await;
    let nobody = send(ada.anonymous("/me")).await;
    nobody.is_refused(401, "InvalidAuthenticationToken");
    assert!(nobody.header("www-authenticate").starts_with("Bearer "));
    for value in [
        "Bearer",
        "Bearer ",
        "Bearer no-such-token",
        "Basic YTpi",
        "garbage",
    ] {
        let answer = send(ada.anonymous("/me/messages").header("authorization", value)).await;
        answer.is_refused(401, "InvalidAuthenticationToken");
        assert!(
            answer.header("www-authenticate").starts_with("Bearer "),
            "{value}"
        );
    }
    assert_eq!(ada.get("/me").await.status, 200);
    ada.emulator.clock().advance(3600);
    ada.get("/me")
        .await
        .is_refused(401, "InvalidAuthenticationToken");
}

/// E3: every answer names the call; the client's own name for it comes back, in errors too, with a date without zone.
#[tokio::test]
async fn every_answer_names_its_call() {
    let ada = Mailbox::of_ada().await;
    let plain = ada.get("/me").await;
    assert_eq!(plain.header("request-id").len(), 36);
    assert_ne!(
        plain.header("request-id"),
        ada.get("/me").await.header("request-id")
    );

    let request = ada.request(reqwest::Method::GET, "/me/messages/garbage");
    let refused =
        send(request.header("client-request-id", "11111111-2222-4333-8444-555555555555")).await;
    let inner = &refused.error()["innerError"];
    assert_eq!(
        refused.header("client-request-id"),
        "11111111-2222-4333-8444-555555555555"
    );
    assert_eq!(
        inner["client-request-id"],
        refused.header("client-request-id")
    );
    assert_eq!(inner["request-id"], refused.header("request-id"));
    let date = inner["date"].as_str().expect("a date");
    assert_eq!((date.len(), &date[10..11]), (19, "T"));
    assert!(!date.ends_with('Z'));
}

/// E4: the body of an error is `error` with code and message, and nothing else beside it.
#[tokio::test]
async fn errors_have_one_shape() {
    let ada = Mailbox::of_ada().await;
    for path in [
        "/me/nowhere",
        "/me/messages/garbage",
        "/me/messages?$top=0",
        "/me/messages?$filter=x",
        "/users/nobody@contoso.example",
    ] {
        let answer = ada.get(path).await;
        let body: Value = serde_json::from_str(&answer.text).expect("JSON");
        let members: Vec<_> = body.as_object().expect("an object").keys().collect();
        assert_eq!(members, ["error"], "{path}");
        assert!(answer.status.is_client_error(), "{path}");
        assert!(
            answer.error()["code"].is_string() && answer.error()["message"].is_string(),
            "{path}"
        );
        assert!(
            answer
                .header("content-type")
                .starts_with("application/json"),
            "{path}"
        );
    }
}

/// E8: words of a path match in any case, brackets are a way to write a key, ids are compared exactly.
#[tokio::test]
async fn paths_match_without_regard_to_capitals() {
    let ada = Mailbox::of_ada().await;
    let inbox = ada.json("/me/mailFolders/inbox").await;
    for path in [
        "/me/mailFolders('inbox')",
        "/ME/MailFolders/Inbox",
        "/me/mailfolders('INBOX')",
        "/me/mailfolders/inbox/",
    ] {
        assert_eq!(ada.json(path).await["id"], inbox["id"], "{path}");
    }
    let id = inbox["id"].as_str().expect("an id");
    let percent = id.replace('=', "%3D");
    assert_eq!(
        ada.json(&format!("/me/mailFolders/{percent}")).await["id"],
        inbox["id"]
    );
    assert_eq!(
        ada.json(&format!("/me/mailFolders('{id}')")).await["id"],
        inbox["id"]
    );
    let other = ada
        .get(&format!("/me/mailFolders/{}", id.to_uppercase()))
        .await;
    other.is_refused(400, "ErrorInvalidIdMalformed");
}

/// E66: what the emulator does not have is refused in Graph's shape, never silently answered.
#[tokio::test]
async fn unknown_routes_and_verbs_are_refused() {
    let ada = Mailbox::of_ada().await;
    let origin = ada.emulator.origin().to_owned();
    for path in [
        "/me/calendar",
        "/me/messages/x/fold",
        "/groups",
        "/",
        "",
        "/me/mailFolders/inbox/messageRules",
    ] {
        ada.get(path).await.is_refused(400, "BadRequest");
    }
    ada.get(&format!("{origin}/beta/me"))
        .await
        .is_refused(400, "BadRequest");
    for method in ["PUT", "PATCH", "POST", "DELETE"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a verb");
        send(ada.request(method, "/me/mailFolders"))
            .await
            .is_refused(400, "BadRequest");
    }
}

/// E66: the log names the feature that is missing.
#[tokio::test]
async fn a_missing_feature_is_named_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false);
    // The emulator's tasks run on this test's own thread.
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let ada = Mailbox::of_ada().await;
    ada.get("/me/calendar").await;
    send(ada.request(reqwest::Method::PUT, "/me/mailFolders/inbox")).await;
    let written = log.text();
    assert!(
        written.contains("WARN") && written.contains("feature=\"calendar\""),
        "{written}"
    );
    assert!(
        written.contains("feature=PUT") && written.contains("/v1.0/me/mailFolders/inbox"),
        "{written}"
    );
}

/// A log that can be read again.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("not poisoned")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Pages of any origin call Graph: the browser asks first and reads the answer, refusals too (seen so).
#[tokio::test]
async fn pages_may_call_graph() {
    let ada = Mailbox::of_ada().await;
    let page = "http://localhost:3000";
    let messages = format!("{}/v1.0/me/messages", ada.emulator.origin());
    let asked = ada
        .plain(reqwest::Method::OPTIONS, &messages)
        .header("origin", page)
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "authorization,prefer");
    let allowed = send(asked).await;
    assert_eq!(allowed.status, 200);
    assert_eq!(
        allowed.header("access-control-allow-headers"),
        "authorization,prefer"
    );
    assert!(
        allowed
            .header("access-control-allow-methods")
            .contains("PATCH")
    );
    for answer in [
        send(
            ada.request(reqwest::Method::GET, "/me")
                .header("origin", page),
        )
        .await,
        send(ada.anonymous("/me").header("origin", page)).await,
    ] {
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(
            answer
                .header("access-control-expose-headers")
                .contains("Retry-After")
        );
    }
    let server = ada.get("/me").await;
    assert!(server.headers.get("access-control-allow-origin").is_none());
}
