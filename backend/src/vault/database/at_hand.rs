//! A connection kept at hand between statements that are transactions of their own.
//!
//! The pool looks at each connection that comes back to it, which is a round trip of its own, and half of what such a
//! statement asks. One that has just done its work is not looked at: it stays here until the next one needs it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Connection as _};
use tokio::time::Instant;

/// Copies share it.
#[derive(Clone, Debug)]
pub(super) struct AtHand(Arc<Mutex<Shelf>>);

#[derive(Debug)]
struct Shelf {
    kept: Option<(PoolConnection<Any>, Instant)>,
    /// Who waits for the pool: nothing is kept from them.
    waiting: usize,
    /// Whether anything is kept at all.
    open: bool,
    /// How long it may lie here unlooked at.
    untested: Duration,
}

/// Whoever holds it waits for the pool.
pub(super) struct Waiting(AtHand);

impl AtHand {
    /// Keeps one, which may lie for as long as `untested`.
    pub(super) fn one(untested: Duration) -> Self {
        Self::new(true, untested)
    }

    /// Keeps none.
    pub(super) fn nothing() -> Self {
        Self::new(false, Duration::ZERO)
    }

    fn new(open: bool, untested: Duration) -> Self {
        Self(Arc::new(Mutex::new(Shelf {
            kept: None,
            waiting: 0,
            open,
            untested,
        })))
    }

    /// The one at hand, if it is sound; otherwise one of the pool.
    pub(super) async fn take(&self, pool: &AnyPool) -> Result<PoolConnection<Any>, sqlx::Error> {
        let (kept, _waiting) = self.take_kept();
        match kept {
            Some((connection, tested)) if tested => return Ok(connection),
            Some((mut connection, _)) => match connection.ping().await {
                Ok(()) => return Ok(connection),
                Err(_) => connection.close_on_drop(),
            },
            None => {}
        }
        pool.acquire().await
    }

    /// Has the pool give out what is at hand, to whoever waits for it as long as the answer lives.
    pub(super) fn yield_to_pool(&self) -> Waiting {
        let (_kept, waiting) = self.take_kept();
        waiting
    }

    /// Keeps a connection whose last statement went well. To be dropped where that is not known.
    pub(super) fn keep(&self, connection: PoolConnection<Any>) {
        let mut shelf = self.shelf();
        if shelf.open && shelf.waiting == 0 && shelf.kept.is_none() {
            shelf.kept = Some((connection, Instant::now()));
        }
    }

    /// Closes what is at hand, and keeps nothing any more.
    pub(super) async fn close(&self) {
        let kept = {
            let mut shelf = self.shelf();
            shelf.open = false;
            shelf.kept.take()
        };
        if let Some((connection, _)) = kept {
            // The pool is closed next, and tells nobody either.
            let _ = connection.close().await;
        }
    }

    fn take_kept(&self) -> (Option<(PoolConnection<Any>, bool)>, Waiting) {
        let mut shelf = self.shelf();
        shelf.waiting += 1;
        let untested = shelf.untested;
        let kept = shelf.kept.take();
        let tested = |(connection, since): (_, Instant)| (connection, since.elapsed() < untested);
        (kept.map(tested), Waiting(self.clone()))
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.shelf().waiting -= 1;
    }
}

impl Drop for Shelf {
    /// The pool takes back connections in a runtime only.
    fn drop(&mut self) {
        if let Some((connection, _)) = self.kept.take()
            && tokio::runtime::Handle::try_current().is_err()
        {
            drop(connection.leak());
        }
    }
}
