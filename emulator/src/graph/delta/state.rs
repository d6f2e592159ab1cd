//! Where a client stands: what its links carry.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::round::Rank;
use crate::graph::store::{FolderKey, Uid};

/// The state of a client's synchronisation, as the token of a link holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SyncState {
    /// The mailbox, by its own name.
    pub(crate) mailbox: String,
    /// What is synchronised.
    pub(crate) collection: Collection,
    /// The query of the first call, without tokens: it holds for all later ones.
    pub(crate) options: String,
    /// When it was made, as [`super::SyncStates`] counts.
    pub(crate) generation: u64,
    /// How far the client has come.
    pub(crate) position: Position,
}

/// What is synchronised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Collection {
    /// The messages of the folder with this number.
    Messages(u32),
    /// The folders.
    Folders,
}

/// How far a client has come. Numbers are those of the mailbox's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Position {
    /// In the middle of a round: `$skiptoken`.
    Within {
        /// The round tells what changed after this; everything if there is nothing before it.
        since: Option<u64>,
        /// Where the round before ended; earlier things are told once more.
        began: Option<u64>,
        /// And up to this.
        until: u64,
        /// The last thing that has been told.
        after: Rank,
        /// How many things have been.
        told: usize,
    },
    /// At the end of one: `$deltatoken`.
    Done {
        /// Everything up to this has been told.
        until: u64,
        /// Where the round that is over began.
        began: Option<u64>,
    },
}

impl Collection {
    /// The messages of `folder`.
    pub(crate) fn messages_of(folder: FolderKey) -> Self {
        Self::Messages(folder.0)
    }
}

impl SyncState {
    /// Reads a token; `None` if it is none, or one of another mailbox or collection.
    pub(crate) fn read(token: &str, mailbox: &Uid, collection: Collection) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let state: Self = serde_json::from_slice(&bytes).ok()?;
        let fits = state.mailbox == mailbox.to_string() && state.collection == collection;
        fits.then_some(state)
    }

    /// The token, with the name it goes by in links.
    pub(crate) fn written(&self) -> String {
        let name = match self.position {
            Position::Within { .. } => "skiptoken",
            Position::Done { .. } => "deltatoken",
        };
        // Plain numbers and texts always serialise.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        format!("${name}={}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Collection, Position, SyncState, Uid};
    use proptest::prelude::*;

    fn state(until: u64) -> SyncState {
        SyncState {
            mailbox: Uid::derived(&[b"ada"]).to_string(),
            collection: Collection::Messages(7),
            options: "$select=subject".to_owned(),
            generation: 1,
            position: Position::Done { until, began: None },
        }
    }

    #[test]
    fn a_token_is_good_for_its_own_collection_only() {
        let (ada, grace) = (Uid::derived(&[b"ada"]), Uid::derived(&[b"grace"]));
        let written = state(3).written();
        let token = written.strip_prefix("$deltatoken=").expect("a name");
        assert_eq!(
            SyncState::read(token, &ada, Collection::Messages(7)),
            Some(state(3))
        );
        assert_eq!(SyncState::read(token, &ada, Collection::Messages(8)), None);
        assert_eq!(SyncState::read(token, &ada, Collection::Folders), None);
        assert_eq!(
            SyncState::read(token, &grace, Collection::Messages(7)),
            None
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[A-Za-z0-9_=-]{0,80}|\\PC{0,40}") {
            prop_assert_eq!(SyncState::read(&text, &Uid::derived(&[b"x"]), Collection::Folders), None);
        }
    }
}
