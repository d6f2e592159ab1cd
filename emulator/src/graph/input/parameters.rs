//! Parameters of actions and of folders.

use serde_json::{Map, Value};

use super::{
    edits::Edits,
    json::{object, object_or_nothing, read, take},
    values::recipients,
};
use crate::graph::{error::GraphError, store::Recipient};

/// What `sendMail` is given.
#[derive(Debug)]
pub(crate) struct Sending {
    /// The message.
    pub(crate) message: Edits,
    /// Whether a copy goes to Sent Items.
    pub(crate) saves_copy: bool,
}

impl Sending {
    /// Reads `{message, saveToSentItems?}` by `owner` at `now`; the flag may be a text, as the official example has it
    /// (E23).
    ///
    /// # Errors
    /// 400 without a message, or for values that cannot be read.
    pub(crate) fn parse(body: &[u8], owner: &Recipient, now: i64) -> Result<Self, GraphError> {
        let mut parameters = object(body)?;
        let message = match take(&mut parameters, "message") {
            Some(Value::Object(properties)) => Edits::of_creation(properties, owner, now)?,
            _ => return Err(missing("message")),
        };
        let saves_copy = match take(&mut parameters, "saveToSentItems") {
            None => true,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => false,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => true,
            Some(value) => read("saveToSentItems", value)?,
        };
        refuse_rest(&parameters)?;
        Ok(Self {
            message,
            saves_copy,
        })
    }
}

/// What an answer or a forward is given.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// Words above the quoted message.
    pub(crate) comment: Option<String>,
    /// Properties of the new message.
    pub(crate) message: Edits,
    /// Recipients of a forward, outside of `message`.
    pub(crate) recipients: Option<Vec<Recipient>>,
}

impl Reply {
    /// Reads `{comment?, message?, toRecipients?}` by `owner` at `now`; all of it may be missing.
    ///
    /// # Errors
    /// 400 for values that cannot be read, and for words in both places (E29).
    pub(crate) fn parse(body: &[u8], owner: &Recipient, now: i64) -> Result<Self, GraphError> {
        let mut parameters = object_or_nothing(body)?;
        let comment = take(&mut parameters, "comment");
        let comment: Option<String> = comment.map(|value| read("comment", value)).transpose()?;
        let message = match take(&mut parameters, "message") {
            None => Map::new(),
            Some(Value::Object(properties)) => properties,
            Some(_) => return Err(missing("message")),
        };
        let recipients = take(&mut parameters, "toRecipients")
            .map(|value| recipients("toRecipients", value))
            .transpose()?;
        refuse_rest(&parameters)?;
        if comment.is_some() && message.contains_key("body") {
            return Err(GraphError::invalid_argument(
                "Comment and the body of the message cannot be given together.",
            ));
        }
        Ok(Self {
            comment,
            message: Edits::of_creation(message, owner, now)?,
            recipients,
        })
    }

    /// Whether the recipients of a forward are in one place only; `needed` if they must be in one.
    ///
    /// # Errors
    /// 400 if they are in both, or in neither though needed (E29).
    pub(crate) fn check_recipients(&self, needed: bool) -> Result<(), GraphError> {
        match (self.recipients.is_some(), self.message.sets_recipients()) {
            (true, true) => Err(GraphError::invalid_argument(
                "ToRecipients can be given as a parameter or within the message, not both.",
            )),
            (false, false) if needed => Err(missing("toRecipients")),
            _ => Ok(()),
        }
    }
}

/// Where a message or folder is to go.
#[derive(Debug)]
pub(crate) struct Destination {
    /// A folder's id or well-known name.
    pub(crate) folder: String,
}

impl Destination {
    /// Reads `{destinationId}`.
    ///
    /// # Errors
    /// 400 without it.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, GraphError> {
        let mut parameters = object(body).map_err(|_| missing("destinationId"))?;
        match take(&mut parameters, "destinationId") {
            Some(Value::String(folder)) => Ok(Self { folder }),
            _ => Err(missing("destinationId")),
        }
    }
}

/// Properties of a folder that a client sets.
#[derive(Debug)]
pub(crate) struct FolderInput {
    /// Its new name, neither empty nor too long.
    pub(crate) name: Option<String>,
    /// Whether it is hidden; can be said only when it is made.
    pub(crate) is_hidden: Option<bool>,
}

impl FolderInput {
    /// Reads `{displayName?, isHidden?}`.
    ///
    /// # Errors
    /// 400 for other properties and unusable names.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, GraphError> {
        let (mut name, mut is_hidden) = (None, None);
        for (property, value) in object(body)? {
            match property.as_str() {
                "displayName" => name = Some(read::<String>(&property, value)?.trim().to_owned()),
                "isHidden" => is_hidden = Some(read(&property, value)?),
                annotation if annotation.contains('@') => {}
                other => {
                    return Err(GraphError::unreadable_body(format!(
                        "The property '{other}' cannot be set on a folder."
                    )));
                }
            }
        }
        let usable = |name: &String| !name.is_empty() && name.chars().count() <= LONGEST_NAME;
        if !name.as_ref().is_none_or(usable) {
            let text = "The display name of a folder has from 1 to 255 letters.";
            return Err(GraphError::invalid_argument(text));
        }
        Ok(Self { name, is_hidden })
    }
}

fn missing(parameter: &str) -> GraphError {
    GraphError::unreadable_body(format!(
        "The parameter '{parameter}' is missing or of the wrong type in the request payload."
    ))
}

fn refuse_rest(parameters: &Map<String, Value>) -> Result<(), GraphError> {
    match parameters
        .iter()
        .find(|(name, value)| !name.contains('@') && !value.is_null())
    {
        None => Ok(()),
        Some((name, _)) => Err(GraphError::unreadable_body(format!(
            "The parameter '{name}' is not one of this action."
        ))),
    }
}

const LONGEST_NAME: usize = 255;
