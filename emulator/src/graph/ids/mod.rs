//! The ids that clients see, laid out as Exchange lays out its entry ids.
//!
//! An id is not stored: it holds the mailbox, the item and, in its mutable form, the folder and the number of moves, so
//! that a move makes older mutable ids point nowhere (graph-mail §5). The forms can be told apart by their first bytes.

mod layout;
mod read;
mod translate;
mod write;

use super::store::{FolderKey, ItemKey, Mailbox, Message};

pub(crate) use read::{read_attachment, read_folder, read_message};
pub(crate) use translate::{IdFormat, TranslationError, translate};
pub(crate) use write::{
    attachment_id, change_key, conversation_id, folder_id, message_id, message_id_at,
};

/// Which of the two forms of ids an answer carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IdForm {
    /// The default form: changes when the message moves.
    #[default]
    Mutable,
    /// `Prefer: IdType="ImmutableId"`.
    Immutable,
}

/// What an id in a message's place points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageAddress {
    /// The message with this number, wherever it lies.
    Anywhere(ItemKey),
    /// The message with this number, if it still lies there and has not moved since.
    At {
        /// The folder it was in.
        folder: FolderKey,
        /// The message.
        item: ItemKey,
        /// How often it had moved.
        moves: u16,
    },
}

/// Why a text is not an id of this mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdError {
    /// Not an id at all, or one of another kind of thing.
    #[error("id is malformed")]
    Malformed,
    /// An id of somebody else's mailbox.
    #[error("id belongs to another mailbox")]
    OtherMailbox,
}

impl MessageAddress {
    /// The message it points at, if it is (still) there.
    pub(crate) fn find(self, mailbox: &Mailbox) -> Option<&Message> {
        match self {
            Self::Anywhere(item) => mailbox.message(item),
            Self::At {
                folder,
                item,
                moves,
            } => mailbox
                .message(item)
                .filter(|message| message.folder == folder && message.moves == moves),
        }
    }
}

#[cfg(test)]
mod tests;
