//! The steps so far.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::step::{Sketch, Step};

/// The latest steps, oldest first, for everybody who watches.
#[derive(Debug, Default)]
pub struct Record {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    steps: VecDeque<Step>,
    last: u64,
}

impl Record {
    /// Adds a step that happened at `time` (unix seconds).
    pub fn add(&self, time: i64, sketch: Sketch) {
        let mut kept = self.lock();
        kept.last += 1;
        let (from, to) = sketch.kind.parties();
        let sequence = kept.last;
        kept.steps.push_back(Step {
            sequence,
            time,
            from,
            to,
            sketch,
        });
        if kept.steps.len() > MOST {
            kept.steps.pop_front();
        }
    }

    /// The steps with a number above `after`.
    #[must_use]
    pub fn after(&self, after: u64) -> Vec<Step> {
        let kept = self.lock();
        let newer = kept.steps.iter().filter(|step| step.sequence > after);
        newer.cloned().collect()
    }

    /// Forgets all of them. Numbers go on, so that a page that watches misses nothing.
    pub fn clear(&self) {
        self.lock().steps.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // What a panicking thread left is whole: every change is a single push.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MOST: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    #[test]
    fn a_watcher_gets_what_is_new_and_numbers_go_on_after_starting_over() {
        let record = Record::default();
        record.add(1, Kind::VerifierMade.with([]));
        record.add(2, Kind::AttemptAsked.with([]));
        let newer = record.after(1);
        assert_eq!((newer.len(), newer[0].sequence, newer[0].time), (1, 2, 2));
        record.clear();
        record.add(3, Kind::ClockMoved.with([]));
        assert_eq!(record.after(2)[0].sequence, 3);
    }

    #[test]
    fn a_long_evening_does_not_fill_the_memory() {
        let record = Record::default();
        for time in 0..3_000 {
            record.add(time, Kind::MailAsked.with([]));
        }
        assert_eq!(record.after(0).len(), MOST);
        assert_eq!(record.after(0)[0].time, 1_000);
    }
}
