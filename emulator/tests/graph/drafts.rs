//! Drafts: begun, changed, sent.

use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Mailbox, send, text};

const IMMUTABLE: &str = "IdType=\"ImmutableId\"";

async fn ada() -> Mailbox {
    Mailbox::of("ada@contoso.example", &["Mail.ReadWrite", "Mail.Send"]).await
}

fn letter() -> Value {
    json!({
        "subject": "Draft",
        "body": { "contentType": "html", "content": "<p>First</p>" },
        "toRecipients": [{ "emailAddress": { "address": "grace@contoso.example", "name": "Grace" } }],
    })
}

/// E27: a new draft lies in Drafts, is shown in full, and counts there.
#[tokio::test]
async fn a_draft_begins_in_drafts() {
    let ada = ada().await;
    let before = ada.counts("drafts").await;
    let answer = ada.post("/me/messages", &letter()).await;
    assert_eq!(answer.status, 201);
    let draft = answer.json();
    let folder = ada.json("/me/mailFolders/drafts").await;
    assert_eq!(
        (&draft["isDraft"], &draft["isRead"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(draft["parentFolderId"], folder["id"]);
    assert_eq!(draft["toRecipients"][0]["emailAddress"]["name"], "Grace");
    assert!(
        draft["@odata.context"]
            .as_str()
            .expect("a context")
            .ends_with("/messages/$entity")
    );
    assert_eq!(ada.counts("drafts").await, (before.0 + 1, before.1));
    let same = ada
        .json(&format!("/me/messages/{}", text(&draft, "id")))
        .await;
    assert_eq!(same["changeKey"], draft["changeKey"]);
}

/// E27: an empty draft is a draft, and one may begin in any folder.
#[tokio::test]
async fn a_draft_may_be_empty_and_anywhere() {
    let ada = ada().await;
    let draft = ada
        .post("/me/mailFolders/archive/messages", &json!({}))
        .await;
    assert_eq!(draft.status, 201);
    let draft = draft.json();
    assert_eq!(
        draft["parentFolderId"],
        ada.json("/me/mailFolders/archive").await["id"]
    );
    assert_eq!(
        (&draft["isDraft"], &draft["toRecipients"], &draft["from"]),
        (&json!(true), &json!([]), &json!(null))
    );
    ada.post(
        &format!("/me/messages/{}/send", text(&draft, "id")),
        &json!({}),
    )
    .await
    .is_refused(400, "ErrorInvalidRecipients");
}

/// E27: subject and body can be changed until it is sent, and not any more then.
#[tokio::test]
async fn a_draft_is_rewritten_until_it_is_sent() {
    let ada = ada().await;
    let draft = ada.post("/me/messages", &letter()).await.json();
    let path = format!("/me/messages/{}", text(&draft, "id"));
    let body =
        json!({ "subject": "Better", "body": { "contentType": "text", "content": "Second" } });
    let changed = ada.send(Method::PATCH, &path, &body).await.json();
    assert_eq!(
        (&changed["subject"], &changed["bodyPreview"]),
        (&json!("Better"), &json!("Second"))
    );
    assert_eq!(ada.post_nothing(&format!("{path}/send")).await.status, 202);
    let sent = ada.newest("sentitems").await;
    assert_eq!(sent["subject"], "Better");
    let path = format!("/me/messages/{}", text(&sent, "id"));
    ada.send(Method::PATCH, &path, &body)
        .await
        .is_refused(400, "ErrorInvalidPropertyUpdateSentMessage");
}

/// E27, E20: the draft leaves Drafts and comes up in Sent Items; its mutable id leads nowhere, its immutable one there.
#[tokio::test]
async fn a_sent_draft_is_in_sent_items() {
    let ada = ada().await;
    let before = (
        ada.counts("drafts").await.0,
        ada.counts("sentitems").await.0,
    );
    let draft = send(
        ada.request(Method::POST, "/me/messages")
            .header("prefer", IMMUTABLE)
            .json(&letter()),
    )
    .await;
    assert_eq!(draft.header("preference-applied"), IMMUTABLE);
    let draft = draft.json();
    let (kept, mutable) = (text(&draft, "id"), ada.newest("drafts").await);
    let sent = ada.post_nothing(&format!("/me/messages/{kept}/send")).await;
    assert_eq!((sent.status.as_u16(), sent.text.as_str()), (202, ""));
    assert_eq!(
        (
            ada.counts("drafts").await.0,
            ada.counts("sentitems").await.0
        ),
        (before.0, before.1 + 1)
    );
    ada.get(&format!("/me/messages/{}", text(&mutable, "id")))
        .await
        .is_refused(404, "ErrorItemNotFound");
    let found = ada.json(&format!("/me/messages/{kept}")).await;
    assert_eq!(
        found["parentFolderId"],
        ada.json("/me/mailFolders/sentitems").await["id"]
    );
    assert_eq!(
        (&found["isDraft"], &found["internetMessageId"]),
        (&json!(false), &draft["internetMessageId"])
    );
}

/// E27: nothing is sent twice, and nothing that is no draft.
#[tokio::test]
async fn only_a_draft_can_be_sent_and_once() {
    let ada = ada().await;
    let request = ada
        .request(Method::POST, "/me/messages")
        .header("prefer", IMMUTABLE);
    let kept = send(request.json(&letter())).await.json();
    let mutable = ada.newest("drafts").await;
    let path = |id: &Value| format!("/me/messages/{}/send", text(id, "id"));
    assert_eq!(ada.post_nothing(&path(&kept)).await.status, 202);
    let count = ada.counts("sentitems").await;
    ada.post_nothing(&path(&kept))
        .await
        .is_refused(400, "ErrorInvalidRequest");
    ada.post_nothing(&path(&mutable))
        .await
        .is_refused(404, "ErrorItemNotFound");
    let received = ada.newest("inbox").await;
    ada.post_nothing(&path(&received))
        .await
        .is_refused(400, "ErrorInvalidRequest");
    assert_eq!(ada.counts("sentitems").await, count);
}

/// E28: while it is under way it is nowhere; then it is found by the id that the draft had.
#[tokio::test]
async fn a_draft_under_way_is_nowhere() {
    let ada = ada().await;
    ada.emulator
        .change_switches(|switches| switches.sending_delay = 10);
    let request = ada
        .request(Method::POST, "/me/messages")
        .header("prefer", IMMUTABLE);
    let path = format!(
        "/me/messages/{}",
        text(&send(request.json(&letter())).await.json(), "id")
    );
    assert_eq!(ada.post_nothing(&format!("{path}/send")).await.status, 202);
    ada.get(&path).await.is_refused(404, "ErrorItemNotFound");
    ada.emulator.clock().advance(11);
    assert_eq!(ada.json(&path).await["isDraft"], false);
}

/// E27: a draft needs `Mail.ReadWrite`; sending it needs `Mail.Send` and nothing else.
#[tokio::test]
async fn writing_and_sending_are_two_permissions() {
    let writer = Mailbox::of_ada().await;
    let draft = writer.post("/me/messages", &letter()).await.json();
    let path = format!("/me/messages/{}/send", text(&draft, "id"));
    writer
        .post_nothing(&path)
        .await
        .is_refused(403, "ErrorAccessDenied");
    let sender = writer.beside("ada@contoso.example", &["Mail.Send"]);
    sender
        .post("/me/messages", &letter())
        .await
        .is_refused(403, "ErrorAccessDenied");
    assert_eq!(sender.post_nothing(&path).await.status, 202);
}
