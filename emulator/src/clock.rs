//! The emulator's one clock. Everything that ages (codes, tokens, secrets, messages) asks it, so that ninety days pass
//! by one call and no test sleeps.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

/// A handle to the emulator's time: the machine's clock plus whatever [`Clock::advance`] added. Clones share one time.
#[derive(Clone, Default)]
pub struct Clock {
    /// Seconds added to the machine's clock.
    ahead: Arc<watch::Sender<i64>>,
}

impl Clock {
    /// A clock that agrees with the machine's until it is moved.
    pub fn new() -> Self {
        Self::default()
    }

    /// The present, in unix seconds.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of the emulator that reads the machine's clock"
    )]
    pub fn now(&self) -> i64 {
        let machine = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| {
                i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
            });
        machine.saturating_add(*self.ahead.borrow())
    }

    /// Moves time by `seconds` for everybody who holds this clock; a negative number moves it back. Answers the new time.
    pub fn advance(&self, seconds: i64) -> i64 {
        self.ahead.send_modify(|ahead| {
            *ahead = ahead.saturating_add(seconds).clamp(-FARTHEST, FARTHEST);
        });
        self.now()
    }

    /// Tells whenever the clock is moved, to those who wait for a moment.
    pub(crate) fn moves(&self) -> watch::Receiver<i64> {
        self.ahead.subscribe()
    }

    /// Waits until the clock has been moved to `moment` (unix seconds) or past it. Time that only passes does not count:
    /// who waits for that has a timer of the machine's.
    pub(crate) async fn jumps_to(&self, moment: i64) {
        let mut moves = self.moves();
        // The sender lives as long as `self`, so waiting never fails.
        while self.now() < moment && moves.changed().await.is_ok() {}
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", rfc3339(self.now()))
    }
}

/// A moment as Graph writes it (RFC 3339, UTC, whole seconds): `2026-03-01T09:15:02Z`.
pub fn rfc3339(unix_seconds: i64) -> String {
    written(unix_seconds, 'T')
}

/// A moment as Entra writes it in errors (entra.md §5.2): `2026-03-01 09:15:02Z`.
pub(crate) fn entra_timestamp(unix_seconds: i64) -> String {
    written(unix_seconds, ' ')
}

fn written(unix_seconds: i64, separator: char) -> String {
    let (days, second_of_day) = (unix_seconds.div_euclid(DAY), unix_seconds.rem_euclid(DAY));
    let (year, month, day) = civil_date(days);
    let (hour, minute, second) = (
        second_of_day / 3600,
        second_of_day / 60 % 60,
        second_of_day % 60,
    );
    format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar. Years are counted from
/// March so that the leap day is the last of its year; 400 years (an era) have exactly 146,097 days.
fn civil_date(days: i64) -> (i64, i64, i64) {
    let from_march_of_year_zero = days + 719_468;
    let era = from_march_of_year_zero.div_euclid(146_097);
    let day_of_era = from_march_of_year_zero.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

const DAY: i64 = 86_400;
/// A thousand years: nobody needs more, and sums with other times cannot overflow.
const FARTHEST: i64 = DAY * 365_250;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_time() {
        let clock = Clock::new();
        let other = clock.clone();
        let before = other.now();
        clock.advance(120 * DAY);
        assert!(other.now() >= before + 120 * DAY);
    }

    #[tokio::test]
    async fn whoever_waits_for_a_moment_is_told_when_the_clock_jumps_there() {
        let clock = Clock::new();
        let waiting = clock.clone();
        let moment = clock.now() + DAY;
        let waiter = tokio::spawn(async move { waiting.jumps_to(moment).await });
        clock.advance(DAY / 2);
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished());
        clock.advance(DAY);
        waiter.await.expect("does not panic");
    }

    #[test]
    fn moments_are_written_as_microsoft_writes_them() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_772_356_502), "2026-03-01T09:15:02Z");
        assert_eq!(rfc3339(4_107_542_399), "2100-02-28T23:59:59Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59Z");
        assert_eq!(entra_timestamp(1_772_356_502), "2026-03-01 09:15:02Z");
    }
}
