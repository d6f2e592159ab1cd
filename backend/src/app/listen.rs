//! Hearing what other processes have done to the vault that they share with this one.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::App;
use crate::vault::news::Heard;

impl App {
    /// Listens every second, for as long as somebody holds the app and it is not closed. What another process revokes
    /// this one serves for that long at most, and for three seconds when the database is slow to answer.
    pub fn keep_listening(self: &Arc<Self>) {
        if !self.vault.is_shared() {
            return;
        }
        let app = Arc::downgrade(self);
        let task = tokio::spawn(async move {
            let (mut second, mut heard) = (interval(Duration::from_secs(1)), Heard::default());
            second.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                second.tick().await;
                let Some(app) = Weak::upgrade(&app) else {
                    return;
                };
                app.listen(&mut heard).await;
            }
        });
        self.upkeep.begin(task);
    }

    async fn listen(&self, heard: &mut Heard) {
        let asked_at = Instant::now();
        match self.vault.news(heard).await {
            Ok(news) => {
                for news in news {
                    self.copies.hear(news);
                }
                self.copies.heard(asked_at);
            }
            Err(error) => {
                tracing::warn!(%error, "other processes cannot be heard: requests ask the database");
            }
        }
    }
}
