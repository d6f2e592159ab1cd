//! Letters on their way: accepted with 202, and in no mailbox until their time has come (E26, E28).

mod bounce;
mod deliver;

use std::sync::Mutex;

use tokio::sync::watch;

use super::store::Message;
use crate::{lock::lock, world::PersonId};

/// What was accepted and has not arrived.
#[derive(Debug, Default)]
pub(crate) struct Post {
    waiting: Mutex<Vec<Posted>>,
    accepted: watch::Sender<()>,
    /// Held while letters are put into mailboxes, so that whoever comes next sees all of them or waits.
    delivering: Mutex<()>,
}

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Posted {
    /// When it arrives, unix seconds.
    pub(crate) due: i64,
    /// From whose mailbox it was sent.
    pub(crate) mailbox: PersonId,
    /// The message, as it will lie in Sent Items.
    pub(crate) message: Message,
    /// Whether it will lie there.
    pub(crate) saves_copy: bool,
}

impl Post {
    /// Takes a message in.
    pub(crate) fn accept(&self, posted: Posted) {
        lock(&self.waiting).push(posted);
        self.accepted.send_replace(());
    }

    /// Tells whenever a message is taken in.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.accepted.subscribe()
    }

    /// When the next message arrives, unix seconds; `None` if nothing is on its way.
    pub(crate) fn next_due(&self) -> Option<i64> {
        lock(&self.waiting).iter().map(|posted| posted.due).min()
    }

    /// Takes out what is due at `now`, in the order in which it arrives; of two that arrive together, the first accepted.
    fn take_due(&self, now: i64) -> Vec<Posted> {
        let mut waiting = lock(&self.waiting);
        let (mut due, later): (Vec<_>, Vec<_>) =
            waiting.drain(..).partition(|posted| posted.due <= now);
        *waiting = later;
        due.sort_by_key(|posted| posted.due);
        due
    }
}
