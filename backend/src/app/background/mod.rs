//! Refreshing without anybody asking: before tokens in use lapse, and often enough that idle accounts never end.
//!
//! Once a minute it is looked up what is due; through the minute it is carried out, as fast as the budgets allow and no
//! faster (`pace`). Of the processes that share a vault one does this for all, the others are ready to take over. When
//! something is due is decided when tokens are written (`plan`).

#[cfg(test)]
mod hundred_days;
#[cfg(test)]
mod hundred_days_for_real;
pub(in crate::app) mod pace;
pub(in crate::app) mod plan;
mod round;
pub(in crate::app) mod uses;

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use tokio::sync::Semaphore;

use super::App;
use crate::clock::{Clock, UnixTime};
use round::Work;

/// What one process carries from second to second.
struct Background {
    waiting: VecDeque<Work>,
    next_look: UnixTime,
    under_way: Arc<Semaphore>,
}

impl App {
    /// Keeps all accounts fresh for as long as somebody holds the app and it is not told to settle.
    pub fn keep_fresh(self: &Arc<Self>) {
        let (app, clock) = (Arc::downgrade(self), self.clock.clone());
        let mut stopping = self.stopping.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                () = run(app, clock) => {}
                // An error says that the app is gone.
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        });
    }
}

async fn run(app: Weak<App>, clock: Clock) {
    let mut background = Background {
        waiting: VecDeque::new(),
        next_look: clock.now(),
        under_way: Arc::new(Semaphore::new(AT_ONCE)),
    };
    loop {
        let now = clock.now();
        {
            let Some(app) = Weak::upgrade(&app) else {
                return;
            };
            if now >= background.next_look || now < background.next_look.plus(-LOOK_EVERY) {
                background.next_look = now.plus(LOOK_EVERY);
                background.waiting = app.look(now).await;
            }
            app.start_some(&mut background, now);
        }
        let next = if background.waiting.is_empty() {
            background.next_look
        } else {
            now.plus(1)
        };
        // A clock that was put back has nobody wait until that time comes again.
        clock.reach(next.min(clock.now().plus(LOOK_EVERY))).await;
    }
}

/// The name of this work among the vault's duties.
pub(in crate::app) const DUTY: &str = "refreshes";

/// Seconds.
const LOOK_EVERY: i64 = 60;

/// Refreshes of the background under way at most; whoever waits for a token has the other slots (D5).
const AT_ONCE: usize = 16;
