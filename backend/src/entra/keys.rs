//! Where the keys come from: the authority's own key document and nowhere else (R102), fetched rarely (R110).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, RwLock};

use super::jwks::KeySet;
use crate::clock::UnixTime;
use crate::outbound::{Limits, Outbound, Wire};

/// The published keys of one authority: fetched when first needed, kept for an hour, good for a day when the
/// document cannot be had.
#[derive(Debug)]
pub struct Keys {
    outbound: Outbound,
    address: String,
    known: RwLock<Known>,
    fetching: Mutex<()>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    set: Arc<KeySet>,
    fetched_at: Option<UnixTime>,
    tried_at: Option<UnixTime>,
}

/// No keys that may still be used: ID tokens cannot be judged now.
#[derive(Debug, thiserror::Error)]
#[error("the signing keys cannot be fetched")]
pub struct NoKeys;

impl Keys {
    /// Keys of the document at `address`. Nothing is fetched yet.
    #[must_use]
    pub fn new(address: String, wire: &Wire) -> Self {
        Self {
            outbound: wire.within(LIMITS),
            address,
            known: RwLock::default(),
            fetching: Mutex::default(),
        }
    }

    /// The keys to judge with. Fetches when the ones held are older than an hour; when that fails they serve on, up
    /// to a day.
    ///
    /// # Errors
    /// [`NoKeys`] when nothing younger than a day is at hand.
    pub async fn current(&self, now: UnixTime) -> Result<Arc<KeySet>, NoKeys> {
        if self.age(now).await.is_none_or(|age| age >= FRESH) {
            self.fetch(now).await;
        }
        match self.age(now).await {
            Some(age) if age <= USABLE => Ok(Arc::clone(&self.known.read().await.set)),
            _ => Err(NoKeys),
        }
    }

    /// The keys after a look whether `missing` has been published since. A stranger who invents key ids causes one
    /// fetch a minute at most.
    ///
    /// # Errors
    /// [`NoKeys`] as for [`Keys::current`].
    pub async fn with(&self, missing: &str, now: UnixTime) -> Result<Arc<KeySet>, NoKeys> {
        if self.known.read().await.set.find(missing).is_none() {
            self.fetch(now).await;
        }
        self.current(now).await
    }

    async fn age(&self, now: UnixTime) -> Option<i64> {
        // A clock that was put back makes no set younger than new.
        self.known
            .read()
            .await
            .fetched_at
            .map(|at| now.since(at).max(0))
    }

    /// One at a time; whoever waited finds the answer of the one before and does not ask again.
    async fn fetch(&self, now: UnixTime) {
        let _alone = self.fetching.lock().await;
        if !self.known.read().await.may_try(now) {
            return;
        }
        let fetched = self.outbound.send(self.outbound.get(&self.address)).await;
        let read = match fetched {
            Ok(reply) if reply.status == 200 => {
                KeySet::read(&reply.body).map_err(|error| error.to_string())
            }
            Ok(reply) => Err(format!("status {}", reply.status)),
            Err(error) => Err(error.to_string()),
        };
        let mut known = self.known.write().await;
        known.tried_at = Some(now);
        match read {
            Ok(set) => {
                known.set = Arc::new(set);
                known.fetched_at = Some(now);
            }
            Err(error) => tracing::warn!(%error, "the signing keys could not be fetched"),
        }
    }
}

impl Known {
    fn may_try(&self, now: UnixTime) -> bool {
        let pause = if self.fetched_at.is_some() {
            PAUSE
        } else {
            FIRST_PAUSE
        };
        self.tried_at
            .is_none_or(|at| !(0..pause).contains(&now.since(at)))
    }
}

/// Seconds until the document is looked at again (Microsoft: "Signing key rollover" advises hourly).
const FRESH: i64 = 60 * 60;
/// Seconds the last good set serves while fetching fails (R110).
const USABLE: i64 = 24 * 60 * 60;
/// Seconds between two tries (R110).
const PAUSE: i64 = 60;
/// Seconds between two tries while there has never been a set: nobody can sign in until then.
const FIRST_PAUSE: i64 = 5;

const LIMITS: Limits = Limits {
    total: Duration::from_secs(10),
    body: 256 * 1024,
};

#[cfg(test)]
mod tests;
