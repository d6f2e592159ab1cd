//! Token buckets by key, on the clock of the deployment: so many at once, refilled evenly over a minute.

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;

/// One bucket for each key.
pub(super) struct Buckets<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, Ticks, NoOpMiddleware<Nanos>>,
    clock: Ticks,
    swept_at: AtomicI64,
    most: usize,
}

/// Not now. In seconds, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooSoon(pub(super) u32);

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// Buckets of `a_minute` tokens. Beyond `most` keys in use within a minute nobody new is admitted: who floods with
    /// addresses finds the door closed, not the memory full (D2, D6).
    pub(super) fn new(a_minute: NonZeroU32, most: usize, clock: Clock) -> Self {
        let clock = Ticks(clock);
        Self {
            limiter: RateLimiter::new(
                Quota::per_minute(a_minute),
                HashMapStateStore::default(),
                clock.clone(),
            ),
            swept_at: AtomicI64::new(clock.0.now().0),
            clock,
            most,
        }
    }

    /// Takes a token out of the bucket of `key`.
    pub(super) fn admit(&self, key: &K) -> Result<(), TooSoon> {
        self.admit_many(key, NonZeroU32::MIN)
    }

    /// Takes `tokens` out of the bucket of `key`, or none: then after a minute there may be enough. More than the bucket
    /// holds never are.
    pub(super) fn admit_many(&self, key: &K, tokens: NonZeroU32) -> Result<(), TooSoon> {
        self.sweep();
        if self.limiter.len() >= self.most {
            return Err(TooSoon(WHILE_FULL));
        }
        let checked = self.limiter.check_key_n(key, tokens);
        checked
            .map_err(|_| TooSoon(WHILE_FULL))?
            .map_err(|not_until| {
                let wait = not_until.wait_time_from(self.clock.now());
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                TooSoon(u32::try_from(seconds).unwrap_or(u32::MAX).max(1))
            })
    }

    /// Forgets full buckets: every minute, and every second while there are too many.
    fn sweep(&self) {
        let now = self.clock.0.now().0;
        let swept_at = self.swept_at.load(Ordering::Relaxed);
        let age = now.saturating_sub(swept_at);
        let full = self.limiter.len() >= self.most;
        let due = !(0..60).contains(&age) || (full && age > 0);
        let won = due
            && self
                .swept_at
                .compare_exchange(swept_at, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if won {
            self.limiter.retain_recent();
        }
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Buckets<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Buckets({} in use)", self.limiter.len())
    }
}

/// The deployment's clock as governor reads it.
#[derive(Clone, Debug)]
struct Ticks(Clock);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        // No bucket was ever filled before 1970.
        let seconds = u64::try_from(self.0.now().0).unwrap_or_default();
        Duration::from_secs(seconds).into()
    }
}

/// Seconds to wait while there is no room for another key.
const WHILE_FULL: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::UnixTime;

    fn buckets(a_minute: u32, most: usize) -> (Buckets<u32>, Clock) {
        let clock = Clock::still(UnixTime(1_800_000_000));
        let a_minute = NonZeroU32::new(a_minute).unwrap();
        (Buckets::new(a_minute, most, clock.clone()), clock)
    }

    #[test]
    fn a_bucket_empties_and_fills_evenly() {
        let (buckets, clock) = buckets(10, 100);
        for _ in 0..10 {
            assert_eq!(buckets.admit(&1), Ok(()));
        }
        assert_eq!(buckets.admit(&1), Err(TooSoon(6)), "ten a minute");
        assert_eq!(buckets.admit(&2), Ok(()), "another's bucket is full");
        clock.advance(5).unwrap();
        assert_eq!(buckets.admit(&1), Err(TooSoon(1)));
        clock.advance(1).unwrap();
        assert_eq!(buckets.admit(&1), Ok(()));
        assert!(buckets.admit(&1).is_err());
        clock.advance(3_600).unwrap();
        for _ in 0..10 {
            assert_eq!(buckets.admit(&1), Ok(()), "never more than ten");
        }
        assert!(buckets.admit(&1).is_err());
    }

    /// D2, D6: closed when there is no more room, and open again once others have been quiet for a while.
    #[test]
    fn who_floods_with_keys_finds_the_door_closed() {
        let (buckets, clock) = buckets(10, 100);
        for key in 0..100 {
            assert_eq!(buckets.admit(&key), Ok(()));
        }
        for key in 0..1_000 {
            assert_eq!(buckets.admit(&key), Err(TooSoon(60)));
        }
        clock.advance(60).unwrap();
        assert_eq!(buckets.admit(&1_000), Ok(()));
        assert!(buckets.limiter.len() <= 1, "the others are forgotten");
    }

    /// A clock that was put back closes nothing for longer than a minute.
    #[test]
    fn a_clock_put_back_does_no_harm() {
        let (buckets, clock) = buckets(2, 100);
        assert_eq!(buckets.admit(&1), Ok(()));
        clock.advance(-86_400).unwrap();
        let _ = buckets.admit(&1);
        clock.advance(86_400 + 60).unwrap();
        assert_eq!(buckets.admit(&1), Ok(()));
    }
}
