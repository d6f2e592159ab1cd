//! One refresh at a time for an account in this process: whoever comes second waits for the first (R80).
//!
//! Over processes the vault's lease does the same; here nobody needs to ask it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::Notify;

use crate::app::fresh_token::{FreshToken, FreshTokenError};
use crate::vault::id::AccountId;

type Refreshed = Result<FreshToken, FreshTokenError>;
type Running = Shared<BoxFuture<'static, Refreshed>>;

/// The refreshes on their way.
#[derive(Clone, Default)]
pub(in crate::app) struct Flights(Arc<Inside>);

#[derive(Default)]
struct Inside {
    running: Mutex<HashMap<AccountId, Running>>,
    ended: Notify,
}

impl Flights {
    /// Joins the refresh of `account` that is running, or runs `work`. The work goes on when every caller has gone: an
    /// answer of Microsoft's must reach the vault.
    pub(in crate::app) async fn one_for(
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
    pub(in crate::app) async fn all_done(&self) {
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
            flights: self.clone(),
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
    flights: Flights,
    account: AccountId,
}

impl Drop for Over {
    fn drop(&mut self) {
        let inside = &self.flights.0;
        inside
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.account);
        inside.ended.notify_waiters();
    }
}

impl std::fmt::Debug for Flights {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Flights")
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
        let (flights, runs) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let (go, gone) = oneshot::channel::<()>();
        let mut gone = Some(gone);
        let callers: Vec<_> = (0..500)
            .map(|_| {
                let (flights, runs, gone) = (flights.clone(), Arc::clone(&runs), gone.take());
                tokio::spawn(async move {
                    let work = async move {
                        runs.fetch_add(1, Ordering::SeqCst);
                        if let Some(gone) = gone {
                            let _ = gone.await;
                        }
                        Err(FreshTokenError::Misconfigured)
                    };
                    flights.one_for(account(), work).await
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
        let (flights, done) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let (go, gone) = oneshot::channel::<()>();
        let counter = Arc::clone(&done);
        let work = async move {
            let _ = gone.await;
            counter.fetch_add(1, Ordering::SeqCst);
            Err(FreshTokenError::Misconfigured)
        };
        let mut caller = Box::pin(flights.one_for(account(), work));
        assert!((&mut caller).now_or_never().is_none());
        drop(caller);
        go.send(()).unwrap();
        flights.all_done().await;
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    /// R179: a panic is an error of this one refresh and leaves nothing behind.
    #[tokio::test]
    async fn a_panic_ends_one_refresh_and_not_the_next() {
        let flights = Flights::default();
        let broken = flights
            .one_for(account(), async { panic!("on purpose") })
            .await;
        assert!(matches!(broken, Err(FreshTokenError::BrokeOff)));
        flights.all_done().await;
        let next = flights
            .one_for(account(), async { Err(FreshTokenError::Misconfigured) })
            .await;
        assert!(matches!(next, Err(FreshTokenError::Misconfigured)));
    }
}
