//! Throttling: what one app may ask of one mailbox (E54, E55). Other mailboxes and other apps are counted apart.

mod guard;
mod window;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::http::StatusCode;

use super::{error::GraphError, limits::GraphLimits};
use crate::{
    lock::lock,
    world::{ClientId, PersonId},
};
use window::Window;

pub(crate) use guard::guard;

/// An app and the mailbox it calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pair {
    /// The app.
    pub(crate) client_id: ClientId,
    /// The mailbox's owner.
    pub(crate) mailbox: PersonId,
}

/// What every app has asked of every mailbox lately.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    meters: Mutex<HashMap<Pair, Meter>>,
}

#[derive(Debug, Default)]
struct Meter {
    in_flight: u32,
    requests: Window,
    uploaded: Window,
}

impl Throttle {
    /// Lets a request with `body` uploaded bytes in at `now` (unix seconds); it counts as in flight until the slot is
    /// dropped. Refused requests count too, except as in flight.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(crate) fn enter(
        self: &Arc<Self>,
        pair: Pair,
        limits: &GraphLimits,
        now: i64,
        body: u64,
    ) -> Result<Slot, GraphError> {
        let mut meters = lock(&self.meters);
        let meter = meters.entry(pair.clone()).or_default();
        meter
            .requests
            .take(1, u64::from(limits.requests), limits.requests_seconds, now)
            .map_err(|wait| over("MailboxRequestRate", wait))?;
        meter
            .uploaded
            .take(body, limits.upload_bytes, limits.upload_seconds, now)
            .map_err(|wait| over("MailboxUploadRate", wait))?;
        let most = limits.concurrent_requests;
        if most != 0 && meter.in_flight >= most {
            return Err(over("MailboxConcurrency", CONCURRENCY_WAIT));
        }
        meter.in_flight += 1;
        let throttle = Arc::clone(self);
        Ok(Slot { throttle, pair })
    }
}

/// A request that is in flight.
#[derive(Debug)]
#[must_use]
pub(crate) struct Slot {
    throttle: Arc<Throttle>,
    pair: Pair,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(meter) = lock(&self.throttle.meters).get_mut(&self.pair) {
            meter.in_flight = meter.in_flight.saturating_sub(1);
        }
    }
}

/// 429 without `innerError` (E4). The name of the limit is documented for concurrency and chosen for the others.
fn over(limit: &str, wait: i64) -> GraphError {
    GraphError {
        has_inner: false,
        retry_after: Some(wait),
        ..GraphError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "ApplicationThrottled",
            format!("Application is over its {limit} limit."),
        )
    }
}

/// Seconds, as seen in the wild.
const CONCURRENCY_WAIT: i64 = 1;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{GraphLimits, Pair, Throttle};
    use crate::world::{ClientId, PersonId};

    fn pair(app: &str, mailbox: &str) -> Pair {
        Pair {
            client_id: ClientId::new(app),
            mailbox: PersonId::new(mailbox),
        }
    }

    /// E54: the fifth at a time is refused; other apps and mailboxes are not, nor is the next one when one has ended.
    #[test]
    fn four_at_a_time() {
        let throttle = Arc::new(Throttle::default());
        let limits = GraphLimits::default();
        let enter = |pair| throttle.enter(pair, &limits, 0, 0);
        let mut four: Vec<_> = (0..4)
            .map(|_| enter(pair("app", "ada")).expect("a slot"))
            .collect();
        let error = enter(pair("app", "ada")).expect_err("the fifth");
        assert_eq!(
            (error.code, error.retry_after),
            ("ApplicationThrottled", Some(1))
        );
        assert_eq!(
            error.message,
            "Application is over its MailboxConcurrency limit."
        );
        let _others = [pair("app", "grace"), pair("another", "ada")]
            .map(|pair| enter(pair).expect("counted apart"));
        four.pop();
        four.push(enter(pair("app", "ada")).expect("one has ended"));
        enter(pair("app", "ada")).expect_err("full again");
    }

    /// E55: refused requests count, and the wait is what is left of the window.
    #[test]
    fn so_many_in_a_window() {
        let throttle = Arc::new(Throttle::default());
        let limits = GraphLimits {
            requests: 2,
            upload_bytes: 100,
            ..GraphLimits::default()
        };
        let ask = |now, body| {
            let entered = throttle.enter(pair("app", "ada"), &limits, now, body);
            entered.map(drop).map_err(|error| error.retry_after)
        };
        assert_eq!(ask(1_000, 60), Ok(()));
        assert_eq!(ask(1_100, 60), Err(Some(200)), "bytes of five minutes");
        assert_eq!(ask(1_400, 60), Err(Some(200)), "requests of ten minutes");
        assert_eq!(ask(1_600, 60), Ok(()));
    }
}
