//! Bad input for Graph and the upload host (security §4.6–4.8): whatever comes, there is an answer below 500 in Graph's
//! shape, and the emulator lives on.

use proptest::{prelude::*, test_runner::TestRunner};
use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

use crate::{
    attaching::drafts_attachments,
    mailbox::{Answer, Mailbox, send, text},
};

/// Values that have broken parsers.
fn values() -> Vec<String> {
    let written = include_str!("../entra/trouble/corpus.json");
    let written: Vec<String> = serde_json::from_str(written).expect("JSON");
    let made = [
        "\u{301}".repeat(3_000),
        "(".repeat(5_000),
        "not ".repeat(5_000),
        "a/".repeat(5_000),
        format!("{}isRead eq true{}", "(".repeat(2_000), ")".repeat(2_000)),
        format!("attachments({})", "$expand=attachments(".repeat(500)),
    ];
    written.into_iter().chain(made).collect()
}

#[track_caller]
fn is_answered(answer: &Answer, what: &str) {
    let shown: String = what.chars().take(200).collect();
    assert!(
        answer.status.as_u16() < 500,
        "{} for {shown}",
        answer.status
    );
    if answer.status.is_client_error() {
        assert!(
            answer.error()["code"].is_string(),
            "{} for {shown}",
            answer.text
        );
    }
}

const OPTIONS: [&str; 9] = [
    "$filter",
    "$orderby",
    "$search",
    "$select",
    "$expand",
    "$top",
    "$skip",
    "$count",
    "$skiptoken",
];

async fn without_limits() -> Mailbox {
    let ada = Mailbox::of_ada().await;
    ada.emulator
        .change_switches(|switches| switches.graph_limits.requests = 0);
    ada
}

#[tokio::test]
async fn every_query_option_of_every_list_answers_whatever_comes() {
    let ada = without_limits().await;
    for path in [
        "/me/messages",
        "/me/mailFolders",
        "/me/mailFolders/inbox/messages",
    ] {
        for option in OPTIONS {
            for value in values() {
                let query: String = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair(option, &value)
                    .finish();
                let asked = ada.get(&format!("{path}?{query}")).await;
                is_answered(&asked, &query);
            }
        }
    }
    assert_eq!(ada.get("/me/messages").await.status, 200);
}

#[tokio::test]
async fn ids_and_bodies_answer_whatever_comes() {
    let ada = without_limits().await;
    let attachments = drafts_attachments(&ada).await;
    for value in values() {
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        for path in ["/me/messages/", "/me/mailFolders/", "/users/"] {
            is_answered(&ada.get(&format!("{path}{encoded}")).await, &value);
        }
        for body in [
            json!({ "@odata.type": value, "name": value, "contentBytes": value }),
            json!({ "@odata.type": "#microsoft.graph.fileAttachment", "name": value, "contentBytes": value }),
            json!({ "AttachmentItem": { "attachmentType": "file", "name": value, "size": value } }),
            json!({ "requests": [{ "id": value, "method": "GET", "url": value }] }),
            json!({ "requests": [{ "id": "1", "method": value, "url": "/me", "headers": { value.as_str(): value } }] }),
            json!(value),
        ] {
            for path in [
                attachments.as_str(),
                &format!("{attachments}/createUploadSession"),
                "/$batch",
            ] {
                is_answered(&ada.send(Method::POST, path, &body).await, &value);
            }
        }
        for path in [attachments.as_str(), "/$batch"] {
            let raw = ada.request(Method::POST, path).body(value.clone());
            is_answered(&send(raw).await, &value);
        }
    }
    assert_eq!(ada.get("/me/messages").await.status, 200);
}

#[tokio::test]
async fn the_upload_host_answers_whatever_comes() {
    let ada = without_limits().await;
    let path = drafts_attachments(&ada).await;
    let asked =
        json!({ "AttachmentItem": { "attachmentType": "file", "name": "a", "size": 3_000_000 } });
    let create = format!("{path}/createUploadSession");
    let session: Value = ada.send(Method::POST, &create, &asked).await.json();
    let url = text(&session, "uploadUrl");
    for value in values() {
        if let Ok(range) = HeaderValue::from_str(&value) {
            let put = ada.plain(Method::PUT, url).header("content-range", range);
            is_answered(&send(put.body("x")).await, &value);
        }
        let token: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let altered = format!("{}/{token}?authtoken={token}", ada.emulator.upload_origin());
        if let Ok(answer) = ada.plain(Method::GET, &altered).send().await {
            assert_eq!(answer.status(), 404, "{value}");
        }
    }
    let state = send(ada.plain(Method::GET, url)).await.json();
    assert_eq!(state["nextExpectedRanges"], json!(["0"]), "nothing arrived");
}

/// Ranges made of numbers near one another and near the limits of their types: an upload takes the next part only.
#[test]
fn any_range_is_answered() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (ada, url) = runtime.block_on(an_upload());
    let number = || {
        prop_oneof![
            0_u64..30,
            Just(2_999_999),
            Just(3_000_000),
            (u64::MAX - 2)..=u64::MAX
        ]
    };
    let mut runner = TestRunner::new(ProptestConfig::with_cases(200));
    let parts = (number(), number(), number(), 0_usize..30);
    runner
        .run(&parts, |part| {
            runtime.block_on(put_and_judge(&ada, &url, part))
        })
        .expect("every range is answered as it should");
}

/// An upload of three million bytes that has begun.
async fn an_upload() -> (Mailbox, String) {
    let ada = without_limits().await;
    let path = drafts_attachments(&ada).await;
    let asked =
        json!({ "AttachmentItem": { "attachmentType": "file", "name": "a", "size": 3_000_000 } });
    let create = format!("{path}/createUploadSession");
    let session: Value = ada.send(Method::POST, &create, &asked).await.json();
    let url = text(&session, "uploadUrl").to_owned();
    (ada, url)
}

async fn put_and_judge(
    ada: &Mailbox,
    url: &str,
    (first, last, total, length): (u64, u64, u64, usize),
) -> Result<(), TestCaseError> {
    let before = next(&send(ada.plain(Method::GET, url)).await.json());
    let put = ada.plain(Method::PUT, url);
    let put = put.header("content-range", format!("bytes {first}-{last}/{total}"));
    let answer = send(put.body(vec![7; length])).await;
    is_answered(&answer, "a range");
    let after = next(&send(ada.plain(Method::GET, url)).await.json());
    let fits = last
        .checked_sub(first)
        .is_some_and(|more| more.checked_add(1) == Some(length as u64));
    let is_next = first == before && total == 3_000_000 && last < total && fits;
    prop_assert_eq!(answer.status == 200, is_next);
    prop_assert_eq!(after - before, if is_next { length as u64 } else { 0 });
    Ok(())
}

fn next(state: &Value) -> u64 {
    let next = state["nextExpectedRanges"][0].as_str().expect("a range");
    next.parse().expect("a number")
}
