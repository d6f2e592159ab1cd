//! The JSON of an attachment that a client makes: which kinds, which members.
//!
//! Refusals are 400; where the fact sheet has no code for them, they are worded as Graph words unreadable bodies.

use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::edits::Edits;
use crate::graph::{
    error::GraphError,
    store::{Attachment, Content, ItemKey, Letter, Message, Recipient, Thread, Uid},
};

/// What an attachment needs that its JSON does not say.
#[derive(Debug)]
pub(crate) struct Circumstances {
    /// Names the attachment.
    pub(crate) key: Uid,
    /// Unix seconds.
    pub(crate) now: i64,
    /// Who writes attached messages that name nobody.
    pub(crate) owner: Recipient,
}

/// The attachment that this JSON describes.
///
/// # Errors
/// 400 for what is no attachment that can be made: of no kind, a reference (v1.0 cannot make any), without a name, with
/// unreadable bytes or with members that its kind does not have.
pub(crate) fn attachment(json: Value, around: &Circumstances) -> Result<Attachment, GraphError> {
    let Value::Object(mut members) = json else {
        return Err(unreadable("An attachment is a JSON object."));
    };
    match kind(&members)?.as_str() {
        "fileattachment" => file(&mut members, around),
        "itemattachment" => item(&mut members, around),
        "referenceattachment" => {
            tracing::warn!(
                feature = "referenceAttachment",
                "v1.0 cannot make this attachment"
            );
            Err(GraphError::bad_request(
                "Reference attachments cannot be created in this version.",
            ))
        }
        other => Err(unreadable(&format!(
            "A type named 'microsoft.graph.{other}' could not be resolved by the model."
        ))),
    }
}

/// Bytes of the file that this JSON describes, before anything of it is judged.
pub(crate) fn weight(json: &Value) -> u64 {
    let encoded = json["contentBytes"].as_str().unwrap_or_default();
    let padding = encoded.bytes().rev().take_while(|byte| *byte == b'=');
    ((encoded.len() - padding.count()) as u64) * 3 / 4
}

fn file(
    members: &mut Map<String, Value>,
    around: &Circumstances,
) -> Result<Attachment, GraphError> {
    let bytes = text(members, "contentBytes")?
        .ok_or_else(|| unreadable("The property 'contentBytes' is missing."))?;
    let bytes = TOLERANT
        .decode(bytes)
        .map_err(|_| unreadable("Cannot convert the value of 'contentBytes' to Edm.Binary."))?;
    let common = common(members, around.key, around.now)?;
    let content_type = common.content_type.unwrap_or_else(|| ANY_BYTES.to_owned());
    let made = Attachment {
        content_type: Some(content_type),
        content_id: text(members, "contentId")?,
        content: Content::File(Bytes::from(bytes)),
        ..common
    };
    // Graph keeps no location for files it holds itself.
    text(members, "contentLocation")?;
    nothing_left(members, "fileAttachment").map(|()| made)
}

fn item(
    members: &mut Map<String, Value>,
    around: &Circumstances,
) -> Result<Attachment, GraphError> {
    let letter = match members.remove("item") {
        Some(Value::Object(item)) => letter(item, around)?,
        _ => return Err(unreadable("The property 'item' is missing.")),
    };
    let made = Attachment {
        content_type: None,
        content: Content::Item(Box::new(letter)),
        ..common(members, around.key, around.now)?
    };
    nothing_left(members, "itemAttachment").map(|()| made)
}

/// What every kind has.
fn common(members: &mut Map<String, Value>, key: Uid, now: i64) -> Result<Attachment, GraphError> {
    let name = text(members, "name")?.filter(|name| !name.is_empty());
    let is_inline = match members.remove("isInline") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(is_inline)) => is_inline,
        Some(_) => return Err(unreadable("The property 'isInline' is not a boolean.")),
    };
    Ok(Attachment {
        key,
        name: name.ok_or_else(|| unreadable("The property 'name' is missing."))?,
        content_type: text(members, "contentType")?,
        is_inline,
        content_id: None,
        modified: now,
        content: Content::File(Bytes::new()),
    })
}

/// An attached message, as if the owner had written it.
fn letter(item: Map<String, Value>, around: &Circumstances) -> Result<Letter, GraphError> {
    let kind = kind(&item)?;
    if kind != "message" {
        tracing::warn!(
            feature = kind,
            "the emulated Graph attaches no such item, only messages"
        );
        return Err(GraphError::bad_request(format!(
            "The emulated Graph does not attach items of type 'microsoft.graph.{kind}'."
        )));
    }
    let topic = Uid::derived(&[b"attached", around.key.as_bytes()]);
    let thread = Thread::starting(topic, around.now);
    let letter = Letter::by(around.owner.clone(), around.now, &topic, thread);
    let mut message = Message::draft(ItemKey(0), letter);
    Edits::of_creation(item, &around.owner, around.now)?.apply(&mut message);
    Ok(message.letter)
}

/// The type that `@odata.type` names, in small letters and without namespace.
fn kind(members: &Map<String, Value>) -> Result<String, GraphError> {
    let named = members.get("@odata.type").and_then(Value::as_str);
    let named = named.ok_or_else(|| unreadable("Cannot create an abstract class."))?;
    let named = named.trim_start_matches('#').to_ascii_lowercase();
    Ok(named
        .strip_prefix("microsoft.graph.")
        .map_or_else(|| named.clone(), str::to_owned))
}

/// Takes out a text; `None` if it is absent or null.
fn text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, GraphError> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(unreadable(&format!(
            "The property '{name}' is not a string."
        ))),
    }
}

/// Annotations, and what only Graph can write, may stand there for nothing; anything else is a mistake.
fn nothing_left(members: &Map<String, Value>, kind: &str) -> Result<(), GraphError> {
    let is_ignored = |name: &str| name.contains('@') || READ_ONLY.contains(&name);
    match members.keys().find(|name| !is_ignored(name)) {
        None => Ok(()),
        Some(name) => Err(unreadable(&format!(
            "The property '{name}' does not exist on type 'microsoft.graph.{kind}'. Make sure to only use property names that are defined by the type."
        ))),
    }
}

fn unreadable(message: &str) -> GraphError {
    GraphError::unreadable_body(message)
}

const READ_ONLY: [&str; 3] = ["id", "size", "lastModifiedDateTime"];
/// What a file is that nobody says anything about.
pub(crate) const ANY_BYTES: &str = "application/octet-stream";
/// Base64 with or without its padding.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
