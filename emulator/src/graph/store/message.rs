//! A letter as it was written, and a message: a letter lying in a mailbox.

use super::{Attachment, FolderKey, Place, Uid};

/// The number of a message in its mailbox; stays the same wherever the message is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ItemKey(pub(crate) u32);

/// What travels between people: it is the same in every mailbox that holds a copy.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// Without line breaks.
    pub(crate) subject: String,
    /// The text.
    pub(crate) body: Body,
    /// On whose behalf; `None` only in drafts that have none yet.
    pub(crate) from: Option<Recipient>,
    /// The account that really sent it.
    pub(crate) sender: Option<Recipient>,
    /// Main recipients.
    pub(crate) to: Vec<Recipient>,
    /// Copies.
    pub(crate) cc: Vec<Recipient>,
    /// Hidden copies.
    pub(crate) bcc: Vec<Recipient>,
    /// Where answers go, if not to `from`.
    pub(crate) reply_to: Vec<Recipient>,
    /// Unix seconds.
    pub(crate) sent: i64,
    /// RFC 5322 Message-ID with its angle brackets.
    pub(crate) internet_message_id: String,
    /// Further header lines, in order.
    pub(crate) headers: Vec<(String, String)>,
    /// How urgent the writer thinks it is.
    pub(crate) importance: Importance,
    /// In order of attaching.
    pub(crate) attachments: Vec<Attachment>,
    /// The writer wants to know when it is read.
    pub(crate) read_receipt: bool,
    /// The writer wants to know when it arrives; `None` where nobody ever asked.
    pub(crate) delivery_receipt: Option<bool>,
    /// The thread it belongs to.
    pub(crate) thread: Thread,
    /// An ordinary message, or an invitation.
    pub(crate) kind: Kind,
}

impl Letter {
    /// An empty letter that nobody has signed, begun at `sent` (unix seconds); `domain` and `id` name it.
    pub(crate) fn unsigned(domain: &str, sent: i64, id: &Uid, thread: Thread) -> Self {
        let nobody = Recipient::new("", format!("@{domain}"));
        Self {
            from: None,
            sender: None,
            ..Self::by(nobody, sent, id, thread)
        }
    }

    /// Everybody it goes to.
    pub(crate) fn recipients(&self) -> impl Iterator<Item = &Recipient> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    /// An empty letter by `writer`, sent at `sent` (unix seconds); `id` names it all over the world.
    pub(crate) fn by(writer: Recipient, sent: i64, id: &Uid, thread: Thread) -> Self {
        Self {
            subject: String::new(),
            body: Body::text(""),
            internet_message_id: format!("<{id}@{}>", writer.domain()),
            from: Some(writer.clone()),
            sender: Some(writer),
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: Vec::new(),
            sent,
            headers: Vec::new(),
            importance: Importance::Normal,
            attachments: Vec::new(),
            read_receipt: false,
            delivery_receipt: None,
            thread,
            kind: Kind::Note,
        }
    }
}

/// A letter in a mailbox, with what its owner did to it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Its number.
    pub(crate) key: ItemKey,
    /// Where it lies.
    pub(crate) folder: FolderKey,
    /// How often it has been moved; part of its mutable id.
    pub(crate) moves: u16,
    /// The mailbox's sequence number at the last change; the change key is made of it.
    pub(crate) revision: u64,
    /// Unix seconds.
    pub(crate) created: i64,
    /// Unix seconds.
    pub(crate) modified: i64,
    /// Unix seconds; lists are sorted by it.
    pub(crate) received: i64,
    /// Seen by the owner.
    pub(crate) is_read: bool,
    /// Not sent yet.
    pub(crate) is_draft: bool,
    /// Focused or other.
    pub(crate) classification: Classification,
    /// Names of the owner's colours.
    pub(crate) categories: Vec<String>,
    /// Follow-up.
    pub(crate) flag: Flag,
    /// The letter itself.
    pub(crate) letter: Letter,
}

impl Message {
    /// A draft with this number that lies nowhere yet, as old as its letter.
    pub(crate) fn draft(key: ItemKey, letter: Letter) -> Self {
        Self {
            key,
            folder: FolderKey(0),
            moves: 0,
            revision: 0,
            created: letter.sent,
            modified: letter.sent,
            received: letter.sent,
            is_read: true,
            is_draft: true,
            classification: Classification::Focused,
            categories: Vec::new(),
            flag: Flag::default(),
            letter,
        }
    }

