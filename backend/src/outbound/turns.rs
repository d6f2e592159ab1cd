//! Taking turns: so many at once, of one party no more than its share, and who waits stands in a short queue and not for
//! long (D5, D6, D13).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::meters;

/// Who may do something now. Copies share the turns.
#[derive(Clone)]
pub struct Turns(Arc<Inside>);

/// The figures of [`Turns`].
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// The name of the queue, as the meters have it.
    pub queue: &'static str,
    /// Turns at the same time.
    pub at_once: usize,
    /// Of these, for one party.
    pub each: usize,
    /// Who may wait, for one party.
    pub waiting: usize,
    /// How long.
    pub patience: Duration,
}

impl Caps {
    /// All requests to Microsoft of this process; a party is a tenant and has a quarter.
    #[must_use]
    pub fn microsoft(at_once: u32) -> Self {
        Self {
            queue: "microsoft",
            ..Self::shares(at_once, 4)
        }
    }

    /// Those to the token endpoint: one authority and one client, a quarter of all. A party is a tenant and has half.
    #[must_use]
    pub fn token_endpoint(at_once: u32) -> Self {
        Self {
            queue: "token_endpoint",
            ..Self::shares(at_once.div_ceil(4), 2)
        }
    }

    /// Those to one mailbox: Microsoft answers four at a time and refuses more (R141). A party is a mailbox.
    #[must_use]
    pub fn mailbox() -> Self {
        Self {
            queue: "mailbox",
            at_once: Semaphore::MAX_PERMITS,
            each: MAILBOX,
            waiting: WAITING,
            patience: MAILBOX_PATIENCE,
        }
    }

    /// Those that pass something long on, of the ones to a mailbox: one of them always is left for reading (D12).
    #[must_use]
    pub fn download() -> Self {
        Self {
            queue: "download",
            each: DOWNLOADS,
            ..Self::mailbox()
        }
    }

    fn shares(at_once: u32, parties: u32) -> Self {
        Self {
            queue: "",
            at_once: at_once as usize,
            each: at_once.div_ceil(parties) as usize,
            waiting: WAITING,
            patience: PATIENCE,
        }
    }
}

struct Inside {
    caps: Caps,
    all: Arc<Semaphore>,
    parties: Mutex<HashMap<String, Weak<Party>>>,
}

/// What one party has: turns and places in the queue.
struct Party {
    turns: Arc<Semaphore>,
    places: Semaphore,
}

/// A turn, until dropped.
pub struct Turn {
    _all: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    /// The weak reference in [`Turns`] lives as long as somebody has a turn or waits for one.
    _party: Arc<Party>,
}

/// Not now: too many wait already, or it took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many at once")]
pub struct NoTurn;

impl Turns {
    /// All turns are free.
    #[must_use]
    pub fn new(caps: Caps) -> Self {
        Self(Arc::new(Inside {
            caps,
            all: Arc::new(Semaphore::new(caps.at_once)),
            parties: Mutex::default(),
        }))
    }

    /// A turn for `party`, at once or after a wait that the patience of its caps ends. Whoever waits for a turn of its own party
    /// stands in nobody else's way.
    ///
    /// # Errors
    /// [`NoTurn`], at once when the party's queue is full.
    pub async fn take(&self, party: &str) -> Result<Turn, NoTurn> {
        let inside = &self.0;
        let party = inside.party(party);
        let queue = inside.caps.queue;
        if let Some(turn) = inside.free(&party) {
            meters::waited_not(queue);
            return Ok(turn);
        }
        let Ok(_place) = party.places.try_acquire() else {
            meters::overflow(queue);
            return Err(NoTurn);
        };
        let begun = Instant::now();
        let turn = timeout_at(begun + inside.caps.patience, inside.next(&party)).await;
        meters::waited(queue, begun.elapsed());
        // The semaphores are never closed.
        turn.ok().flatten().ok_or_else(|| {
            meters::overflow(queue);
            NoTurn
        })
    }
}

impl Inside {
    /// Both at once, if nobody has to be waited for.
    fn free(&self, party: &Arc<Party>) -> Option<Turn> {
        let own = Arc::clone(&party.turns).try_acquire_owned().ok()?;
        let all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(Turn {
            _all: all,
            _own: own,
            _party: Arc::clone(party),
        })
    }

    /// First the party's own, then the common one: only so many of a party ever wait for the latter.
    async fn next(&self, party: &Arc<Party>) -> Option<Turn> {
        let own = Arc::clone(&party.turns).acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn {
            _all: all,
            _own: own,
            _party: Arc::clone(party),
        })
    }

    fn party(&self, name: &str) -> Arc<Party> {
        let mut parties = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(party) = parties.get(name).and_then(Weak::upgrade) {
            return party;
        }
        if parties.len() >= SWEEP_AT {
            parties.retain(|_, party| party.strong_count() > 0);
        }
        let party = Arc::new(Party {
            turns: Arc::new(Semaphore::new(self.caps.each)),
            places: Semaphore::new(self.caps.waiting),
        });
        parties.insert(name.to_owned(), Arc::downgrade(&party));
        party
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.caps.fmt(formatter)
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Turn")
    }
}

