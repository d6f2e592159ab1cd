//! Whoever shows wrong handles, API keys or link tokens is answered later each time (D3).
//!
//! What is right is served at once, whoever else guesses from the same address: nobody can lock anybody out. A handle has
//! 256 random bits and is not found by trying; this keeps those who try from costing much.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::client::Client;
use crate::clock::{Clock, UnixTime};
use crate::meters;

/// Who has shown wrong handles lately.
#[derive(Debug)]
pub(super) struct WrongHandles {
    clients: Arc<Mutex<Clients>>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Clients {
    known: HashMap<Client, Shown>,
    held: usize,
}

#[derive(Clone, Copy, Debug)]
struct Shown {
    times: u32,
    last: UnixTime,
    held: u32,
}

/// Too many answers are held back already: ask again after so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AskLater(pub(super) u32);

impl WrongHandles {
    pub(super) fn new(clock: &Clock) -> Self {
        Self {
            clients: Arc::default(),
            clock: clock.clone(),
        }
    }

    /// `client` has shown one: holds its answer back, longer each time.
    ///
    /// # Errors
    /// [`AskLater`] when many answers are held back, of this client or of all (D6).
    pub(super) async fn hold_back(&self, client: Client) -> Result<(), AskLater> {
        let now = self.clock.now();
        let seconds = self.clients().count(client, now);
        if seconds == 0 {
            return Ok(());
        }
        let Some(_held) = self.hold(client) else {
            meters::overflow("wrong_handle");
            return Err(AskLater(seconds));
        };
        meters::refused("wrong_handle");
        tracing::info!(
            seconds,
            "a client shows wrong handles: its answer is held back"
        );
        self.clock.reach(now.plus(seconds.into())).await;
        Ok(())
    }

    fn hold(&self, client: Client) -> Option<Held> {
        let mut clients = self.clients();
        if clients.held >= HELD {
            return None;
        }
        // Whoever found no room in memory is held with the others, and counted by nobody.
        if let Some(shown) = clients.known.get_mut(&client) {
            if shown.held >= HELD_OF_A_CLIENT {
                return None;
            }
            shown.held += 1;
        }
        clients.held += 1;
        Some(Held {
            clients: Arc::clone(&self.clients),
            client,
        })
    }

    fn clients(&self) -> MutexGuard<'_, Clients> {
        lock(&self.clients)
    }
}

impl Clients {
    /// Counts one more of `client`, and answers how many seconds it waits.
    fn count(&mut self, client: Client, now: UnixTime) -> u32 {
        if self.known.len() >= MOST && !self.known.contains_key(&client) {
            self.known
                .retain(|_, shown| shown.held > 0 || shown.is_recent(now));
            if self.known.len() >= MOST {
                return LONGEST;
            }
        }
        let shown = self.known.entry(client).or_insert(Shown {
            times: 0,
            last: now,
            held: 0,
        });
        if !shown.is_recent(now) {
            shown.times = 0;
        }
        shown.times = shown.times.saturating_add(1);
        shown.last = now;
        wait(shown.times)
    }
}

impl Shown {
    /// A clock that was put back makes nothing recent.
    fn is_recent(self, now: UnixTime) -> bool {
        (0..MEMORY).contains(&now.since(self.last))
    }
}

/// An answer that is held back.
struct Held {
    clients: Arc<Mutex<Clients>>,
    client: Client,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut clients = lock(&self.clients);
        clients.held -= 1;
        if let Some(shown) = clients.known.get_mut(&self.client) {
            shown.held = shown.held.saturating_sub(1);
        }
    }
}

fn lock(clients: &Mutex<Clients>) -> MutexGuard<'_, Clients> {
    clients.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seconds for so many in a row: none at first, for sessions end and pages do not always know; then twice as long each
/// time.
fn wait(times: u32) -> u32 {
    match times.checked_sub(FREE + 1) {
        None => 0,
        Some(more) => 1_u32.checked_shl(more).unwrap_or(LONGEST).min(LONGEST),
    }
}

/// Wrong handles that cost nothing.
const FREE: u32 = 10;
/// Seconds.
const LONGEST: u32 = 30;
/// Seconds without a wrong handle after which a client begins anew.
const MEMORY: i64 = 600;
/// Answers held back at a time.
const HELD: usize = 1_000;
const HELD_OF_A_CLIENT: u32 = 4;
/// Clients kept in mind; while there are more, the others wait longest.
const MOST: usize = 100_000;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn guessed() -> (WrongHandles, Clock) {
        let clock = Clock::still(UnixTime(1_800_000_000));
        (WrongHandles::new(&clock), clock)
    }

    fn client(number: u32) -> Client {
        Client::of(std::net::Ipv4Addr::from_bits(number).into())
    }

    /// How long the next wrong handle of `client` takes, by moving the clock; at most a minute.
    async fn takes(guessed: &WrongHandles, clock: &Clock, number: u32) -> i64 {
        let begun = clock.now();
        let mut held = Box::pin(guessed.hold_back(client(number)));
        while (&mut held).now_or_never().is_none() {
            assert!(clock.now().since(begun) < 60);
            clock.advance(1).unwrap();
        }
        clock.now().since(begun)
    }

    /// D3: it grows, within reason, by source, and is forgotten.
    #[tokio::test]
    async fn each_wrong_handle_takes_longer_than_the_one_before() {
        let (guessed, clock) = guessed();
        let mut waits = Vec::new();
        for _ in 0..18 {
            waits.push(takes(&guessed, &clock, 1).await);
        }
        assert_eq!(
            waits,
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30]
        );
        assert_eq!(takes(&guessed, &clock, 2).await, 0, "another source");
        clock.advance(MEMORY).unwrap();
        assert_eq!(takes(&guessed, &clock, 1).await, 0, "it begins anew");
    }

    /// D6: few answers are held for one source, and who gives up makes room.
    #[tokio::test]
    async fn answers_held_back_are_few() {
        let (guessed, _clock) = guessed();
        for _ in 0..FREE {
            guessed.hold_back(client(1)).await.unwrap();
        }
        let mut held = Vec::new();
        for _ in 0..HELD_OF_A_CLIENT {
            let mut one = Box::pin(guessed.hold_back(client(1)));
            assert!((&mut one).now_or_never().is_none());
            held.push(one);
        }
        let refused = guessed.hold_back(client(1)).now_or_never().unwrap();
        assert_eq!(refused, Err(AskLater(16)));
        drop(held);
        assert_eq!(guessed.clients().held, 0);
        assert!(
            Box::pin(guessed.hold_back(client(1)))
                .now_or_never()
                .is_none()
        );
    }

    /// D6: memory is bounded; whoever finds no room in it waits longest.
    #[tokio::test]
    async fn a_flood_of_sources_is_not_remembered() {
        let (guessed, clock) = guessed();
        for number in 0..u32::try_from(MOST).unwrap() {
            guessed.hold_back(client(number)).await.unwrap();
        }
        assert_eq!(takes(&guessed, &clock, u32::MAX).await, i64::from(LONGEST));
        assert_eq!(guessed.clients().known.len(), MOST);
        clock.advance(MEMORY).unwrap();
        assert_eq!(takes(&guessed, &clock, u32::MAX).await, 0);
        assert_eq!(guessed.clients().known.len(), 1);
    }
}
