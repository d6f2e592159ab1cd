//! Clearing away what has expired, in bounded batches (D11).

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::App;
use crate::vault::Purged;

impl App {
    /// Clears every minute for as long as somebody holds the app.
    pub fn keep_tidy(self: &Arc<Self>) {
        let app = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut minute = tokio::time::interval(Duration::from_secs(60));
            loop {
                minute.tick().await;
                let Some(app) = Weak::upgrade(&app) else {
                    return;
                };
                app.tidy().await;
            }
        });
    }

    async fn tidy(&self) {
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

fn may_be_more(purged: &Purged) -> bool {
    [purged.attempts, purged.sessions, purged.refresh_tokens].contains(&u64::from(BATCH))
}

/// Rows of a kind a round.
const BATCH: u32 = 500;
