//! Several calls in one.

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Answer, Mailbox, entries, send, text};

async fn batch(ada: &Mailbox, requests: &Value) -> Answer {
    ada.send(Method::POST, "/$batch", &json!({ "requests": requests }))
        .await
}

/// The answer with this id.
fn answer_to(answers: &Value, id: &str) -> Value {
    let responses = answers["responses"].as_array().expect("a list");
    let mut found = responses.iter().filter(|response| response["id"] == id);
    let found = found.next().expect("an answer").clone();
    assert!(
        responses
            .iter()
            .filter(|response| response["id"] == id)
            .count()
            == 1
    );
    found
}

fn get(id: &str, url: &str) -> Value {
    json!({ "id": id, "method": "GET", "url": url })
}

/// E53: the envelope is 200 whatever the calls did; each answer has status, headers and body of its own.
#[tokio::test]
async fn each_call_is_answered_by_itself() {
    let ada = Mailbox::of_ada().await;
    let message = ada.message(|message| message["isRead"] == false).await;
    let path = format!("/me/messages/{}", text(&message, "id"));
    let answer = batch(
        &ada,
        &json!([
            get("profile", "/me?$select=displayName"),
            get("inbox", "me/mailFolders/inbox"),
            get("nowhere", "/me/messages/garbage"),
            {
                "id": "read", "method": "PATCH", "url": path,
                "headers": { "Content-Type": "application/json" }, "body": { "isRead": true },
            },
            { "id": "mime", "method": "GET", "url": format!("{path}/$value") },
            { "id": "text", "method": "GET", "url": path, "headers": { "Prefer": "outlook.body-content-type=\"text\"" } },
        ]),
    )
    .await;
    assert_eq!(answer.status, 200);
    assert!(!answer.header("request-id").is_empty());
    let answers = answer.json();
    let profile = answer_to(&answers, "profile");
    assert_eq!(
        (&profile["status"], &profile["body"]["displayName"]),
        (&json!(200), &json!("Ada Lovelace"))
    );
    assert!(text(&profile["headers"], "Content-Type").starts_with("application/json"));
    assert_eq!(answer_to(&answers, "inbox")["body"]["displayName"], "Inbox");
    let nowhere = answer_to(&answers, "nowhere");
    assert_eq!(nowhere["status"], 400);
    assert_eq!(nowhere["body"]["error"]["code"], "ErrorInvalidIdMalformed");
    assert_eq!(answer_to(&answers, "read")["body"]["isRead"], true);
    assert_eq!(ada.json(&path).await["isRead"], true);
    assert!(answer_to(&answers, "mime")["body"].is_string(), "as base64");
    let text_form = answer_to(&answers, "text");
    assert_eq!(text_form["body"]["body"]["contentType"], "text");
    assert!(text_form["headers"]["Preference-Applied"].is_string());
}

/// E53: twenty are taken, in another order than asked; twenty-one are not.
#[tokio::test]
async fn twenty_calls_are_a_full_batch() {
    let ada = Mailbox::of_ada().await;
    let calls = |count: usize| {
        let calls = (0..count).map(|id| get(&id.to_string(), "/me/mailFolders"));
        Value::from(calls.collect::<Vec<_>>())
    };
    let full = batch(&ada, &calls(20)).await.json();
    let responses = full["responses"].as_array().expect("a list").clone();
    assert!(responses.iter().all(|response| response["status"] == 200));
    let ids: Vec<_> = responses.iter().map(|one| text(one, "id")).collect();
    let asked: Vec<_> = (0..20).map(|id: i32| id.to_string()).collect();
    assert_ne!(ids, asked, "no order is promised");
    let mut sorted = ids.clone();
    sorted.sort_by_key(|id| id.parse::<u8>().expect("a number"));
    assert_eq!(sorted, asked);
    let refused = batch(&ada, &calls(21)).await;
    refused.is_refused(400, "BadRequest");
}

/// E53: what makes the envelope malformed; then nothing of it runs.
#[tokio::test]
async fn a_malformed_batch_runs_not_at_all() {
    let ada = Mailbox::of_ada().await;
    let unread = ada.message(|message| message["isRead"] == false).await;
    let path = format!("/me/messages/{}", text(&unread, "id"));
    let read = json!({
        "id": "1", "method": "PATCH", "url": path,
        "headers": { "content-type": "application/json" }, "body": { "isRead": true },
    });
    let untyped = json!({ "id": "2", "method": "POST", "url": "/me/messages", "body": {} });
    let bodyless = json!({ "id": "2", "method": "POST", "url": "/me/messages/x/send" });
    for requests in [
        json!([read, get("1", "/me")]),
        json!([read, untyped]),
        json!([read, bodyless]),
        json!([read, { "id": "", "method": "GET", "url": "/me" }]),
        json!([read, { "id": 2, "method": "GET", "url": "/me" }]),
        json!([read, { "id": "2", "url": "/me" }]),
        json!([read, { "id": "2", "method": "GET", "url": "/me", "dependsOn": ["3"] }]),
        json!([]),
        json!({}),
    ] {
        batch(&ada, &requests).await.is_refused(400, "BadRequest");
    }
    let twins = batch(&ada, &json!([get("a", "/me"), get("A", "/me")])).await;
    twins.is_refused(400, "BadRequest");
    assert_eq!(
        twins.error()["message"],
        "Request Id A has to be unique in a batch."
    );
    assert_eq!(ada.json(&path).await["isRead"], false);
}

