//! How much an app may ask of a mailbox.

use connect_outlook_emulator::scenario::{Fault, FaultKind, SetFault};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::{
    attaching::drafts_attachments,
    mailbox::{Answer, Mailbox, send},
};

/// Requests to paths with this in them wait until the fault is removed.
fn hold(ada: &Mailbox, path: &str, times: u32) -> SetFault {
    let fault = Fault {
        times: Some(times),
        ..Fault::next(FaultKind::Hold, path)
    };
    ada.emulator.add_fault(fault)
}

fn is_throttled(answer: &Answer, limit: &str, wait: &str) {
    answer.is_refused(429, "ApplicationThrottled");
    assert_eq!(
        answer.text,
        format!(
            r#"{{"error":{{"code":"ApplicationThrottled","message":"Application is over its {limit} limit."}}}}"#
        )
    );
    assert_eq!(answer.header("retry-after"), wait);
}

/// E54, E4: the fifth request at a time is refused, without `innerError`; once one has ended, the next is let in. `/me`
/// is no mailbox.
#[tokio::test]
async fn four_requests_at_a_time_are_in_flight() {
    let ada = Mailbox::of_ada().await;
    let fault = hold(&ada, "/me/mailFolders/inbox", 4);
    let held = join_all((0..4).map(|_| ada.get("/me/mailFolders/inbox")));
    let fifth = async {
        // The four are in flight once the fault has struck four times.
        while ada.emulator.faults()[0].fault.times != Some(0) {
            tokio::task::yield_now().await;
        }
        is_throttled(&ada.get("/me/mailFolders").await, "MailboxConcurrency", "1");
        assert_eq!(ada.get("/me").await.status, 200);
        assert!(ada.emulator.remove_scenario(fault.id));
    };
    let (held, ()) = tokio::join!(held, fifth);
    assert!(held.iter().all(|answer| answer.status == 200));
    assert_eq!(ada.get("/me/mailFolders").await.status, 200);
}

/// E55: requests of ten minutes, by the emulator's clock; other mailboxes are not concerned.
#[tokio::test]
async fn so_many_requests_in_ten_minutes() {
    let ada = Mailbox::of_ada().await;
    ada.emulator
        .change_switches(|switches| switches.graph_limits.requests = 3);
    for _ in 0..3 {
        assert_eq!(ada.get("/me/mailFolders").await.status, 200);
    }
    ada.emulator.clock().advance(100);
    let refused = ada.get("/me/mailFolders").await;
    refused.is_refused(429, "ApplicationThrottled");
    let wait: i64 = refused.header("retry-after").parse().expect("seconds");
    assert!((490..=500).contains(&wait), "{wait}");
    assert_eq!(ada.get("/me").await.status, 200);

    let grace = ada.entered_by("grace@contoso.example", &["Mail.Read"]);
    assert_eq!(grace.get("/me/mailFolders").await.status, 200);
    let ada = grace.entered_by("ada@contoso.example", &["Mail.Read"]);
    ada.get("/me/mailFolders")
        .await
        .is_refused(429, "ApplicationThrottled");
    ada.emulator.clock().advance(wait);
    assert_eq!(ada.get("/me/mailFolders").await.status, 200);
}

/// E55: bytes of five minutes, of whatever is written, also on the upload host; reading goes on.
#[tokio::test]
async fn so_many_bytes_in_five_minutes() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    let asked =
        json!({ "AttachmentItem": { "attachmentType": "file", "name": "a", "size": 3_000_000 } });
    let create = format!("{path}/createUploadSession");
    let session = ada.send(Method::POST, &create, &asked).await.json();
    let url = session["uploadUrl"]
        .as_str()
        .expect("an address")
        .to_owned();
    ada.emulator
        .change_switches(|switches| switches.graph_limits.upload_bytes = 10_000);
    let part = |first: usize| {
        let range = format!("bytes {first}-{}/3000000", first + 5_999);
        let put = ada.plain(Method::PUT, &url).header("content-range", range);
        put.body(vec![1; 6_000])
    };
    assert_eq!(send(part(0)).await.status, 200);
    send(part(6_000))
        .await
        .is_refused(429, "ApplicationThrottled");
    let refused = ada.send(Method::POST, &create, &asked).await;
    refused.is_refused(429, "ApplicationThrottled");
    let wait: i64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=300).contains(&wait), "{wait}");
    ada.json(&path).await;
    ada.emulator.clock().advance(wait);
    assert_eq!(send(part(6_000)).await.status, 200);
}

/// E54, E55: 0 switches a limit off.
#[tokio::test]
async fn limits_can_be_switched_off() {
    let ada = Mailbox::of_ada().await;
    ada.emulator.change_switches(|switches| {
        switches.graph_limits.requests = 0;
        switches.graph_limits.concurrent_requests = 0;
    });
    let fault = hold(&ada, "/me/mailFolders", 6);
    let held = join_all((0..6).map(|_| ada.get("/me/mailFolders")));
    let release = async {
        while ada.emulator.faults()[0].fault.times != Some(0) {
            tokio::task::yield_now().await;
        }
        ada.emulator.remove_scenario(fault.id);
    };
    let (held, ()) = tokio::join!(held, release);
    assert!(held.iter().all(|answer| answer.status == 200));
}
