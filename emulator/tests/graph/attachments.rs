//! What hangs on messages.

use serde_json::{Value, json};

use crate::mailbox::{Mailbox, text};

/// The only attachment of the message with this subject, and its path.
async fn attachment(ada: &Mailbox, subject: &str) -> (String, Value) {
    let message = ada.message(|message| message["subject"] == subject).await;
    let list = format!("/me/messages/{}/attachments", text(&message, "id"));
    let attachment = ada.list(&list).await.remove(0);
    (format!("{list}/{}", text(&attachment, "id")), attachment)
}

const FILE: &str = "Draft of the operating manual, chapter 4";
const ITEM: &str = "FYI: what the customer wrote to support";
const REFERENCE: &str = "Slides are in the shared folder";

/// E40: each kind says its type; files come with their bytes, and their size is more than these.
#[tokio::test]
async fn attachments_say_what_they_are() {
    let ada = Mailbox::of_ada().await;
    for (subject, kind) in [
        (FILE, "fileAttachment"),
        (ITEM, "itemAttachment"),
        (REFERENCE, "referenceAttachment"),
    ] {
        let (path, listed) = attachment(&ada, subject).await;
        assert_eq!(
            text(&listed, "@odata.type"),
            format!("#microsoft.graph.{kind}")
        );
        let mut alone = ada.json(&path).await;
        alone
            .as_object_mut()
            .expect("an object")
            .remove("@odata.context");
        assert_eq!(alone, listed);
        assert_eq!(
            listed.get("contentBytes").is_some(),
            kind == "fileAttachment"
        );
        assert_eq!(listed["isInline"], false);
    }
    let (path, listed) = attachment(&ada, FILE).await;
    let bytes = ada.get(&format!("{path}/$value")).await.text.len();
    assert!(listed["size"].as_u64().expect("a size") > bytes as u64);
    assert_eq!(
        (&listed["contentType"], &listed["name"]),
        (
            &json!("application/pdf"),
            &json!("Operating manual - chapter 4.pdf")
        )
    );
}

/// E40: a selection leaves out the bytes; they can be asked for by the type that has them.
#[tokio::test]
async fn a_selection_leaves_out_the_bytes() {
    let ada = Mailbox::of_ada().await;
    let (path, _) = attachment(&ada, FILE).await;
    let small = ada.json(&format!("{path}?$select=name,size")).await;
    assert!(
        small.get("contentBytes").is_none() && small["name"].is_string() && small["id"].is_string()
    );
    let cast = ada
        .json(&format!(
            "{path}?$select=microsoft.graph.fileAttachment/contentBytes"
        ))
        .await;
    assert!(
        text(&cast, "contentBytes").starts_with("JVBERi0"),
        "a PDF in base64"
    );
    ada.get(&format!("{path}?$select=contentBytes"))
        .await
        .is_refused(400, "BadRequest");
}

/// E41: bytes of a file with its type, MIME of an item, nothing of a reference.
#[tokio::test]
async fn the_value_depends_on_the_kind() {
    let ada = Mailbox::of_ada().await;
    let (path, _) = attachment(&ada, FILE).await;
    let file = ada.get(&format!("{path}/$value")).await;
    assert_eq!(file.header("content-type"), "application/pdf");
    assert_eq!(file.header("content-length"), file.text.len().to_string());
    assert!(file.text.starts_with("%PDF-1.4") && file.text.ends_with("%%EOF\n"));
    let (path, _) = attachment(&ada, ITEM).await;
    let item = ada.get(&format!("{path}/$value")).await;
    assert!(
        item.text
            .starts_with("From: Rosa Keller <rosa.keller@post.example>\r\n"),
        "{}",
        item.text
    );
    let (path, _) = attachment(&ada, REFERENCE).await;
    assert_eq!(ada.get(&format!("{path}/$value")).await.status, 405);
}

/// §9.2: an attached message is shown when it is asked for, and only then.
#[tokio::test]
async fn an_attached_message_is_expanded() {
    let ada = Mailbox::of_ada().await;
    let (path, plain) = attachment(&ada, ITEM).await;
    assert!(plain.get("item").is_none());
    let expand = "$expand=microsoft.graph.itemattachment/item";
    let item = ada.json(&format!("{path}?{expand}")).await["item"].clone();
    assert_eq!(item["@odata.type"], "#microsoft.graph.message");
    assert_eq!(
        item["from"]["emailAddress"]["address"],
        "rosa.keller@post.example"
    );
    assert!(item["body"]["content"].is_string() && item["subject"].is_string());
    let (list, _) = path.rsplit_once('/').expect("a path");
    assert_eq!(ada.list(&format!("{list}?{expand}")).await[0]["item"], item);
    ada.get(&format!("{path}?$expand=nonsense"))
        .await
        .is_refused(400, "BadRequest");
    let (file, _) = attachment(&ada, FILE).await;
    let file = ada.json(&format!("{file}?{expand}")).await;
    assert!(file.get("item").is_none());
}

/// E42, as far as reading goes: a picture within the text is found by the id that the HTML names.
#[tokio::test]
async fn an_inline_picture_is_named_in_the_html() {
    let ada = Mailbox::of_ada().await;
    let message = ada
        .message(|message| text(message, "subject").starts_with("Late opening"))
        .await;
    let path = format!("/me/messages/{}/attachments", text(&message, "id"));
    let picture = ada.list(&path).await.remove(0);
    assert_eq!(picture["isInline"], true);
    let link = format!("cid:{}", text(&picture, "contentId"));
    assert!(text(&message["body"], "content").contains(&link));
}

/// An attachment is found on its own message only.
#[tokio::test]
async fn ids_of_attachments_belong_to_their_message() {
    let ada = Mailbox::of_ada().await;
    let (path, _) = attachment(&ada, FILE).await;
    let (other, _) = attachment(&ada, ITEM).await;
    let id = path.rsplit('/').next().expect("an id");
    let strange = other.rsplit_once('/').expect("a path").0;
    ada.get(&format!("{strange}/{id}"))
        .await
        .is_refused(404, "ErrorItemNotFound");
    ada.get(&format!("{strange}/garbage"))
        .await
        .is_refused(400, "ErrorInvalidIdMalformed");
}
