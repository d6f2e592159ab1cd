//! What hangs on a message.

use serde::{Deserialize, Serialize};

/// `GET …/messages/{message}/attachments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentList {
    /// In the message's order.
    pub attachments: Vec<Attachment>,
}

/// An attachment as it stands in a list; its content is fetched by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Survives moves of its message.
    pub id: String,
    /// What is behind it.
    pub kind: AttachmentKind,
    /// As its sender named it: a stranger's words.
    pub name: String,
    /// What its sender calls it, such as `image/png`; may be empty. Downloads do not repeat it.
    pub content_type: String,
    /// Bytes as the mailbox counts them, somewhat more than the content has.
    pub size: u64,
    /// Whether it is a picture within the text.
    pub is_inline: bool,
}

/// What is behind an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A file.
    File,
    /// A message, an appointment or a contact: downloaded as MIME, iCalendar or vCard text.
    Item,
    /// A file that lies elsewhere: there is nothing to download.
    Link,
}
