//! Microsoft answers four requests of an app at the same time for one mailbox, and refuses more (R141); and all of ours
//! together are no more than this process is to send (D5).

use super::{Caller, GraphError};
use crate::outbound::turns::{Caps, NoTurn, Turn, Turns};

/// The mailboxes being read right now.
#[derive(Debug)]
pub(super) struct Slots {
    mailboxes: Turns,
    downloads: Turns,
    all: Turns,
}

/// One of a mailbox's slots, until dropped.
#[derive(Debug)]
pub(super) struct Slot {
    mailbox: Turn,
    _all: Turn,
}

/// One of a mailbox's slots, for something long.
#[derive(Debug)]
pub(super) struct LongSlot {
    slot: Slot,
    download: Turn,
}

/// What is left of it while the answer comes. Who takes an answer slowly holds up the own mailbox, and nobody else's.
#[derive(Debug)]
pub(super) struct StreamSlot {
    _download: Turn,
    _mailbox: Turn,
}

impl LongSlot {
    /// The answer has begun.
    pub(super) fn answered(self) -> StreamSlot {
        StreamSlot {
            _download: self.download,
            _mailbox: self.slot.mailbox,
        }
    }
}

impl Slots {
    /// `all` are the turns of every request to Microsoft.
    pub(super) fn new(all: Turns) -> Self {
        Self {
            mailboxes: Turns::new(Caps::mailbox()),
            downloads: Turns::new(Caps::download()),
            all,
        }
    }

    /// Waits for a free slot of the caller's mailbox, and for the turn of its tenant.
    ///
    /// # Errors
    /// [`GraphError::Throttled`], [`GraphError::Unavailable`]: too many wait already (D6).
    pub(super) async fn take(&self, caller: Caller<'_>) -> Result<Slot, GraphError> {
        let mailbox = of_the_mailbox(&self.mailboxes, caller).await?;
        let all = self.all.take(caller.tenant).await;
        let retry_after = Some(SOON);
        Ok(Slot {
            mailbox,
            _all: all.map_err(|NoTurn| GraphError::Unavailable { retry_after })?,
        })
    }

    /// The same for something long. One slot of a mailbox is never taken so, or downloads would keep its owner from
    /// reading.
    ///
    /// # Errors
    /// As for [`Self::take`].
    pub(super) async fn take_long(&self, caller: Caller<'_>) -> Result<LongSlot, GraphError> {
        let download = of_the_mailbox(&self.downloads, caller).await?;
        let slot = self.take(caller).await?;
        Ok(LongSlot { slot, download })
    }
}

async fn of_the_mailbox(turns: &Turns, caller: Caller<'_>) -> Result<Turn, GraphError> {
    let retry_after = Some(SOON);
    let turn = turns.take(caller.mailbox).await;
    turn.map_err(|NoTurn| GraphError::Throttled { retry_after })
}

/// Seconds after which the queue will have moved.
const SOON: u32 = 2;

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::secret::AccessToken;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::outbound::turns::{MAILBOX, WAITING};

    fn slots(at_once: u32) -> Slots {
        Slots::new(Turns::new(Caps::microsoft(at_once)))
    }

    fn token() -> AccessToken {
        AccessToken::new("EwB-opaque".to_owned())
    }

    fn caller<'a>(mailbox: &'a str, tenant: &'a str, token: &'a AccessToken) -> Caller<'a> {
        Caller {
            mailbox,
            tenant,
            token,
        }
    }

    /// R141
    #[tokio::test]
    async fn a_fifth_call_waits_and_another_mailbox_does_not() {
        let (slots, token) = (slots(256), token());
        let [ada, grace] = ["ada", "grace"].map(|mailbox| caller(mailbox, "contoso", &token));
        let mut held = Vec::new();
        for _ in 0..MAILBOX {
            held.push(slots.take(ada).await.unwrap());
        }
        let mut fifth = Box::pin(slots.take(ada));
        assert!((&mut fifth).now_or_never().is_none());
        assert!(slots.take(grace).now_or_never().is_some());
        held.pop();
        assert!(fifth.now_or_never().is_some());
    }

    /// D12: whoever downloads does not keep the owner from reading, and a slow reader holds up nobody else.
    #[tokio::test]
    async fn one_slot_is_never_taken_by_downloads() {
        let (slots, token) = (slots(16), token());
        let [ada, grace] = ["ada", "grace"].map(|mailbox| caller(mailbox, "contoso", &token));
        let mut held = Vec::new();
        for _ in 1..MAILBOX {
            held.push(slots.take_long(ada).await.unwrap().answered());
        }
        assert!(Box::pin(slots.take_long(ada)).now_or_never().is_none());
        assert!(slots.take(ada).now_or_never().is_some());
        let of_grace: Vec<_> = (0..MAILBOX)
            .filter_map(|_| Box::pin(slots.take(grace)).now_or_never())
            .collect();
        assert_eq!(
            of_grace.len(),
            MAILBOX,
            "of the tenant's four turns none is held"
        );
        drop(of_grace);
        held.pop();
        assert!(Box::pin(slots.take_long(ada)).now_or_never().is_some());
    }

    /// D6: a mailbox's queue is bounded: whoever finds it full is told at once to come back.
    #[tokio::test]
    async fn a_crowd_before_one_mailbox_is_turned_away_at_once() {
        let (slots, token) = (slots(256), token());
        let ada = caller("ada", "contoso", &token);
        let mut crowd: Vec<_> = (0..MAILBOX + WAITING)
            .map(|_| Box::pin(slots.take(ada)))
            .collect();
        let mut served = Vec::new();
        for caller in &mut crowd {
            served.extend(caller.now_or_never());
        }
        assert_eq!(served.len(), MAILBOX);
        let refused = slots.take(ada).now_or_never().unwrap();
        let retry_after = Some(SOON);
        assert_eq!(refused.unwrap_err(), GraphError::Throttled { retry_after });
    }

    /// D5, D13: of all turns a tenant has a quarter, however many mailboxes it has.
    #[tokio::test]
    async fn a_tenant_with_many_mailboxes_leaves_room_for_another() {
        let (slots, token) = (slots(8), token());
        let caller = |mailbox, tenant| caller(mailbox, tenant, &token);
        let _held = [
            slots.take(caller("one", "noisy")).await.unwrap(),
            slots.take(caller("two", "noisy")).await.unwrap(),
        ];
        assert!(
            Box::pin(slots.take(caller("three", "noisy")))
                .now_or_never()
                .is_none()
        );
        assert!(slots.take(caller("ada", "quiet")).now_or_never().is_some());
    }
}
