//! Folders and messages as they are read.

use serde::{Deserialize, Serialize};

/// `GET …/folders`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderList {
    /// The folders below the root.
    pub folders: Vec<Folder>,
}

/// A mail folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Constant for the life of the folder.
    pub id: String,
    /// In the mailbox's language.
    pub name: String,
    /// What it is for, in every language the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<FolderRole>,
    /// Unread items.
    pub unread: u64,
    /// All items.
    pub total: u64,
}

/// What a folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum FolderRole {
    Inbox,
    Sent,
    Drafts,
    Trash,
    Archive,
    Junk,
    Outbox,
}

/// `GET …/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageList {
    /// Newest first.
    pub messages: Vec<MessageSummary>,
    /// Where the next page begins; absent at the end. Opaque, bound to the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A message as it stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSummary {
    /// Survives moves between folders.
    pub id: String,
    /// Shared by the messages of one conversation in this mailbox.
    pub thread_id: String,
    /// May be empty.
    pub subject: String,
    /// Who wrote it; drafts may have nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Correspondent>,
    /// To whom.
    pub to: Vec<Correspondent>,
    /// Unix seconds; drafts have the time of their making.
    pub received_at: i64,
    /// The first words, plain text, at most 255 characters.
    pub preview: String,
    /// Whether it was read.
    pub is_read: bool,
    /// Whether it carries files; inline pictures do not count.
    pub has_attachments: bool,
    /// `low`, `normal` or `high`.
    pub importance: String,
    /// Whether it is flagged for follow-up.
    pub is_flagged: bool,
}

/// `GET …/messages/{message}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// As in a list.
    #[serde(flatten)]
    pub summary: MessageSummary,
    /// Who got a copy.
    pub cc: Vec<Correspondent>,
    /// The text.
    pub body: MessageBody,
}

/// A message's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageBody {
    /// Always `text` so far: HTML of strangers has no place in the page.
    pub content_type: String,
    /// The text itself.
    pub content: String,
}

/// Somebody in an address line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correspondent {
    /// May be empty.
    pub name: String,
    /// May be empty.
    pub address: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_its_summary_and_more() {
        let summary = MessageSummary {
            id: "m".to_owned(),
            thread_id: "t".to_owned(),
            subject: String::new(),
            from: None,
            to: vec![],
            received_at: 0,
            preview: String::new(),
            is_read: false,
            has_attachments: false,
            importance: "normal".to_owned(),
            is_flagged: false,
        };
        let message = Message {
            summary,
            cc: vec![],
            body: MessageBody {
                content_type: "text".to_owned(),
                content: "x".to_owned(),
            },
        };
        let json = serde_json::to_value(&message).unwrap();
        assert_eq!(
            (&json["id"], &json["body"]["content"]),
            (&"m".into(), &"x".into())
        );
        assert_eq!(serde_json::from_value::<Message>(json).unwrap(), message);
    }
}
