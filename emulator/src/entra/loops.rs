//! Clients that ask the same again and again (entra 82).

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use crate::lock::lock;

/// When the same was asked lately.
#[derive(Debug, Default)]
pub(crate) struct Loops {
    asked: Mutex<HashMap<String, VecDeque<i64>>>,
}

impl Loops {
    /// Notes that `request` was asked at `now` (unix seconds); whether that made `threshold` times within five minutes.
    pub(crate) fn closes(&self, request: String, now: i64, threshold: Option<usize>) -> bool {
        let Some(threshold) = threshold else {
            return false;
        };
        let mut asked = lock(&self.asked);
        if asked.len() >= SWEEP_AT {
            asked.retain(|_, times| times.back().is_some_and(|last| *last > now - WINDOW));
        }
        let times = asked.entry(request).or_default();
        times.retain(|time| *time > now - WINDOW && *time <= now);
        times.push_back(now);
        // More are not needed to know.
        while times.len() > threshold.max(1) {
            times.pop_front();
        }
        times.len() >= threshold
    }
}

const WINDOW: i64 = 300;
/// From this many different requests on, asking sweeps out those that are long past.
const SWEEP_AT: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    /// entra 82
    #[test]
    fn the_threshold_counts_within_five_minutes_only() {
        let loops = Loops::default();
        let asked = |now| loops.closes("same".into(), now, Some(3));
        assert_eq!([0, 1, 2, 3].map(asked), [false, false, true, true]);
        assert!(!asked(1_000), "five minutes later all is forgotten");
        assert!(!loops.closes("other".into(), 1_000, Some(3)));
        assert!((0..99).all(|_| !loops.closes("same".into(), 2_000, None)));
    }
}