/// E53: a call whose forerunner failed is not run: 424, and so on down the line.
#[tokio::test]
async fn a_failure_stops_what_depends_on_it() {
    let ada = Mailbox::of_ada().await;
    let after = |id: &str, url: &str, on: &[&str]| json!({ "id": id, "method": "GET", "url": url, "dependsOn": on });
    let requests = json!([
        after("last", "/me", &["SECOND"]),
        after("second", "/me", &["first"]),
        get("first", "/me/messages/garbage"),
        after("fine", "/me/mailFolders", &["start"]),
        get("start", "/me"),
    ]);
    let answers = batch(&ada, &requests).await.json();
    for (id, status) in [
        ("first", 400),
        ("second", 424),
        ("last", 424),
        ("start", 200),
        ("fine", 200),
    ] {
        assert_eq!(answer_to(&answers, id)["status"], status, "{id}");
    }
    let second = answer_to(&answers, "second");
    assert_eq!(second["body"]["error"]["code"], "FailedDependency");
}

/// E53: a chain runs in its order, so that a later call sees what an earlier one did.
#[tokio::test]
async fn a_chain_runs_in_order() {
    let ada = Mailbox::of_ada().await;
    let unread = ada.message(|message| message["isRead"] == false).await;
    let path = format!("/me/messages/{}", text(&unread, "id"));
    let set = |id: &str, is_read: bool, on: &[&str]| {
        json!({
            "id": id, "method": "PATCH", "url": path, "dependsOn": on,
            "headers": { "Content-Type": "application/json" }, "body": { "isRead": is_read },
        })
    };
    let requests = json!([
        { "id": "look", "method": "GET", "url": format!("{path}?$select=isRead"), "dependsOn": ["again"] },
        set("again", false, &["once"]),
        set("once", true, &[]),
    ]);
    let answers = batch(&ada, &requests).await.json();
    assert_eq!(answer_to(&answers, "once")["body"]["isRead"], true);
    assert_eq!(answer_to(&answers, "look")["body"]["isRead"], false);
}

/// E53, E56, §13: calls of a batch are throttled and spoiled one by one, each with its own `Retry-After`.
#[tokio::test]
async fn calls_within_a_batch_are_throttled_one_by_one() {
    let ada = Mailbox::of_ada().await;
    let kind = FaultKind::Status {
        status: 429,
        retry_after: Some(9),
    };
    ada.emulator
        .add_fault(Fault::next(kind, "/me/mailFolders/drafts"));
    ada.emulator.add_fault(Fault::next(
        FaultKind::ResetBefore,
        "/me/mailFolders/archive",
    ));
    let requests = json!([
        get("a", "/me/mailFolders/drafts"),
        get("b", "/me/mailFolders/inbox"),
        get("c", "/me/mailFolders/archive"),
    ]);
    let answers = batch(&ada, &requests).await.json();
    let throttled = answer_to(&answers, "a");
    assert_eq!(throttled["status"], 429);
    assert_eq!(throttled["headers"]["Retry-After"], "9");
    assert_eq!(answer_to(&answers, "b")["status"], 200);
    assert_eq!(answer_to(&answers, "c")["status"], 504);

    ada.emulator
        .change_switches(|switches| switches.graph_limits.requests = 1);
    ada.emulator.clock().advance(600);
    let answers = batch(&ada, &requests).await.json();
    let statuses: Vec<_> = entries(&json!({ "value": answers["responses"] }))
        .iter()
        .map(|one| one["status"].as_u64().expect("a status"))
        .collect();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 2);
}

/// E1, E8: a batch needs a token like any call, its address is matched without case, and it takes `POST` only.
#[tokio::test]
async fn a_batch_is_a_call_like_any_other() {
    let ada = Mailbox::of_ada().await;
    let requests = json!({ "requests": [get("1", "/me")] });
    let url = format!("{}/v1.0/$batch", ada.emulator.origin());
    send(ada.plain(Method::POST, &url).json(&requests))
        .await
        .is_refused(401, "InvalidAuthenticationToken");
    for path in ["/$Batch", "/%24batch", "/$batch/"] {
        assert_eq!(ada.send(Method::POST, path, &requests).await.status, 200);
    }
    ada.get("/$batch").await.is_refused(405, "BadRequest");
    let nested = json!([{
        "id": "1", "method": "POST", "url": "/$batch",
        "headers": { "Content-Type": "application/json" }, "body": requests,
    }]);
    let answers = batch(&ada, &nested).await.json();
    assert_eq!(answer_to(&answers, "1")["status"], 400);
    let broken = json!([{ "id": "1", "method": "G T", "url": "/me" }, get("2", "/me/ü\u{7f}")]);
    let answers = batch(&ada, &broken).await.json();
    assert_eq!(answer_to(&answers, "1")["status"], 400);
    assert_eq!(answer_to(&answers, "2")["status"], 400);
}
