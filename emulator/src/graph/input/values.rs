//! Values of messages' properties.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::json::read;
use crate::graph::{
    error::GraphError,
    store::{Body, BodyKind, Classification, Flag, FlagStatus, Importance, Recipient, ZonedTime},
};

/// `{emailAddress: {address, name?}}`
pub(super) fn recipient(name: &str, value: Value) -> Result<Recipient, GraphError> {
    read::<Addressed>(name, value).map(Recipient::from)
}

/// A list of them.
pub(super) fn recipients(name: &str, value: Value) -> Result<Vec<Recipient>, GraphError> {
    let addressed: Vec<Addressed> = read(name, value)?;
    Ok(addressed.into_iter().map(Recipient::from).collect())
}

/// `low`, `normal` or `high`, in any case.
pub(super) fn importance(name: &str, value: Value) -> Result<Importance, GraphError> {
    let text: String = read(name, value)?;
    match text.to_ascii_lowercase().as_str() {
        "low" => Ok(Importance::Low),
        "normal" => Ok(Importance::Normal),
        "high" => Ok(Importance::High),
        _ => Err(no_member(&text, "microsoft.graph.importance")),
    }
}

/// `focused` or `other`, in any case.
pub(super) fn classification(name: &str, value: Value) -> Result<Classification, GraphError> {
    let text: String = read(name, value)?;
    match text.to_ascii_lowercase().as_str() {
        "focused" => Ok(Classification::Focused),
        "other" => Ok(Classification::Other),
        _ => Err(no_member(
            &text,
            "microsoft.graph.inferenceClassificationType",
        )),
    }
}

/// `{contentType, content}`
pub(super) fn body(name: &str, value: Value) -> Result<Body, GraphError> {
    let BodyIn {
        content_type,
        content,
    } = read(name, value)?;
    let kind = match content_type.to_ascii_lowercase().as_str() {
        "text" => BodyKind::Text,
        "html" => BodyKind::Html,
        _ => return Err(no_member(&content_type, "microsoft.graph.bodyType")),
    };
    Ok(Body {
        kind,
        content,
        unique: None,
    })
}

/// `{flagStatus, startDateTime?, dueDateTime?, completedDateTime?}`
pub(super) fn flag(name: &str, value: Value) -> Result<Flag, GraphError> {
    let flag: FlagIn = read(name, value)?;
    let status = match flag.flag_status.to_ascii_lowercase().as_str() {
        "notflagged" => FlagStatus::NotFlagged,
        "flagged" => FlagStatus::Flagged,
        "complete" => FlagStatus::Complete,
        _ => {
            let kind = "microsoft.graph.followupFlagStatus";
            return Err(no_member(&flag.flag_status, kind));
        }
    };
    let [start, due, completed] = [
        flag.start_date_time,
        flag.due_date_time,
        flag.completed_date_time,
    ]
    .map(|time| time.map(ZonedTime::from));
    if due.is_some() && start.is_none() {
        let text = "The due date of a flag needs a start date.";
        return Err(GraphError::invalid_argument(text));
    }
    Ok(Flag {
        status,
        start,
        due,
        completed,
    })
}

/// `[{name, value}]`; the names of a client's own header lines begin with `x-`.
pub(super) fn headers(name: &str, value: Value) -> Result<Vec<(String, String)>, GraphError> {
    let lines: Vec<HeaderIn> = read(name, value)?;
    let custom = |name: &str| {
        name.get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case("x-"))
    };
    if let Some(line) = lines.iter().find(|line| !custom(&line.name)) {
        let name = &line.name;
        let text =
            format!("The internet message header name '{name}' should start with 'x-' or 'X-'.");
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "InvalidInternetMessageHeader",
            text,
        ));
    }
    Ok(lines
        .into_iter()
        .map(|line| (line.name, line.value))
        .collect())
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

impl From<TimeIn> for ZonedTime {
    fn from(time: TimeIn) -> Self {
        Self {
            date_time: time.date_time,
            time_zone: time.time_zone,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderIn {
    name: String,
    value: String,
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
        let name = name.filter(|name| !name.is_empty());
        Self {
            name: name.unwrap_or_else(|| address.clone()),
            address,
        }
    }
}
