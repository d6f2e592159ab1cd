//! Attachments made and taken off.

use base64::{Engine, prelude::BASE64_STANDARD};
use connect_outlook_emulator::graph::GraphLimits;
use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Answer, Mailbox, text};

/// The attachments of a draft of Ada's, as a path.
pub(crate) async fn drafts_attachments(ada: &Mailbox) -> String {
    let draft = ada.message(|message| message["isDraft"] == true).await;
    format!("/me/messages/{}/attachments", text(&draft, "id"))
}

fn file(name: &str, bytes: &[u8]) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": name,
        "contentBytes": BASE64_STANDARD.encode(bytes),
    })
}

async fn attach(ada: &Mailbox, path: &str, attachment: &Value) -> Answer {
    ada.send(Method::POST, path, attachment).await
}

/// E39: a file below the limit is there afterwards, byte for byte, and the message says that it has one.
#[tokio::test]
async fn a_small_file_is_attached_at_once() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    let before = ada.list(&path).await.len();
    let made = attach(&ada, &path, &file("notes.txt", b"Dear diary")).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    assert_eq!(
        (&made["@odata.type"], &made["name"], &made["isInline"]),
        (
            &json!("#microsoft.graph.fileAttachment"),
            &json!("notes.txt"),
            &json!(false)
        )
    );
    assert!(text(&made, "@odata.context").ends_with("/attachments/$entity"));
    let id = text(&made, "id");
    assert_eq!(
        ada.get(&format!("{path}/{id}/$value")).await.text,
        "Dear diary"
    );
    assert_eq!(ada.list(&path).await.len(), before + 1);
    let message = path.trim_end_matches("/attachments");
    assert_eq!(ada.json(message).await["hasAttachments"], true);
}

/// E39, E43: the gap of §9.1. With 3 MiB as the limit, a file just below it fits no request, and no session takes it.
#[tokio::test]
async fn the_limit_is_a_setting_and_its_gap_can_be_tested() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    let boundary = vec![7; 3_000_000];
    attach(&ada, &path, &file("at the limit", &boundary))
        .await
        .is_refused(413, "BadRequest");
    let below = attach(&ada, &path, &file("below", &boundary[1..])).await;
    assert_eq!(below.status, 201);

    ada.emulator.change_switches(|switches| {
        switches.graph_limits = GraphLimits {
            attachment_boundary: 3_145_728,
            ..GraphLimits::default()
        };
    });
    let in_the_gap = vec![7; 3_145_700];
    attach(&ada, &path, &file("in the gap", &in_the_gap))
        .await
        .is_refused(413, "BadRequest");
    let asked = json!({ "AttachmentItem": { "attachmentType": "file", "name": "in the gap", "size": 3_145_700 } });
    ada.send(Method::POST, &format!("{path}/createUploadSession"), &asked)
        .await
        .is_refused(400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize");
}

/// E42: an inline picture comes back with the id by which the HTML names it, and does not count as an attachment.
#[tokio::test]
async fn an_inline_picture_keeps_its_content_id() {
    let ada = Mailbox::of_ada().await;
    let draft = ada
        .message(|message| message["isDraft"] == true && message["hasAttachments"] == false)
        .await;
    let message = format!("/me/messages/{}", text(&draft, "id"));
    let path = format!("{message}/attachments");
    let mut picture = file("logo.png", &[0x89, b'P', b'N', b'G']);
    picture["isInline"] = json!(true);
    picture["contentId"] = json!("logo@contoso");
    picture["contentType"] = json!("image/png");
    let made = attach(&ada, &path, &picture).await.json();
    let read = ada.json(&format!("{path}/{}", text(&made, "id"))).await;
    for (member, value) in [
        ("isInline", json!(true)),
        ("contentId", json!("logo@contoso")),
        ("contentType", json!("image/png")),
        ("contentBytes", json!("iVBORw==")),
    ] {
        assert_eq!(read[member], value, "{member}");
    }
    assert_eq!(ada.json(&message).await["hasAttachments"], false);
}

