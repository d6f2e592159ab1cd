//! What mailboxes hold: folders, messages, attachments. Knows nothing of HTTP, JSON or OData.

mod attachment;
mod folder;
mod journal;
mod mailbox;
mod mailboxes;
mod message;
mod uid;
mod well_known;

pub(crate) use attachment::{Attachment, Content};
pub(crate) use folder::{Counts, Folder, FolderKey};
use journal::Journal;
pub(crate) use journal::{Change, Event, Forgotten, Place};
pub(crate) use mailbox::{FolderError, Mailbox};
pub(crate) use mailboxes::Mailboxes;
pub(crate) use message::{
    Body, BodyKind, Classification, Flag, FlagStatus, Importance, ItemKey, Kind, Letter, Message,
    Recipient, Thread, ZonedTime,
};
pub(crate) use uid::Uid;
pub(crate) use well_known::{Language, WellKnown};
