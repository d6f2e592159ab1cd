//! Webhooks: what the integrator's server is told, and how that is managed.
//!
//! Requests write events and wait for nothing here. Each process looks every second, and at once when it has changed
//! something itself, for events that have no deliveries yet and for deliveries that are due. Any number of processes may:
//! the vault gives each try to one of them.

mod again;
mod manage;
mod tell;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::App;
use crate::clock::Clock;
use crate::meters;
use crate::vault::VaultError;
use crate::vault::id::WebhookId;
use crate::vault::webhooks::AT_ONCE;
use crate::webhooks::Poster;

pub use manage::WebhookError;

/// What a process has under way.
#[derive(Debug)]
pub(super) struct Telling {
    poster: Poster,
    /// Somebody changed something: look at once.
    wake: Arc<Notify>,
    /// Tries begun so far.
    tries: AtomicU64,
    /// Workers of each webhook.
    workers: Mutex<HashMap<WebhookId, usize>>,
    /// How many there are: two for each webhook at most, so that a slow one takes nothing from another (R154).
    running: watch::Sender<usize>,
}

impl Telling {
    pub(super) fn new(poster: Poster) -> Self {
        Self {
            poster,
            wake: Arc::default(),
            tries: AtomicU64::default(),
            workers: Mutex::default(),
            running: watch::Sender::new(0),
        }
    }

    /// Looked at soon, by this process.
    pub(super) fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Waits until no try is under way.
    pub(super) async fn all_done(&self) {
        let mut running = self.running.subscribe();
        // An error cannot come: this holds the sender.
        let _none = running.wait_for(|running| *running == 0).await;
    }

    fn add_worker(&self, webhook: WebhookId) -> bool {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        let count = workers.entry(webhook).or_default();
        let free = *count < AT_ONCE;
        if free {
            *count += 1;
            self.running.send_modify(|running| *running += 1);
        }
        free
    }

    fn remove_worker(&self, webhook: WebhookId) {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = workers.get_mut(&webhook) {
            *count -= 1;
            if *count == 0 {
                workers.remove(&webhook);
            }
            self.running.send_modify(|running| *running -= 1);
        }
    }
}

impl App {
    /// Tells webhooks of events for as long as somebody holds the app and it is not told to settle.
    pub fn keep_telling(self: &Arc<Self>) {
        let (app, clock, wake) = (
            Arc::downgrade(self),
            self.clock.clone(),
            self.telling.wake(),
        );
        let mut stopping = self.stopping.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                () = run(app, clock, wake) => {}
                // An error says that the app is gone.
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        });
    }

    /// Tells all that is due now, and waits for the end of it: for programs that move the clock.
    pub async fn tell_webhooks(self: &Arc<Self>) {
        let tries = || self.telling.tries.load(Ordering::Relaxed);
        loop {
            self.telling.all_done().await;
            let before = tries();
            self.begin_to_tell().await;
            self.telling.all_done().await;
            if tries() == before {
                return;
            }
        }
    }

    /// Begins what is due.
    async fn begin_to_tell(self: &Arc<Self>) {
        match self.find_deliveries().await {
            Ok(due) => due
                .into_iter()
                .for_each(|webhook| self.start_worker(webhook)),
            Err(error) => tracing::warn!(%error, "webhooks wait for the vault"),
        }
    }

    async fn find_deliveries(&self) -> Result<Vec<WebhookId>, VaultError> {
        let now = self.clock.now();
        loop {
            let spread = self.vault.spread_events(now).await?;
            if spread.full > 0 {
                meters::webhooks_full(spread.full);
                tracing::debug!(webhooks = spread.full, "events stay where they are");
            }
            if spread.more == 0 {
                break;
            }
        }
        self.vault.due_webhooks(now).await
    }

    /// Whoever finds something to do looks for help.
    fn start_worker(self: &Arc<Self>, webhook: WebhookId) {
        if *self.stopping.borrow() || !self.telling.add_worker(webhook) {
            return;
        }
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let _leaving = Leaving(&app.telling, webhook);
            app.work(webhook).await;
        });
    }

    async fn work(self: &Arc<Self>, webhook: WebhookId) {
        while !*self.stopping.borrow() {
            let (now, ahead) = (self.clock.now(), self.clock.ahead());
            let taken = self.vault.take_delivery(webhook, self.owner, ahead, now);
            match taken.await {
                Ok(Some(delivery)) => {
                    self.telling.tries.fetch_add(1, Ordering::Relaxed);
                    self.start_worker(webhook);
                    self.tell(&delivery).await;
                }
                Ok(None) => return,
                Err(error) => {
                    return tracing::warn!(%webhook, %error, "a webhook waits for the vault");
                }
            }
        }
    }

    /// How far webhooks are behind, for the meters.
    pub(super) async fn measure_webhooks(&self) {
        match self.vault.webhooks_behind().await {
            Ok((waiting, oldest)) => {
                let age = oldest.map_or(0, |oldest| self.clock.now().since(oldest).max(0));
                meters::webhooks_behind(waiting, age);
            }
            Err(error) => tracing::debug!(%error, "how far webhooks are behind is not known"),
        }
    }
}

/// A worker that goes, however it goes.
struct Leaving<'a>(&'a Telling, WebhookId);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.remove_worker(self.1);
    }
}

async fn run(app: Weak<App>, clock: Clock, wake: Arc<Notify>) {
    loop {
        let moves = clock.moves();
        {
            let Some(app) = Weak::upgrade(&app) else {
                return;
            };
            app.begin_to_tell().await;
        }
        tokio::select! {
            () = wake.notified() => {}
            () = clock.pause_since(moves, LOOK_EVERY) => {}
        }
    }
}

/// How soon a process sees what others have written.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::Rules;

    /// D5: whoever takes a delivery looks for help, and there is help once.
    #[test]
    fn a_webhook_has_two_workers_and_the_next_has_its_own() {
        let rules = Rules {
            ports: [].into(),
            blocked: [].into(),
            insecure: true,
            timeout: Duration::from_secs(1),
        };
        let telling = Telling::new(Poster::new(rules).unwrap());
        let named =
            |digit| WebhookId::parse(&format!("{digit}0000000-0000-4000-8000-000000000000"));
        let (one, other) = (named(1).unwrap(), named(2).unwrap());
        let added = [one, one, one, other].map(|webhook| telling.add_worker(webhook));
        assert_eq!(added, [true, true, false, true]);
        telling.remove_worker(one);
        assert!(telling.add_worker(one));
        assert_eq!(*telling.running.borrow(), 3);
    }
}