/// E39: a message can be attached; its MIME text can be read.
#[tokio::test]
async fn a_message_is_attached_as_an_item() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    let item = json!({
        "@odata.type": "#microsoft.graph.itemAttachment",
        "name": "The order of last week",
        "item": {
            "@odata.type": "microsoft.graph.message",
            "subject": "Order 7",
            "body": { "contentType": "text", "content": "Two gears." },
        },
    });
    let made = attach(&ada, &path, &item).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    assert_eq!(made["@odata.type"], "#microsoft.graph.itemAttachment");
    assert!(made.get("contentBytes").is_none());
    let id = text(&made, "id");
    let mime = ada.get(&format!("{path}/{id}/$value")).await.text;
    assert!(
        mime.contains("Subject: Order 7") && mime.contains("VHdvIGdlYXJzLg=="),
        "{mime}"
    );
}

/// E39, and §9.2: v1.0 makes no references; what is no attachment is refused and leaves no trace.
#[tokio::test]
async fn what_is_no_attachment_is_refused() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    let before = ada.list(&path).await.len();
    let with = |name: &str, value: Value| {
        let mut attachment = file("a.txt", b"a");
        attachment[name] = value;
        attachment
    };
    let reference = json!({
        "@odata.type": "#microsoft.graph.referenceAttachment",
        "name": "Slides", "sourceUrl": "https://contoso.example/slides",
    });
    attach(&ada, &path, &reference)
        .await
        .is_refused(400, "BadRequest");
    let event = json!({
        "@odata.type": "#microsoft.graph.itemAttachment",
        "name": "Tea", "item": { "@odata.type": "microsoft.graph.event", "subject": "Tea" },
    });
    attach(&ada, &path, &event)
        .await
        .is_refused(400, "BadRequest");
    for nonsense in [
        json!([]),
        json!({}),
        json!({ "name": "a.txt", "contentBytes": "YQ==" }),
        with("@odata.type", json!("#microsoft.graph.sculpture")),
        with("contentBytes", json!("not base64!")),
        with("contentBytes", json!(7)),
        with("contentBytes", Value::Null),
        with("name", json!("")),
        with("isInline", json!("yes")),
        with("colour", json!("red")),
    ] {
        attach(&ada, &path, &nonsense)
            .await
            .is_refused(400, "RequestBodyRead");
    }
    assert_eq!(ada.list(&path).await.len(), before);
}

/// `DELETE` takes an attachment off, once, of whatever kind.
#[tokio::test]
async fn an_attachment_is_taken_off() {
    let ada = Mailbox::of_ada().await;
    for subject in [
        "Draft of the operating manual, chapter 4",
        "Slides are in the shared folder",
    ] {
        let message = ada.message(|message| message["subject"] == subject).await;
        let message = format!("/me/messages/{}", text(&message, "id"));
        let list = format!("{message}/attachments");
        let id = text(&ada.list(&list).await[0], "id").to_owned();
        let off = || ada.request(Method::DELETE, &format!("{list}/{id}"));
        let gone = crate::mailbox::send(off()).await;
        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
        crate::mailbox::send(off())
            .await
            .is_refused(404, "ErrorItemNotFound");
        assert!(ada.list(&list).await.is_empty());
        assert_eq!(ada.json(&message).await["hasAttachments"], false);
    }
}

/// E5: reading is not enough to attach or take off.
#[tokio::test]
async fn attachments_are_written_with_a_scope_that_writes() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    let reader = ada.entered_by("ada@contoso.example", &["Mail.Read"]);
    attach(&reader, &path, &file("a.txt", b"a"))
        .await
        .is_refused(403, "ErrorAccessDenied");
    let asked =
        json!({ "AttachmentItem": { "attachmentType": "file", "name": "b", "size": 4_000_000 } });
    reader
        .send(Method::POST, &format!("{path}/createUploadSession"), &asked)
        .await
        .is_refused(403, "ErrorAccessDenied");
}

/// The tenant's limit for whole messages holds however small each attachment is; 35 MB unless an administrator raised it.
#[tokio::test]
async fn a_message_grows_only_so_far() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    ada.emulator
        .change_switches(|switches| switches.graph_limits.largest_message = 100_000);
    let half = file("half", &vec![1; 60_000]);
    assert_eq!(attach(&ada, &path, &half).await.status, 201);
    attach(&ada, &path, &half)
        .await
        .is_refused(413, "ErrorMessageSizeExceeded");
}
