//! Time as an argument: the one place in this crate that asks the operating system what time it is.

#[cfg(test)]
pub(crate) mod awaited;
mod calendar;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// A moment: whole seconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// The moment `seconds` later (earlier when negative); stops at the ends of time instead of wrapping.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to here; negative when `earlier` is the later one.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the backend reads the time. Copies show the same hands: moving one moves all.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Ahead(Hand),
    Still(Hand),
}

/// Whoever waits for a time is woken when it is moved.
type Hand = Arc<watch::Sender<i64>>;

/// The moves of a clock from one moment on.
#[derive(Debug)]
pub struct Moves(Option<watch::Receiver<i64>>);

/// The system clock was asked to move. Only [`Clock::movable`] and [`Clock::still`] do.
#[derive(Debug, thiserror::Error)]
#[error("the system clock cannot be moved")]
pub struct NotMovable;

impl Clock {
    /// The operating system's time, for production.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// Runs like the system clock and can be put forward: the demo's "jump one hour ahead".
    #[must_use]
    pub fn movable() -> Self {
        Self(Source::Ahead(Arc::new(watch::Sender::new(0))))
    }

    /// Stands still at `start` until it is moved: for tests.
    #[must_use]
    pub fn still(start: UnixTime) -> Self {
        Self(Source::Still(Arc::new(watch::Sender::new(start.0))))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        match &self.0 {
            Source::System => system_now(),
            Source::Ahead(seconds) => system_now().plus(*seconds.borrow()),
            Source::Still(at) => UnixTime(*at.borrow()),
        }
    }

    /// Puts the clock forward by `seconds`, or back when negative.
    ///
    /// # Errors
    /// [`NotMovable`] for the system clock.
    pub fn advance(&self, seconds: i64) -> Result<(), NotMovable> {
        match &self.0 {
            Source::System => Err(NotMovable),
            Source::Ahead(hand) | Source::Still(hand) => {
                hand.send_modify(|at| *at = at.saturating_add(seconds));
                Ok(())
            }
        }
    }

    /// Seconds by which it is ahead of the true time: 0, but for a clock that was moved.
    #[must_use]
    pub fn ahead(&self) -> i64 {
        match &self.0 {
            Source::System => 0,
            Source::Ahead(seconds) => *seconds.borrow(),
            Source::Still(at) => UnixTime(*at.borrow()).since(system_now()),
        }
    }

    /// Waits until it shows `until`, by itself or because it is moved there; not at all if it does already.
    pub async fn reach(&self, until: UnixTime) {
        loop {
            let moved = self.moved();
            let left = until.since(self.now());
            let Ok(left) = u64::try_from(left) else {
                return;
            };
            if left == 0 {
                return;
            }
            self.wait(Duration::from_secs(left), moved).await;
        }
    }

    /// Waits so long, or until it is moved. A clock that stands still lets nobody go on before.
    pub async fn pause(&self, duration: Duration) {
        self.pause_since(self.moves(), duration).await;
    }

    /// Begins to listen for moves: for whoever looks at something first and pauses then. A move in between is not lost.
    #[must_use]
    pub fn moves(&self) -> Moves {
        Moves(self.moved())
    }

    /// [`Clock::pause`], which a move since `moves` began ends at once.
    pub async fn pause_since(&self, moves: Moves, duration: Duration) {
        self.wait(duration, moves.0).await;
    }

    /// How many wait for it now: whoever has a clock in the hand then knows that it is his turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        match &self.0 {
            Source::System => 0,
            Source::Ahead(hand) | Source::Still(hand) => hand.receiver_count(),
        }
    }

    async fn wait(&self, duration: Duration, moved: Option<watch::Receiver<i64>>) {
        let stands_still = matches!(self.0, Source::Still(_));
        let passes = async {
            if stands_still {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(duration).await;
        };
        let Some(mut moved) = moved else {
            return passes.await;
        };
        tokio::select! {
            () = passes => {}
            // An error cannot come: this clock holds the sender.
            _ = moved.changed() => {}
        }
    }

    /// Hears of moves from now on.
    fn moved(&self) -> Option<watch::Receiver<i64>> {
        match &self.0 {
            Source::System => None,
            Source::Ahead(hand) | Source::Still(hand) => Some(hand.subscribe()),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one reading of the system clock; everybody else takes the time from a Clock"
)]
fn system_now() -> UnixTime {
    // A clock set before 1970 reads as 1970: everything then counts as not yet expired, nothing panics.
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixTime(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_still_clock_moves_only_when_told_and_all_copies_move_with_it() {
        let clock = Clock::still(UnixTime(1_000));
        let copy = clock.clone();
        clock.advance(3_600).unwrap();
        assert_eq!(copy.now(), UnixTime(4_600));
        assert_eq!(copy.now().since(UnixTime(1_000)), 3_600);
    }

    #[test]
    fn a_movable_clock_runs_ahead_of_the_system_by_what_it_was_told() {
        let system = Clock::system();
        let ahead = Clock::movable();
        ahead.advance(86_400).unwrap();
        assert!(ahead.now() >= system.now().plus(86_399));
    }

    /// Who waits for a time is woken by whoever moves the clock there, and not before.
    #[tokio::test]
    async fn a_time_is_reached_by_moving() {
        for clock in [Clock::still(UnixTime(1_000)), Clock::movable()] {
            let until = clock.now().plus(7_200);
            let waiting = tokio::spawn({
                let clock = clock.clone();
                async move { clock.reach(until).await }
            });
            while clock.waiting() == 0 {
                tokio::task::yield_now().await;
            }
            clock.advance(3_600).unwrap();
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            assert!(!waiting.is_finished());
            clock.advance(3_600).unwrap();
            waiting.await.unwrap();
            clock.reach(until).await;
        }
    }

    /// A move between the look and the pause is not lost.
    #[tokio::test]
    async fn who_looks_first_and_pauses_then_hears_of_a_move_in_between() {
        for clock in [Clock::still(UnixTime(1_000)), Clock::movable()] {
            let moves = clock.moves();
            clock.advance(15).unwrap();
            let hour = Duration::from_secs(3_600);
            clock.pause_since(moves, hour).await;
            assert_eq!(clock.waiting(), 0);
        }
    }

    #[test]
    fn how_far_it_is_ahead_is_what_it_was_moved() {
        let moved = Clock::movable();
        moved.advance(77).unwrap();
        assert_eq!((Clock::system().ahead(), moved.ahead()), (0, 77));
        let still = Clock::still(UnixTime(1_000));
        let true_time = still.now().plus(-still.ahead());
        assert!(true_time.since(Clock::system().now()).abs() <= 1);
    }

    #[test]
    fn the_system_clock_does_not_move() {
        assert!(Clock::system().advance(1).is_err());
    }

    #[test]
    fn times_stop_at_the_end_instead_of_wrapping() {
        assert_eq!(UnixTime(i64::MAX).plus(1), UnixTime(i64::MAX));
    }
}