    /// Where it lies.
    pub(crate) fn place(&self) -> Place {
        Place {
            folder: self.folder,
            moves: self.moves,
        }
    }

    /// Lays it elsewhere, which makes older mutable ids point nowhere.
    pub(super) fn go_to(&mut self, folder: FolderKey) {
        self.folder = folder;
        self.moves = self.moves.wrapping_add(1);
    }
}

/// A name and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    /// As shown.
    pub(crate) name: String,
    /// As mailed to.
    pub(crate) address: String,
}

impl Recipient {
    /// A recipient of this name and address.
    pub(crate) fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            address: address.into(),
        }
    }

    /// What stands behind the `@`.
    pub(crate) fn domain(&self) -> &str {
        self.address.split('@').nth(1).unwrap_or_default()
    }
}

/// A text and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// Plain or HTML.
    pub(crate) kind: BodyKind,
    /// The whole text, quoted parts included.
    pub(crate) content: String,
    /// The part that is new in this letter, if that is not all of it.
    pub(crate) unique: Option<String>,
}

impl Body {
    /// A text without formatting.
    pub(crate) fn text(content: impl Into<String>) -> Self {
        Self {
            kind: BodyKind::Text,
            content: content.into(),
            unique: None,
        }
    }

    /// A page.
    pub(crate) fn html(content: impl Into<String>) -> Self {
        Self {
            kind: BodyKind::Html,
            content: content.into(),
            unique: None,
        }
    }
}

/// `text` or `html`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    /// Plain text.
    Text,
    /// HTML.
    Html,
}

/// How urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Importance {
    /// May wait.
    Low,
    /// As usual.
    #[default]
    Normal,
    /// Red exclamation mark.
    High,
}

/// Which tab of the focused inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Classification {
    /// The first tab.
    #[default]
    Focused,
    /// The second.
    Other,
}

/// Follow-up flag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Set, done or neither.
    pub(crate) status: FlagStatus,
    /// When to begin.
    pub(crate) start: Option<ZonedTime>,
    /// When to be done; never without `start`.
    pub(crate) due: Option<ZonedTime>,
    /// When it was done.
    pub(crate) completed: Option<ZonedTime>,
}

/// State of the follow-up flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FlagStatus {
    /// No flag.
    #[default]
    NotFlagged,
    /// To do.
    Flagged,
    /// Done.
    Complete,
}

/// A wall-clock time with the name of its zone, as a client gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ZonedTime {
    /// `2025-03-01T09:30:00.0000000`.
    pub(crate) date_time: String,
    /// `UTC`, `W. Europe Standard Time`, …
    pub(crate) time_zone: String,
}

/// Position of a letter in its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thread {
    /// Names the thread over all mailboxes; the `conversationId` is made of it per mailbox.
    pub(crate) topic: Uid,
    /// `PR_CONVERSATION_INDEX`: 22 bytes for the first letter and 5 more for each answer.
    pub(crate) index: Vec<u8>,
}

impl Thread {
    /// The first letter of a thread, sent at `sent` (unix seconds).
    pub(crate) fn starting(topic: Uid, sent: i64) -> Self {
        let mut index = vec![1];
        index.extend_from_slice(&filetime(sent).to_be_bytes()[..5]);
        index.extend_from_slice(topic.as_bytes());
        Self { topic, index }
    }

    /// An answer to this letter, sent at `sent` (unix seconds).
    pub(crate) fn answered(&self, sent: i64) -> Self {
        let mut index = self.index.clone();
        index.extend_from_slice(&filetime(sent).to_be_bytes()[3..]);
        Self {
            topic: self.topic,
            index,
        }
    }
}

/// What sort of item a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An ordinary message.
    #[default]
    Note,
    /// An invitation: `#microsoft.graph.eventMessageRequest` in lists.
    MeetingRequest,
}

/// 100-nanosecond steps since 1601, as Windows counts.
fn filetime(seconds: i64) -> u64 {
    u64::try_from(seconds.saturating_add(11_644_473_600))
        .unwrap_or(0)
        .saturating_mul(10_000_000)
}

#[cfg(test)]
mod tests {
    use super::{Thread, Uid};

    #[test]
    fn an_answer_continues_the_index_of_its_thread() {
        let first = Thread::starting(Uid::derived(&[b"thread"]), 1_740_821_400);
        let answer = first.answered(1_740_825_000);
        assert_eq!(first.index.len(), 22);
        assert_eq!(answer.index.len(), 27);
        assert!(answer.index.starts_with(&first.index));
        assert_eq!(answer.topic, first.topic);
    }
}
