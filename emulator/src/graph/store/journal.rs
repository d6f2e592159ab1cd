//! What happened in a mailbox, in order: what delta queries and change notifications are told from.
//!
//! Every change of a mailbox takes the next number of its sequence and leaves one [`Change`] here. Whoever remembers the
//! sequence of an answer asks [`super::Mailbox::changes_since`] later for what came after it. A change says where the
//! thing lay before and where it lies after, so that somebody who watches one folder can tell a message that came in from
//! one that left. How a thing looks now is asked of the mailbox; how an id looked then, of `ids::message_id_at`.

use std::collections::VecDeque;

use super::{FolderKey, ItemKey};

/// Where a message lies, as its mutable id says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The folder.
    pub(crate) folder: FolderKey,
    /// How often the message has been moved.
    pub(crate) moves: u16,
}

/// One change of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Its number; a later change has a greater one.
    pub(crate) sequence: u64,
    /// When, unix seconds.
    pub(crate) at: i64,
    /// What.
    pub(crate) event: Event,
}

/// To what something happened, where it was before and where it is after; `None` is nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A message came, changed, moved or went.
    Message {
        /// The message; its number makes its immutable id.
        item: ItemKey,
        /// Where it lay.
        before: Option<Place>,
        /// Where it lies.
        after: Option<Place>,
    },
    /// A folder came, was renamed, moved or went.
    Folder {
        /// The folder.
        folder: FolderKey,
        /// Below which folder it hung.
        before: Option<FolderKey>,
        /// Below which folder it hangs.
        after: Option<FolderKey>,
    },
}

/// The changes after some number are no longer known; start over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("changes that old are forgotten")]
pub(crate) struct Forgotten;

/// The latest changes, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    kept: VecDeque<Change>,
    /// The number of the latest change that was dropped.
    forgotten: u64,
}

impl Journal {
    /// Writes a change down. The oldest go when there are too many.
    pub(super) fn record(&mut self, sequence: u64, at: i64, event: Event) {
        self.kept.push_back(Change {
            sequence,
            at,
            event,
        });
        while self.kept.len() > MOST_KEPT {
            self.forgotten = self.kept.pop_front().map_or(0, |change| change.sequence);
        }
    }

    /// The changes after number `sequence`, oldest first.
    ///
    /// # Errors
    /// [`Forgotten`] if some of them have been dropped.
    pub(super) fn since(&self, sequence: u64) -> Result<Vec<Change>, Forgotten> {
        if sequence < self.forgotten {
            return Err(Forgotten);
        }
        let first = self
            .kept
            .partition_point(|change| change.sequence <= sequence);
        Ok(self.kept.range(first..).copied().collect())
    }
}

/// Enough for any test; a real server forgets sooner.
const MOST_KEPT: usize = 50_000;

#[cfg(test)]
mod tests {
    use super::{Event, FolderKey, Forgotten, ItemKey, Journal, MOST_KEPT, Place};

    fn event() -> Event {
        Event::Message {
            item: ItemKey(1),
            before: None,
            after: Some(Place {
                folder: FolderKey(1),
                moves: 0,
            }),
        }
    }

    #[test]
    fn changes_are_told_from_any_number_on_until_they_are_forgotten() {
        let mut journal = Journal::default();
        let last = MOST_KEPT as u64 + 5;
        for sequence in 1..=last {
            journal.record(sequence, 0, event());
        }
        assert_eq!(journal.since(last), Ok(Vec::new()));
        let told = journal.since(last - 2).expect("remembered");
        let numbers: Vec<_> = told.iter().map(|change| change.sequence).collect();
        assert_eq!(numbers, [last - 1, last]);
        assert_eq!(journal.since(5).map(|changes| changes.len()), Ok(MOST_KEPT));
        assert_eq!(journal.since(4), Err(Forgotten));
    }
}
