//! What runs every minute: clearing away what has expired, in bounded batches (D11), and looking at the ends of
//! credentials.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::App;
use crate::vault::Purged;

/// The tasks that run beside requests, so that a stop can end them before the vault closes.
#[derive(Debug, Default)]
pub(super) struct Upkeep(Mutex<Vec<JoinHandle<()>>>);

impl App {
    /// Keeps everything tidy every minute, for as long as somebody holds the app and it is not closed.
    pub fn keep_tidy(self: &Arc<Self>) {
        let app = Arc::downgrade(self);
        let task = tokio::spawn(async move {
            let mut minute = tokio::time::interval(Duration::from_secs(60));
            loop {
                minute.tick().await;
                let Some(app) = Weak::upgrade(&app) else {
                    return;
                };
                app.tidy().await;
            }
        });
        self.upkeep.begin(task);
    }

    /// One round of it, now.
    pub async fn tidy(&self) {
        self.announce_ends().await;
        self.announce_what_ended().await;
        self.prove_what_waits().await;
        self.clear_away().await;
        self.copies.measure();
        self.measure_webhooks().await;
    }

    async fn clear_away(&self) {
        loop {
            match self.vault.purge_expired(self.clock.now(), BATCH).await {
                Ok(purged) if may_be_more(&purged) => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, "expired rows could not be cleared away");
                    return;
                }
            }
        }
    }
}

impl Upkeep {
    pub(super) fn begin(&self, task: JoinHandle<()>) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.push(task);
    }

    /// Waits until they are over. What they had not committed never was.
    pub(super) async fn end(&self) {
        let tasks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            task.abort();
            // Cut off, as wished.
            let _ = task.await;
        }
    }
}

fn may_be_more(purged: &Purged) -> bool {
    [
        purged.attempts,
        purged.sessions,
        purged.refresh_tokens,
        purged.sendings,
        purged.news,
        purged.events,
        purged.parked_codes,
        purged.links,
        purged.deliveries,
        purged.webhook_secrets,
        purged.consent_requests,
    ]
    .contains(&u64::from(BATCH))
}

/// Rows of a kind a round.
const BATCH: u32 = 500;

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    /// R180: a stop ends what runs beside requests and waits until it has let go of all it held; otherwise the vault could
    /// not be closed, or be used after it is.
    #[tokio::test]
    async fn a_stop_ends_what_runs_and_waits_for_its_end() {
        let (upkeep, held) = (Upkeep::default(), Arc::new(()));
        for _ in 0..3 {
            let held = Arc::clone(&held);
            upkeep.begin(tokio::spawn(async move {
                let _held = held;
                pending::<()>().await;
            }));
        }
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&held), 4);
        upkeep.end().await;
        assert_eq!(Arc::strong_count(&held), 1);
        upkeep.end().await;
    }
}
