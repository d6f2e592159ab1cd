//! Messages that come as MIME text in base64 (E24).

use axum::http::{HeaderMap, StatusCode, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::{attachments::ANY_BYTES, edits};
use crate::graph::{
    error::GraphError,
    store::{Attachment, Body, BodyKind, Content, Importance, Letter, Recipient, Thread, Uid},
};

/// Whether a body is MIME rather than JSON, by its type.
pub(crate) fn is_mime(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().trim_start().to_ascii_lowercase();
    kind.starts_with("text/plain")
}

/// The letter in a body. What it does not say of itself stays as in `blank`.
///
/// # Errors
/// 400 for what is not base64, or not a message.
pub(crate) fn letter_of_mime(body: &[u8], blank: Letter) -> Result<Letter, GraphError> {
    let packed: Vec<u8> = body
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let not_base64 = || {
        mime_error(
            "ErrorMimeContentInvalidBase64String",
            "Invalid base64 string for MIME content.",
        )
    };
    let bytes = BASE64_STANDARD.decode(&packed).map_err(|_| not_base64())?;
    if bytes.is_empty() {
        return Err(not_base64());
    }
    let parsed = MessageParser::default().parse(&bytes);
    let parsed =
        parsed.filter(|message| message.headers().iter().any(|line| !line.name().is_empty()));
    let message = parsed
        .ok_or_else(|| mime_error("ErrorMimeContentInvalid", "The MIME content is invalid."))?;
    Ok(letter(&message, blank, 0))
}

fn letter(message: &Message<'_>, blank: Letter, depth: usize) -> Letter {
    let id = message.message_id().map(|id| format!("<{id}>"));
    let mut letter = Letter {
        subject: message.subject().unwrap_or_default().to_owned(),
        body: body(message),
        from: people(message.from()).into_iter().next(),
        sender: people(message.sender()).into_iter().next(),
        to: people(message.to()),
        cc: people(message.cc()),
        bcc: people(message.bcc()),
        reply_to: people(message.reply_to()),
        internet_message_id: id.unwrap_or_else(|| blank.internet_message_id.clone()),
        headers: kept_headers(message),
        importance: importance(message),
        read_receipt: line(message, "Disposition-Notification-To").is_some(),
        ..blank
    };
    for part in message.attachments() {
        let key = edits::key(&letter, letter.attachments.len());
        letter
            .attachments
            .extend(attachment(part, key, letter.sent, depth));
    }
    letter
}

/// HTML if the message has some.
fn body(message: &Message<'_>) -> Body {
    let bodies = message.html_bodies().chain(message.text_bodies());
    let texts: Vec<_> = bodies.filter_map(text).collect();
    let html = texts.iter().find(|body| body.kind == BodyKind::Html);
    html.or(texts.first())
        .cloned()
        .unwrap_or_else(|| Body::text(""))
}

fn text(part: &MessagePart<'_>) -> Option<Body> {
    match &part.body {
        PartType::Html(html) => Some(Body::html(html.as_ref())),
        PartType::Text(text) => Some(Body::text(text.as_ref())),
        _ => None,
    }
}

fn attachment(part: &MessagePart<'_>, key: Uid, now: i64, depth: usize) -> Option<Attachment> {
    let kind = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    let mut name = part.attachment_name().unwrap_or("attachment").to_owned();
    let content = match &part.body {
        PartType::Message(inner) if depth < DEEPEST => {
            let id = Uid::derived(&[b"attached", key.as_bytes()]);
            let blank = Letter::unsigned("attached.invalid", now, &id, Thread::starting(id, now));
            let inner = letter(inner, blank, depth + 1);
            name.clone_from(&inner.subject);
            Content::Item(Box::new(inner))
        }
        PartType::Message(_) | PartType::Multipart(_) => return None,
        PartType::Text(text) | PartType::Html(text) => {
            Content::File(Bytes::from(text.as_bytes().to_vec()))
        }
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            Content::File(Bytes::from(bytes.to_vec()))
        }
    };
    let is_file = matches!(content, Content::File(_));
    let place = part.content_disposition();
    Some(Attachment {
        key,
        name,
        content_type: is_file.then(|| kind.unwrap_or_else(|| ANY_BYTES.to_owned())),
        is_inline: place.is_some_and(|place| place.is_inline())
            || matches!(part.body, PartType::InlineBinary(_)),
        content_id: part.content_id().map(str::to_owned),
        modified: now,
        content,
    })
}

fn people(address: Option<&Address<'_>>) -> Vec<Recipient> {
    let addresses = address.into_iter().flat_map(Address::iter);
    let recipient = |written: &mail_parser::Addr<'_>| {
        let address = written.address()?.to_owned();
        let name = written
            .name()
            .map_or_else(|| address.clone(), str::to_owned);
        Some(Recipient { name, address })
    };
    addresses.filter_map(recipient).collect()
}

/// Lines that tie letters together, and the writer's own.
fn kept_headers(message: &Message<'_>) -> Vec<(String, String)> {
    let lines = message.headers_raw();
    let kept = lines.filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name.starts_with("x-") || matches!(name.as_str(), "in-reply-to" | "references")
    });
    kept.map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}

fn importance(message: &Message<'_>) -> Importance {
    let value = line(message, "Importance").or_else(|| line(message, "X-Priority"));
    let value = value.unwrap_or_default();
    match value.trim().to_ascii_lowercase().as_str() {
        "high" | "1" | "2" => Importance::High,
        "low" | "4" | "5" => Importance::Low,
        _ => Importance::Normal,
    }
}

/// A header line as it stands there.
fn line<'message>(message: &'message Message<'_>, name: &str) -> Option<&'message str> {
    let mut lines = message.headers_raw();
    let (_, value) = lines.find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))?;
    Some(value)
}

fn mime_error(code: &'static str, text: &str) -> GraphError {
    GraphError {
        has_inner: false,
        ..GraphError::new(StatusCode::BAD_REQUEST, code, text)
    }
}

/// Messages attached to attached messages: so many layers are kept.
const DEEPEST: usize = 3;
