//! The body of a `PATCH` on a message: which properties may change, and when.
//!
//! The fact sheet says that refusals are 400; their codes are chosen after Exchange Web Services.

use axum::http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::graph::{
    error::GraphError,
    odata::Schema,
    render::MESSAGE,
    store::{
        Body, BodyKind, Classification, Flag, FlagStatus, Importance, Message, Recipient, ZonedTime,
    },
};

/// Changes to a message, each read and found to be of the right type.
#[derive(Debug, Default)]
pub(super) struct Patch {
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
}

/// Changes that only a draft takes.
#[derive(Debug)]
enum DraftEdit {
    Subject(String),
    Body(Body),
    ReplyTo(Vec<Recipient>),
    InternetMessageId(String),
}

impl Patch {
    /// Reads a JSON object of properties.
    ///
    /// # Errors
    /// 400 for what is no such object, names a property that messages do not have or that cannot be written, or gives
    /// one a value of another type.
    pub(super) fn parse(body: &[u8]) -> Result<Self, GraphError> {
        let properties: Map<String, Value> = serde_json::from_slice(body).map_err(|_| {
            GraphError::bad_request(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
            )
        })?;
        let properties = properties
            .into_iter()
            .filter(|(name, _)| !name.contains('@'));
        let edits = properties
            .map(|(name, value)| edit(&name, value))
            .collect::<Result<_, _>>()?;
        Ok(Self { edits })
    }

