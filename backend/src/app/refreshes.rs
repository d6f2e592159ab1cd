//! One refresh at a time for an account in this process: whoever comes second waits for the first (R80).
//!
//! Over processes the vault's compare-and-swap keeps the newer token; a lease row belongs here, around the work, once
//! several processes serve.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::Notify;

use super::fresh_token::{FreshToken, FreshTokenError};
use crate::vault::id::AccountId;

type Refreshed = Result<FreshToken, FreshTokenError>;
type Running = Shared<BoxFuture<'static, Refreshed>>;

/// The refreshes on their way.
#[derive(Clone, Default)]
pub(super) struct Refreshes(Arc<Inside>);

#[derive(Default)]
struct Inside {
    running: Mutex<HashMap<AccountId, Running>>,
    ended: Notify,
}

impl Refreshes {
    /// Joins the refresh of `account` that is running, or runs `work`. The work goes on when every caller has gone: an
    /// answer of Microsoft's must reach the vault.
    pub(super) async fn one_for(
        &self,
        account: AccountId,
        work: impl Future<Output = Refreshed> + Send + 'static,
    ) -> Refreshed {
        let running = {
            let mut all = self
                .0
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            all.entry(account)
                .or_insert_with(|| self.start(account, work))
                .clone()
        };
        running.await
    }

    /// Waits until none is running.
    pub(super) async fn all_done(&self) {
        loop {
            let ended = self.0.ended.notified();
            if self
                .0
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_empty()
            {
                return;
            }
            ended.await;
        }
    }

    fn start(
        &self,
        account: AccountId,
        work: impl Future<Output = Refreshed> + Send + 'static,
    ) -> Running {
        let over = Over {
            refreshes: self.clone(),
            account,
        };
        let task = tokio::spawn(async move {
            // Dropped with the task, also when the work panics.
            let _over = over;
            work.await
        });
        task.map(|ended| ended.unwrap_or(Err(FreshTokenError::BrokeOff)))
            .boxed()
            .shared()
    }
}

/// Takes the refresh off the list.
struct Over {
    refreshes: Refreshes,
    account: AccountId,
}

impl Drop for Over {
    fn drop(&mut self) {
        let inside = &self.refreshes.0;
        inside
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.account);
        inside.ended.notify_waiters();
    }
}

impl std::fmt::Debug for Refreshes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Refreshes")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    fn account() -> AccountId {
        AccountId::parse("00000000-0000-4000-8000-000000000001").unwrap()
    }

    /// R80
    #[tokio::test]
    async fn five_hundred_callers_cause_one_refresh() {
        let (refreshes, runs) = (Refreshes::default(), Arc::new(AtomicUsize::new(0)));
        let (go, gone) = oneshot::channel::<()>();
        let mut gone = Some(gone);
        let callers: Vec<_> = (0..500)
            .map(|_| {
                let (refreshes, runs, gone) = (refreshes.clone(), Arc::clone(&runs), gone.take());
                tokio::spawn(async move {
                    let work = async move {
                        runs.fetch_add(1, Ordering::SeqCst);
                        if let Some(gone) = gone {
                            let _ = gone.await;
                        }
                        Err(FreshTokenError::Misconfigured)
                    };
                    refreshes.one_for(account(), work).await
                })
            })
            .collect();
        while runs.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        go.send(()).unwrap();
        for caller in callers {
            assert!(matches!(
                caller.await.unwrap(),
                Err(FreshTokenError::Misconfigured)
            ));
        }
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }

    /// R180: a caller that goes away does not cut the refresh off, and a stop can wait for it.
    #[tokio::test]
    async fn the_work_outlives_its_callers() {
        let (refreshes, done) = (Refreshes::default(), Arc::new(AtomicUsize::new(0)));
        let (go, gone) = oneshot::channel::<()>();
        let counter = Arc::clone(&done);
        let work = async move {
            let _ = gone.await;
            counter.fetch_add(1, Ordering::SeqCst);
            Err(FreshTokenError::Misconfigured)
        };
        let mut caller = Box::pin(refreshes.one_for(account(), work));
        assert!((&mut caller).now_or_never().is_none());
        drop(caller);
        go.send(()).unwrap();
        refreshes.all_done().await;
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    /// R179: a panic is an error of this one refresh and leaves nothing behind.
    #[tokio::test]
    async fn a_panic_ends_one_refresh_and_not_the_next() {
        let refreshes = Refreshes::default();
        let broken = refreshes
            .one_for(account(), async { panic!("on purpose") })
            .await;
        assert!(matches!(broken, Err(FreshTokenError::BrokeOff)));
        refreshes.all_done().await;
        let next = refreshes
            .one_for(account(), async { Err(FreshTokenError::Misconfigured) })
            .await;
        assert!(matches!(next, Err(FreshTokenError::Misconfigured)));
    }
}
