//! Microsoft answers four requests of an app at the same time for one mailbox, and refuses more (R141).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The mailboxes being read right now.
#[derive(Debug, Default)]
pub(super) struct Slots(Mutex<HashMap<String, Weak<Semaphore>>>);

/// One of a mailbox's slots, until dropped.
#[derive(Debug)]
pub(super) struct Slot {
    _permit: Option<OwnedSemaphorePermit>,
    /// The weak reference in [`Slots`] lives as long as a slot or somebody who waits for one.
    _mailbox: Arc<Semaphore>,
}

impl Slots {
    /// Waits for a free slot of `mailbox`.
    pub(super) async fn take(&self, mailbox: &str) -> Slot {
        let slots = self.of(mailbox);
        // Nobody closes the semaphore; if somebody did, throttling would tell.
        let permit = Arc::clone(&slots).acquire_owned().await.ok();
        Slot {
            _permit: permit,
            _mailbox: slots,
        }
    }

    fn of(&self, mailbox: &str) -> Arc<Semaphore> {
        let mut mailboxes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = mailboxes.get(mailbox).and_then(Weak::upgrade) {
            return slots;
        }
        if mailboxes.len() >= SWEEP_AT {
            mailboxes.retain(|_, slots| slots.strong_count() > 0);
        }
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        mailboxes.insert(mailbox.to_owned(), Arc::downgrade(&slots));
        slots
    }
}

/// Calls at the same time for one mailbox.
pub(super) const AT_ONCE: usize = 4;

/// Entries at which those nobody uses are cleared away.
const SWEEP_AT: usize = 1_000;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// R141
    #[tokio::test]
    async fn a_fifth_call_waits_and_another_mailbox_does_not() {
        let slots = Slots::default();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(slots.take("ada").await);
        }
        let mut fifth = Box::pin(slots.take("ada"));
        assert!((&mut fifth).now_or_never().is_none());
        assert!(slots.take("grace").now_or_never().is_some());
        held.pop();
        assert!(fifth.now_or_never().is_some());
    }

    #[tokio::test]
    async fn mailboxes_at_rest_take_no_room() {
        let slots = Slots::default();
        for number in 0..5_000 {
            drop(slots.take(&number.to_string()).await);
        }
        assert!(slots.0.lock().unwrap().len() <= SWEEP_AT);
    }
}
