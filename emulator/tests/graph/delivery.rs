//! Mail that arrives at other people of the emulator.

use serde_json::{Value, json};

use crate::mailbox::{Mailbox, entries, text};

async fn ada() -> Mailbox {
    Mailbox::of("ada@contoso.example", &["Mail.ReadWrite", "Mail.Send"]).await
}

fn recipients(addresses: &[&str]) -> Value {
    addresses
        .iter()
        .map(|address| json!({ "emailAddress": { "address": address } }))
        .collect()
}

async fn send(from: &Mailbox, message: Value) {
    let answer = from
        .post("/me/sendMail", &json!({ "message": message }))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
}

/// E26: the same letter under the same Message-ID, as an unread message of its own, in a thread of its own, and counted.
#[tokio::test]
async fn a_letter_arrives_with_whom_it_is_for() {
    let ada = ada().await;
    let grace = ada.beside("grace@contoso.example", &["Mail.ReadWrite"]);
    let before = grace.counts("inbox").await;
    send(
        &ada,
        json!({
            "subject": "Compiler",
            "body": { "contentType": "HTML", "content": "<p>It works</p>" },
            "toRecipients": recipients(&["Grace@Contoso.example"]),
        }),
    )
    .await;
    let (sent, arrived) = (ada.newest("sentitems").await, grace.newest("inbox").await);
    assert_eq!(grace.counts("inbox").await, (before.0 + 1, before.1 + 1));
    assert_eq!(arrived["internetMessageId"], sent["internetMessageId"]);
    assert_eq!(
        (&arrived["subject"], &arrived["bodyPreview"]),
        (&json!("Compiler"), &json!("It works"))
    );
    assert_eq!(
        (&arrived["isRead"], &arrived["isDraft"]),
        (&json!(false), &json!(false))
    );
    assert_ne!(arrived["id"], sent["id"]);
    assert_ne!(arrived["conversationId"], sent["conversationId"]);
    assert_eq!(arrived["from"]["emailAddress"]["name"], "Ada Lovelace");
}

/// E26: across tenants and to oneself; nobody twice; nobody sees who was hidden.
#[tokio::test]
async fn everybody_gets_it_once_and_hidden_ones_stay_hidden() {
    let ada = ada().await;
    let others = [
        "grace@contoso.example",
        "katherine@fabrikam.example",
        "hedy@live.example",
    ]
    .map(|address| ada.beside(address, &["Mail.Read"]));
    let mut before = Vec::new();
    for other in &others {
        before.push(other.counts("inbox").await.0);
    }
    let own = ada.counts("inbox").await.0;
    send(&ada, json!({
        "subject": "Round",
        "toRecipients": recipients(&["grace@contoso.example", "GRACE@contoso.example"]),
        "ccRecipients": recipients(&["katherine@fabrikam.example", "ada@contoso.example", "stranger@elsewhere.example"]),
        "bccRecipients": recipients(&["hedy@live.example"]),
    }))
    .await;
    for (other, before) in others.iter().zip(before) {
        assert_eq!(other.counts("inbox").await.0, before + 1);
        let arrived = other.newest("inbox").await;
        assert_eq!(
            (&arrived["subject"], &arrived["bccRecipients"]),
            (&json!("Round"), &json!([]))
        );
    }
    assert_eq!(ada.counts("inbox").await.0, own + 1);
    assert_eq!(
        ada.newest("sentitems").await["bccRecipients"][0]["emailAddress"]["address"],
        "hedy@live.example"
    );
}

/// E26: an answer to an answer stays in one thread, on both sides.
#[tokio::test]
async fn a_thread_is_one_thread_on_both_sides() {
    let ada = ada().await;
    let grace = ada.beside("grace@contoso.example", &["Mail.ReadWrite", "Mail.Send"]);
    send(
        &ada,
        json!({ "subject": "Ping", "toRecipients": recipients(&["grace@contoso.example"]) }),
    )
    .await;
    let arrived = grace.newest("inbox").await;
    let path = format!("/me/messages/{}/reply", text(&arrived, "id"));
    assert_eq!(
        grace
            .post(&path, &json!({ "comment": "Pong" }))
            .await
            .status,
        202
    );
    let (back, sent) = (ada.newest("inbox").await, ada.newest("sentitems").await);
    assert_eq!(back["subject"], "RE: Ping");
    assert_eq!(back["conversationId"], sent["conversationId"]);
    assert_eq!(
        grace.newest("sentitems").await["conversationId"],
        arrived["conversationId"]
    );
    assert!(text(&back, "conversationIndex").len() > text(&sent, "conversationIndex").len());
}

/// E26: what a tenant's own domain does not know comes back as a report; addresses elsewhere swallow it.
#[tokio::test]
async fn what_cannot_be_delivered_comes_back() {
    let ada = ada().await;
    let before = ada.counts("inbox").await;
    send(
        &ada,
        json!({ "subject": "Lost", "toRecipients": recipients(&["stranger@elsewhere.example"]) }),
    )
    .await;
    assert_eq!(ada.counts("inbox").await, before);
    send(&ada, json!({
        "subject": "Lost",
        "toRecipients": recipients(&["nobody@contoso.example", "charles@contoso.example", "grace@contoso.example"]),
    }))
    .await;
    assert_eq!(ada.counts("inbox").await, (before.0 + 1, before.1 + 1));
    let report = ada.newest("inbox").await;
    assert_eq!(report["subject"], "Undeliverable: Lost");
    let body = text(&report["body"], "content");
    assert!(
        body.contains("nobody@contoso.example") && body.contains("charles@contoso.example"),
        "{body}"
    );
    assert_eq!(
        report["conversationId"],
        ada.newest("sentitems").await["conversationId"]
    );
}

/// E26, E65: two emulators that are told the same end with the same mailboxes.
#[tokio::test]
async fn sending_is_the_same_every_time() {
    let mut told = Vec::new();
    for _ in 0..2 {
        let ada = ada().await;
        let grace = ada.beside("grace@contoso.example", &["Mail.Read"]);
        for subject in ["One", "Two"] {
            send(&ada, json!({ "subject": subject, "toRecipients": recipients(&["grace@contoso.example"]) })).await;
        }
        let page = grace
            .json("/me/mailFolders/inbox/messages?$top=2&$select=id,subject,internetMessageId")
            .await;
        let rows = entries(&page).into_iter();
        told.push(
            rows.map(|row| (row["id"].clone(), row["internetMessageId"].clone()))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(told[0], told[1]);
}