/// Calls at the same time for one mailbox.
pub const MAILBOX: usize = 4;
/// Of these, those that pass something long on.
pub const DOWNLOADS: usize = 3;
/// Who may wait, for one party. One request may need eight turns.
pub const WAITING: usize = 1_024;
/// As long as a request to Microsoft's token endpoint may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// As long as a call of Graph may take.
const MAILBOX_PATIENCE: Duration = Duration::from_secs(30);

/// Parties at which those that have no turn and want none are cleared away.
const SWEEP_AT: usize = 1_000;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::clock::awaited::is_about;

    const CAPS: Caps = Caps {
        queue: "test",
        at_once: 4,
        each: 2,
        waiting: 3,
        patience: Duration::from_secs(3_600),
    };

    /// D5, D13: a party has its share and no more, and whoever waits for it leaves the rest to others.
    #[tokio::test]
    async fn a_party_has_its_share_and_leaves_the_rest() {
        let turns = Turns::new(CAPS);
        let mut noisy = vec![
            turns.take("noisy").await.unwrap(),
            turns.take("noisy").await.unwrap(),
        ];
        let mut third = Box::pin(turns.take("noisy"));
        assert!((&mut third).now_or_never().is_none());
        let quiet = turns.take("quiet").now_or_never().unwrap().unwrap();
        let more = turns.take("other").now_or_never().unwrap().unwrap();
        let mut fifth = Box::pin(turns.take("quiet"));
        assert!((&mut fifth).now_or_never().is_none(), "four at once");
        drop(more);
        assert!((&mut fifth).now_or_never().unwrap().is_ok());
        drop((quiet, noisy.pop()));
        assert!(third.now_or_never().unwrap().is_ok());
    }

    /// D6: the queue is short, and one party's leaves room in another's.
    #[tokio::test]
    async fn a_full_queue_says_no_at_once_and_to_nobody_else() {
        let turns = Turns::new(CAPS);
        let _held = [
            turns.take("noisy").await.unwrap(),
            turns.take("noisy").await.unwrap(),
        ];
        let mut waiting: Vec<_> = (0..CAPS.waiting)
            .map(|_| Box::pin(turns.take("noisy")))
            .collect();
        for wait in &mut waiting {
            assert!(wait.now_or_never().is_none());
        }
        assert_eq!(
            turns.take("noisy").now_or_never().unwrap().unwrap_err(),
            NoTurn
        );
        assert!(turns.take("quiet").now_or_never().unwrap().is_ok());
        waiting.pop();
        assert!(
            Box::pin(turns.take("noisy")).now_or_never().is_none(),
            "a place is free again"
        );
    }

    /// D6: nobody waits for ever, and who has given up is in nobody's way.
    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_goes_without() {
        for (caps, seconds) in [
            (Caps::microsoft(8), 15),
            (Caps::token_endpoint(8), 15),
            (Caps::mailbox(), 30),
            (Caps::download(), 30),
        ] {
            let turns = Turns::new(caps);
            let mut held = Vec::new();
            for _ in 0..caps.each {
                held.push(turns.take("noisy").await.unwrap());
            }
            let begun = Instant::now();
            assert_eq!(turns.take("noisy").await.unwrap_err(), NoTurn);
            let took = begun.elapsed();
            assert!(
                is_about(took, Duration::from_secs(seconds)),
                "{caps:?}: {took:?}"
            );
            drop(held);
            assert!(turns.take("noisy").now_or_never().unwrap().is_ok());
        }
    }

    /// D13: of the waits that a noisy party has of its own making, a hundred turns of a quiet one meanwhile have none.
    #[tokio::test(start_paused = true)]
    async fn the_waits_of_a_noisy_party_are_its_own() {
        let meters = meters::Meters::default();
        let _counting = metrics::set_default_local_recorder(&meters);
        let turns = Turns::new(CAPS);
        let _held = [
            turns.take("noisy").await.unwrap(),
            turns.take("noisy").await.unwrap(),
        ];
        assert_eq!(turns.take("noisy").await.unwrap_err(), NoTurn);
        for _ in 0..100 {
            drop(turns.take("quiet").now_or_never().unwrap().unwrap());
        }
        let counted = meters.render();
        let seconds = "connect_outlook_queue_wait_seconds";
        for line in [
            format!("{seconds}_bucket{{queue=\"test\",le=\"0\"}} 102\n"),
            format!("{seconds}_count{{queue=\"test\"}} 103\n"),
            "connect_outlook_queue_waits_total{queue=\"test\"} 1\n".to_owned(),
        ] {
            assert!(counted.contains(&line), "{line}{counted}");
        }
    }

    #[tokio::test]
    async fn parties_at_rest_take_no_room() {
        let turns = Turns::new(CAPS);
        for number in 0..5 * SWEEP_AT {
            drop(turns.take(&number.to_string()).await);
        }
        assert!(turns.0.parties.lock().unwrap().len() <= SWEEP_AT);
    }
}
