//! Which fields a message shows.

use crate::mailbox::{Mailbox, entries, text};

/// E12: the selected fields, id and etag always, the context names them; unknown names are refused.
#[tokio::test]
async fn select_limits_the_fields() {
    let ada = Mailbox::of_ada().await;
    let page = ada.json("/me/messages?$select=Subject,from&$top=1").await;
    let message = &entries(&page)[0];
    let names: Vec<_> = message
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(names, ["@odata.etag", "from", "id", "subject"]);
    assert!(text(&page, "@odata.context").ends_with("/messages(subject,from)"));
    for everything in ["$select=*", "$select="] {
        let page = ada.asked(&format!("{everything}&$top=1")).await.json();
        assert!(entries(&page)[0]["body"].is_object(), "{everything}");
    }
    ada.asked("$select=subject,colour")
        .await
        .is_refused(400, "BadRequest");

    let path = format!("/me/messages/{}", text(message, "id"));
    let whole = ada.json(&path).await;
    assert!(whole.get("uniqueBody").is_none() && whole.get("internetMessageHeaders").is_none());
    let asked = ada
        .json(&format!("{path}?$select=uniqueBody,internetMessageHeaders"))
        .await;
    assert!(asked["uniqueBody"]["content"].is_string());
    let headers = asked["internetMessageHeaders"].as_array().expect("headers");
    assert!(headers.iter().any(|header| header["name"] == "Message-ID"));
}

/// graph-mail §4.2: what a message shows unasked.
#[tokio::test]
async fn a_message_shows_every_usual_field() {
    let ada = Mailbox::of_ada().await;
    let message = &ada.list("/me/messages?$top=1").await[0];
    for name in [
        "@odata.etag",
        "id",
        "createdDateTime",
        "lastModifiedDateTime",
        "changeKey",
        "categories",
        "receivedDateTime",
        "sentDateTime",
        "hasAttachments",
        "internetMessageId",
        "subject",
        "bodyPreview",
        "importance",
        "parentFolderId",
        "conversationId",
        "conversationIndex",
        "isDeliveryReceiptRequested",
        "isReadReceiptRequested",
        "isRead",
        "isDraft",
        "webLink",
        "inferenceClassification",
        "body",
        "sender",
        "from",
        "toRecipients",
        "ccRecipients",
        "bccRecipients",
        "replyTo",
        "flag",
    ] {
        assert!(message.get(name).is_some(), "{name}");
    }
    assert_eq!(
        text(message, "@odata.etag"),
        format!("W/\"{}\"", text(message, "changeKey"))
    );
}

/// E17: `$expand=attachments` puts the attachments into the message; nothing else can be unfolded.
#[tokio::test]
async fn attachments_are_unfolded_when_asked() {
    let ada = Mailbox::of_ada().await;
    let query = "$filter=hasAttachments eq true&$expand=attachments($select=name,size)&$select=subject&$top=1";
    let page = ada.json(&format!("/me/messages?{query}")).await;
    let attachment = &entries(&page)[0]["attachments"][0];
    assert!(text(attachment, "@odata.type").starts_with("#microsoft.graph."));
    assert!(attachment["size"].is_number() && attachment.get("contentBytes").is_none());
    assert!(text(&page, "@odata.context").ends_with("/messages(subject,attachments())"));
    ada.asked("$expand=shoes")
        .await
        .is_refused(400, "BadRequest");
}
