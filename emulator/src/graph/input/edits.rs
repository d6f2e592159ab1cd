//! Properties of a message that a client sets: which may be set, and when.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::{
    attachments::{Circumstances, attachment},
    json::read,
    values::{body, classification, flag, headers, importance, recipient, recipients},
};
use crate::graph::{
    error::GraphError,
    odata::Schema,
    render::MESSAGE,
    store::{Attachment, Body, Classification, Flag, Importance, Letter, Message, Recipient, Uid},
};

/// Properties of a message, each read and found to be of the right type.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    edits: Vec<Edit>,
}

#[derive(Debug)]
enum Edit {
    IsRead(bool),
    Categories(Vec<String>),
    Flag(Flag),
    Importance(Importance),
    Classification(Classification),
    ReadReceipt(bool),
    DeliveryReceipt(Option<bool>),
    From(Recipient),
    Sender(Recipient),
    To(Vec<Recipient>),
    Cc(Vec<Recipient>),
    Bcc(Vec<Recipient>),
    Draft(DraftEdit),
    Headers(Vec<(String, String)>),
    Attachments(Vec<Attachment>),
}

/// Changes that only a draft takes.
#[derive(Debug)]
enum DraftEdit {
    Subject(String),
    Body(Body),
    ReplyTo(Vec<Recipient>),
    InternetMessageId(String),
}

impl Edits {
    /// The properties of a `PATCH`.
    ///
    /// # Errors
    /// 400 for a property that messages do not have or that cannot be written, or a value of another type.
    pub(crate) fn of_change(properties: Map<String, Value>) -> Result<Self, GraphError> {
        Self::read(properties, edit)
    }

    /// The properties of a new message by `owner` at `now` (unix seconds), which may also bring header lines and
    /// attachments.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn of_creation(
        properties: Map<String, Value>,
        owner: &Recipient,
        now: i64,
    ) -> Result<Self, GraphError> {
        let given = properties.into_iter().filter(|(_, value)| !value.is_null());
        Self::read(given.collect(), |name, value| match name {
            "internetMessageHeaders" => headers(name, value).map(Edit::Headers),
            "attachments" => attachments(value, owner, now).map(Edit::Attachments),
            _ => edit(name, value),
        })
    }

    fn read(
        properties: Map<String, Value>,
        edit: impl Fn(&str, Value) -> Result<Edit, GraphError>,
    ) -> Result<Self, GraphError> {
        let properties = properties
            .into_iter()
            .filter(|(name, _)| !name.contains('@'));
        let edits = properties
            .map(|(name, value)| edit(&name, value))
            .collect::<Result<_, _>>()?;
        Ok(Self { edits })
    }

    /// Whether nothing is to change.
    pub(crate) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Takes the body out, for answers, which put it above what they quote.
    pub(crate) fn take_body(&mut self) -> Option<Body> {
        let is_body = |edit: &Edit| matches!(edit, Edit::Draft(DraftEdit::Body(_)));
        let place = self.edits.iter().position(is_body)?;
        match self.edits.remove(place) {
            Edit::Draft(DraftEdit::Body(body)) => Some(body),
            _ => None,
        }
    }

    /// Whether the main recipients are set.
    pub(crate) fn sets_recipients(&self) -> bool {
        self.edits.iter().any(|edit| matches!(edit, Edit::To(_)))
    }

    /// Whether `message` takes these changes.
    ///
    /// # Errors
    /// 400 for what only a draft takes, if it is none (E27).
    pub(crate) fn check(&self, message: &Message) -> Result<(), GraphError> {
        let for_drafts = self.edits.iter().any(|edit| matches!(edit, Edit::Draft(_)));
        if for_drafts && !message.is_draft {
            let text = "Update operation is invalid for property on a message that has been sent.";
            return Err(GraphError::new(
                StatusCode::BAD_REQUEST,
                "ErrorInvalidPropertyUpdateSentMessage",
                text,
            ));
        }
        Ok(())
    }

    /// Makes the changes.
    pub(crate) fn apply(self, message: &mut Message) {
        for edit in self.edits {
            match edit {
                Edit::IsRead(is_read) => message.is_read = is_read,
                Edit::Categories(categories) => message.categories = categories,
                Edit::Flag(flag) => message.flag = flag,
                Edit::Classification(classification) => message.classification = classification,
                edit => edit.apply_to_letter(&mut message.letter),
            }
        }
    }
}