    /// Whether nothing is to change.
    pub(super) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Whether `message` takes these changes.
    ///
    /// # Errors
    /// 400 for what only a draft takes, if it is none (E27).
    pub(super) fn check(&self, message: &Message) -> Result<(), GraphError> {
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
    pub(super) fn apply(self, message: &mut Message) {
        let letter = &mut message.letter;
        for edit in self.edits {
            match edit {
                Edit::IsRead(is_read) => message.is_read = is_read,
                Edit::Categories(categories) => message.categories = categories,
                Edit::Flag(flag) => message.flag = flag,
                Edit::Importance(importance) => letter.importance = importance,
                Edit::Classification(classification) => message.classification = classification,
                Edit::ReadReceipt(wanted) => letter.read_receipt = wanted,
                Edit::DeliveryReceipt(wanted) => letter.delivery_receipt = wanted,
                Edit::From(from) => letter.from = Some(from),
                Edit::Sender(sender) => letter.sender = Some(sender),
                Edit::To(to) => letter.to = to,
                Edit::Cc(cc) => letter.cc = cc,
                Edit::Bcc(bcc) => letter.bcc = bcc,
                Edit::Draft(DraftEdit::Subject(subject)) => letter.subject = subject,
                Edit::Draft(DraftEdit::Body(body)) => letter.body = body,
                Edit::Draft(DraftEdit::ReplyTo(reply_to)) => letter.reply_to = reply_to,
                Edit::Draft(DraftEdit::InternetMessageId(id)) => letter.internet_message_id = id,
            }
        }
    }
}

fn edit(name: &str, value: Value) -> Result<Edit, GraphError> {
    Ok(match name {
        "isRead" => Edit::IsRead(read(name, value)?),
        "categories" => Edit::Categories(read(name, value)?),
        "flag" => Edit::Flag(flag(read(name, value)?)?),
        "importance" => Edit::Importance(importance(&read::<String>(name, value)?)?),
        "inferenceClassification" => {
            Edit::Classification(classification(&read::<String>(name, value)?)?)
        }
        "isReadReceiptRequested" => Edit::ReadReceipt(read(name, value)?),
        "isDeliveryReceiptRequested" => Edit::DeliveryReceipt(read(name, value)?),
        "from" => Edit::From(read::<Addressed>(name, value)?.into()),
        "sender" => Edit::Sender(read::<Addressed>(name, value)?.into()),
        "toRecipients" => Edit::To(recipients(name, value)?),
        "ccRecipients" => Edit::Cc(recipients(name, value)?),
        "bccRecipients" => Edit::Bcc(recipients(name, value)?),
        "subject" => Edit::Draft(DraftEdit::Subject(read(name, value)?)),
        "body" => Edit::Draft(DraftEdit::Body(body(read(name, value)?)?)),
        "replyTo" => Edit::Draft(DraftEdit::ReplyTo(recipients(name, value)?)),
        "internetMessageId" => Edit::Draft(DraftEdit::InternetMessageId(read(name, value)?)),
        other => return Err(not_writable(&MESSAGE, other)),
    })
}

fn read<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, GraphError> {
    serde_json::from_value(value).map_err(|error| {
        GraphError::unreadable_body(format!(
            "The value of the property '{name}' cannot be read: {error}."
        ))
    })
}

fn recipients(name: &str, value: Value) -> Result<Vec<Recipient>, GraphError> {
    let addressed: Vec<Addressed> = read(name, value)?;
    Ok(addressed.into_iter().map(Recipient::from).collect())
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

fn importance(text: &str) -> Result<Importance, GraphError> {
    match text.to_ascii_lowercase().as_str() {
        "low" => Ok(Importance::Low),
        "normal" => Ok(Importance::Normal),
        "high" => Ok(Importance::High),
        _ => Err(no_member(text, "microsoft.graph.importance")),
    }
}

fn classification(text: &str) -> Result<Classification, GraphError> {
    match text.to_ascii_lowercase().as_str() {
        "focused" => Ok(Classification::Focused),
        "other" => Ok(Classification::Other),
        _ => Err(no_member(
            text,
            "microsoft.graph.inferenceClassificationType",
        )),
    }
}

fn body(body: BodyIn) -> Result<Body, GraphError> {
    let kind = match body.content_type.to_ascii_lowercase().as_str() {
        "text" => BodyKind::Text,
        "html" => BodyKind::Html,
        _ => return Err(no_member(&body.content_type, "microsoft.graph.bodyType")),
    };
    Ok(Body {
        kind,
        content: body.content,
        unique: None,
    })
}

fn flag(flag: FlagIn) -> Result<Flag, GraphError> {
    let status = match flag.flag_status.to_ascii_lowercase().as_str() {
        "notflagged" => FlagStatus::NotFlagged,
        "flagged" => FlagStatus::Flagged,
        "complete" => FlagStatus::Complete,
        _ => {
            return Err(no_member(
                &flag.flag_status,
                "microsoft.graph.followupFlagStatus",
            ));
        }
    };
    let [start, due, completed] = [
        flag.start_date_time,
        flag.due_date_time,
        flag.completed_date_time,
    ];
    if due.is_some() && start.is_none() {
        let text = "The due date of a flag needs a start date.";
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "ErrorInvalidArgument",
            text,
        ));
    }
    let time = |time: Option<TimeIn>| {
        time.map(|time| ZonedTime {
            date_time: time.date_time,
            time_zone: time.time_zone,
        })
    };
    Ok(Flag {
        status,
        start: time(start),
        due: time(due),
        completed: time(completed),
    })
}

fn no_member(text: &str, kind: &str) -> GraphError {
    GraphError::unreadable_body(format!(
        "Requested value '{text}' was not found on type '{kind}'."
    ))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BodyIn {
    content_type: String,
    content: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FlagIn {
    flag_status: String,
    start_date_time: Option<TimeIn>,
    due_date_time: Option<TimeIn>,
    completed_date_time: Option<TimeIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TimeIn {
    date_time: String,
    time_zone: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Addressed {
    email_address: AddressIn,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AddressIn {
    address: String,
    #[serde(default)]
    name: Option<String>,
}

impl From<Addressed> for Recipient {
    fn from(addressed: Addressed) -> Self {
        let AddressIn { address, name } = addressed.email_address;
        // Exchange shows the address where no name is known.
        Self {
            name: name.unwrap_or_else(|| address.clone()),
            address,
        }
    }
}
