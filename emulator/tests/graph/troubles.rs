//! Faults of single calls, as a script of a test sets them.

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    attaching::drafts_attachments,
    mailbox::{Mailbox, send, text},
};

fn strike(ada: &Mailbox, kind: FaultKind, times: u32) {
    let fault = Fault {
        times: Some(times),
        ..Fault::next(kind, "/v1.0/me/messages")
    };
    ada.emulator.add_fault(fault);
}

/// E56: the next N calls are refused, with or without `Retry-After`; then all is well again.
#[tokio::test]
async fn the_next_calls_are_refused() {
    let ada = Mailbox::of_ada().await;
    for (status, code) in [
        (429, "TooManyRequests"),
        (503, "serviceNotAvailable"),
        (504, "generalException"),
    ] {
        for retry_after in [None, Some(17)] {
            let kind = FaultKind::Status {
                status,
                retry_after,
            };
            strike(&ada, kind, 2);
            for _ in 0..2 {
                let answer = ada.asked("$top=1").await;
                answer.is_refused(status, code);
                let told = answer.headers.get("retry-after").cloned();
                let expected = retry_after.map(|seconds| seconds.to_string());
                assert_eq!(
                    told.as_ref().map(|value| value.to_str().expect("text")),
                    expected.as_deref()
                );
            }
            assert_eq!(ada.asked("$top=1").await.status, 200);
        }
    }
}

/// E56: `Retry-After` as an HTTP date of the emulator's clock.
#[tokio::test]
async fn a_refusal_may_name_a_date() {
    let ada = Mailbox::of_ada().await;
    let kind = FaultKind::StatusUntil {
        status: 503,
        retry_after: 90,
    };
    strike(&ada, kind, 1);
    let answer = ada.asked("$top=1").await;
    let date = answer.header("retry-after");
    let (day, rest) = date.split_once(", ").expect("a weekday");
    assert!(
        day.len() == 3 && rest.ends_with(" GMT") && rest.len() == 24,
        "{date}"
    );
    let now = connect_outlook_emulator::rfc3339(ada.emulator.clock().now());
    assert!(rest.contains(&now[..4]), "{date} is in the year of {now}");
}

/// E56: the connection breaks, before or after the call was processed.
#[tokio::test]
async fn a_connection_breaks() {
    let ada = Mailbox::of_ada().await;
    let message = ada.message(|message| message["isRead"] == false).await;
    let path = format!("/me/messages/{}", text(&message, "id"));
    let read = || {
        let patch = ada.request(Method::PATCH, &path);
        patch.json(&json!({ "isRead": true })).send()
    };
    strike(&ada, FaultKind::ResetBefore, 1);
    read().await.expect_err("broken");
    assert_eq!(ada.json(&path).await["isRead"], false);
    strike(&ada, FaultKind::ResetAfter, 1);
    read().await.expect_err("broken");
    assert_eq!(ada.json(&path).await["isRead"], true);
}

/// E56: head and half of the body come at once, the rest when the client may have given up.
#[tokio::test]
async fn a_body_comes_slowly() {
    let ada = Mailbox::of_ada().await;
    let whole = ada.asked("$top=1").await.text;
    let ask = || ada.request(Method::GET, "/me/messages?$top=1");
    strike(
        &ada,
        FaultKind::SlowBody {
            milliseconds: 60_000,
        },
        1,
    );
    let mut slow = ask().send().await.expect("a head");
    assert_eq!(slow.status(), 200);
    let first = slow.chunk().await.expect("a part").expect("of the body");
    assert!(whole.as_bytes().starts_with(&first) && first.len() < whole.len());
    let hasty = ask().timeout(std::time::Duration::from_millis(200));
    strike(
        &ada,
        FaultKind::SlowBody {
            milliseconds: 60_000,
        },
        1,
    );
    let hasty = hasty.send().await.expect("a head");
    assert!(hasty.text().await.expect_err("too slow").is_timeout());
    strike(&ada, FaultKind::SlowBody { milliseconds: 1 }, 1);
    assert_eq!(ada.asked("$top=1").await.text, whole);
    let recorded = ada.emulator.exchanges();
    assert_eq!(
        recorded.last().and_then(|exchange| exchange.fault),
        Some("slow_body")
    );
}

/// E56 on the upload host: faults know whose upload it is, though no token says so.
#[tokio::test]
async fn uploads_meet_the_same_troubles() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    let asked =
        json!({ "AttachmentItem": { "attachmentType": "file", "name": "a", "size": 3_000_000 } });
    let create = format!("{path}/createUploadSession");
    let session = ada.send(Method::POST, &create, &asked).await.json();
    let url = text(&session, "uploadUrl").to_owned();
    let fault = |person: &str| {
        let body = json!({
            "fault": "reset_after", "path": "/AttachmentSessions(", "person": person,
        });
        let at = format!("{}/_emulator/faults", ada.emulator.origin());
        send(ada.plain(Method::POST, &at).json(&body))
    };
    let part = || {
        let put = ada.plain(Method::PUT, &url);
        put.header("content-range", "bytes 0-9/3000000")
            .body("0123456789")
    };
    assert_eq!(fault("grace@contoso.example").await.status, 201);
    assert_eq!(fault("ada@contoso.example").await.status, 201);
    part().send().await.expect_err("broken");
    let state: Value = send(ada.plain(Method::GET, &url)).await.json();
    assert_eq!(state["nextExpectedRanges"], json!(["10"]), "it had arrived");
    assert_eq!(ada.emulator.faults().len(), 1, "Grace's is still there");
}

/// E56: a fault is refused if its numbers make no sense; one that holds is let go by request.
#[tokio::test]
async fn faults_are_scripted_by_request() {
    let ada = Mailbox::of_ada().await;
    let at = format!("{}/_emulator/faults", ada.emulator.origin());
    let set = |body: Value| send(ada.plain(Method::POST, &at).json(&body));
    let nonsense = json!({ "fault": "status_until", "status": 200, "retry_after": 1 });
    assert_eq!(set(nonsense).await.status, 422);
    let nonsense = json!({ "fault": "slow_body", "milliseconds": 9_999_999_u64 });
    assert_eq!(set(nonsense).await.status, 422);
    let hold = set(json!({ "fault": "hold", "path": "/me/messages" }))
        .await
        .json();
    let asked = ada.asked("$top=1");
    let let_go = async {
        while ada.emulator.faults()[0].fault.times != Some(0) {
            tokio::task::yield_now().await;
        }
        let fault = format!("{at}/{}", hold["id"]);
        assert_eq!(send(ada.plain(Method::DELETE, &fault)).await.status, 204);
    };
    let (answer, ()) = tokio::join!(asked, let_go);
    assert_eq!(answer.status, 200);
}
