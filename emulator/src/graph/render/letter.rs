//! The properties a message has from its letter.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::graph::{
    html,
    json::{Json, Object},
    mime,
    preferences::Preferences,
    store::{Body, BodyKind, Importance, Letter, Recipient},
    times::utc,
};

/// The value of a property of `letter`; `None` if letters do not have it.
pub(super) fn value(letter: &Letter, property: &str, preferences: &Preferences) -> Option<Json> {
    Some(match property {
        "sentDateTime" => utc(letter.sent).into(),
        "internetMessageId" => letter.internet_message_id.as_str().into(),
        "subject" => letter.subject.as_str().into(),
        "bodyPreview" => preview(&letter.body).into(),
        "importance" => importance(letter.importance).into(),
        "conversationIndex" => BASE64_STANDARD.encode(&letter.thread.index).into(),
        "isDeliveryReceiptRequested" => letter.delivery_receipt.into(),
        "isReadReceiptRequested" => letter.read_receipt.into(),
        "body" => body(letter.body.kind, &letter.body.content, preferences).into(),
        "uniqueBody" => {
            let unique = letter.body.unique.as_ref().unwrap_or(&letter.body.content);
            body(letter.body.kind, unique, preferences).into()
        }
        "sender" => letter.sender.as_ref().map(recipient).into(),
        "from" => letter.from.as_ref().map(recipient).into(),
        "toRecipients" => letter.to.iter().map(recipient).collect(),
        "ccRecipients" => letter.cc.iter().map(recipient).collect(),
        "bccRecipients" => letter.bcc.iter().map(recipient).collect(),
        "replyTo" => letter.reply_to.iter().map(recipient).collect(),
        "hasAttachments" => letter
            .attachments
            .iter()
            .any(|attachment| !attachment.is_inline)
            .into(),
        "internetMessageHeaders" => mime::headers(letter).into_iter().map(header).collect(),
        _ => return None,
    })
}

/// A message that hangs on another one: what its letter says, for it lies in no folder.
pub(crate) fn attached(letter: &Letter, preferences: &Preferences) -> Object {
    let told = ATTACHED.iter().filter_map(|property| {
        let value = value(letter, property, preferences)?;
        Some(Object::new().with(property, value))
    });
    let mut object = Object::new().with("@odata.type", "#microsoft.graph.message");
    told.for_each(|member| object.append(member));
    object
}

/// The first 255 letters of the text (E19).
pub(super) fn preview(body: &Body) -> String {
    let text = match body.kind {
        BodyKind::Html => html::to_text(&body.content),
        BodyKind::Text => body.content.trim().to_owned(),
    };
    text.chars().take(PREVIEW_LETTERS).collect()
}

/// `low`, `normal` or `high`.
pub(super) fn importance(importance: Importance) -> &'static str {
    match importance {
        Importance::Low => "low",
        Importance::Normal => "normal",
        Importance::High => "high",
    }
}

/// A body in the preferred form, HTML if none is preferred (E18).
fn body(kind: BodyKind, content: &str, preferences: &Preferences) -> Object {
    let (name, content) = match (preferences.body.unwrap_or(BodyKind::Html), kind) {
        (BodyKind::Text, BodyKind::Text) => ("text", content.to_owned()),
        (BodyKind::Text, BodyKind::Html) => ("text", html::to_text(content)),
        (BodyKind::Html, BodyKind::Text) => ("html", html::from_text(content)),
        (BodyKind::Html, BodyKind::Html) if preferences.allow_unsafe_html => {
            ("html", content.to_owned())
        }
        (BodyKind::Html, BodyKind::Html) => ("html", html::sanitised(content)),
    };
    Object::new()
        .with("contentType", name)
        .with("content", content)
}

fn recipient(recipient: &Recipient) -> Object {
    let address = Object::new()
        .with("name", recipient.name.as_str())
        .with("address", recipient.address.as_str());
    Object::new().with("emailAddress", address)
}

fn header((name, value): (String, String)) -> Object {
    Object::new().with("name", name).with("value", value)
}

/// What Graph shows of an attached message, in its order.
const ATTACHED: &[&str] = &[
    "sentDateTime",
    "hasAttachments",
    "internetMessageId",
    "subject",
    "bodyPreview",
    "importance",
    "conversationIndex",
    "isDeliveryReceiptRequested",
    "isReadReceiptRequested",
    "body",
    "sender",
    "from",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
];
const PREVIEW_LETTERS: usize = 255;