impl Edit {
    fn apply_to_letter(self, letter: &mut Letter) {
        match self {
            Self::IsRead(_) | Self::Categories(_) | Self::Flag(_) | Self::Classification(_) => {}
            Self::Importance(importance) => letter.importance = importance,
            Self::ReadReceipt(wanted) => letter.read_receipt = wanted,
            Self::DeliveryReceipt(wanted) => letter.delivery_receipt = wanted,
            Self::From(from) => letter.from = Some(from),
            Self::Sender(sender) => letter.sender = Some(sender),
            Self::To(to) => letter.to = to,
            Self::Cc(cc) => letter.cc = cc,
            Self::Bcc(bcc) => letter.bcc = bcc,
            Self::Draft(DraftEdit::Subject(subject)) => letter.subject = subject,
            Self::Draft(DraftEdit::Body(body)) => letter.body = body,
            Self::Draft(DraftEdit::ReplyTo(reply_to)) => letter.reply_to = reply_to,
            Self::Draft(DraftEdit::InternetMessageId(id)) => letter.internet_message_id = id,
            Self::Headers(lines) => letter.headers.extend(lines),
            Self::Attachments(attachments) => {
                for attachment in attachments {
                    let key = key(letter, letter.attachments.len());
                    letter.attachments.push(Attachment { key, ..attachment });
                }
            }
        }
    }
}

fn edit(name: &str, value: Value) -> Result<Edit, GraphError> {
    Ok(match name {
        "isRead" => Edit::IsRead(read(name, value)?),
        "categories" => Edit::Categories(read(name, value)?),
        "flag" => Edit::Flag(flag(name, value)?),
        "importance" => Edit::Importance(importance(name, value)?),
        "inferenceClassification" => Edit::Classification(classification(name, value)?),
        "isReadReceiptRequested" => Edit::ReadReceipt(read(name, value)?),
        "isDeliveryReceiptRequested" => Edit::DeliveryReceipt(read(name, value)?),
        "from" => Edit::From(recipient(name, value)?),
        "sender" => Edit::Sender(recipient(name, value)?),
        "toRecipients" => Edit::To(recipients(name, value)?),
        "ccRecipients" => Edit::Cc(recipients(name, value)?),
        "bccRecipients" => Edit::Bcc(recipients(name, value)?),
        "subject" => Edit::Draft(DraftEdit::Subject(read(name, value)?)),
        "body" => Edit::Draft(DraftEdit::Body(body(name, value)?)),
        "replyTo" => Edit::Draft(DraftEdit::ReplyTo(recipients(name, value)?)),
        "internetMessageId" => Edit::Draft(DraftEdit::InternetMessageId(read(name, value)?)),
        other => return Err(not_writable(&MESSAGE, other)),
    })
}

/// Attachments whose keys are made when it is known to what they are attached.
fn attachments(value: Value, owner: &Recipient, now: i64) -> Result<Vec<Attachment>, GraphError> {
    let Value::Array(values) = value else {
        let text = "The value of the property 'attachments' is no list.";
        return Err(GraphError::unreadable_body(text));
    };
    let read = |(place, value): (usize, Value)| {
        let around = Circumstances {
            key: Uid::derived(&[b"place", &place.to_be_bytes()]),
            now,
            owner: owner.clone(),
        };
        attachment(value, &around)
    };
    values.into_iter().enumerate().map(read).collect()
}

/// Names the attachment at this place of a letter.
pub(super) fn key(letter: &Letter, place: usize) -> Uid {
    let id = letter.internet_message_id.as_bytes();
    Uid::derived(&[id, &place.to_be_bytes()])
}

fn not_writable(schema: &Schema, name: &str) -> GraphError {
    if schema.property(name).is_some() {
        let text = format!("The property '{name}' is read-only and cannot be set.");
        return GraphError::new(StatusCode::BAD_REQUEST, "ErrorInvalidPropertySet", text);
    }
    let kind = schema.name;
    GraphError::unreadable_body(format!(
        "The property '{name}' does not exist on type '{kind}'. Make sure to only use property names that are defined by the type."
    ))
}
