//! How many token requests a minute: a budget for all, and one for each tenant (D7, D13).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::UnixTime;

/// What has been asked within the last minute.
#[derive(Debug)]
pub(in crate::app) struct Pace {
    per_minute: u32,
    per_tenant: u32,
    asked: Mutex<Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    all: Minute,
    tenants: HashMap<String, Minute>,
}

/// Requests in each of the last sixty seconds in which there were some.
#[derive(Debug, Default)]
struct Minute(VecDeque<(UnixTime, u32)>);

impl Pace {
    /// Budgets of requests a minute.
    pub(in crate::app) fn new(per_minute: u32, per_tenant: u32) -> Self {
        Self {
            per_minute,
            per_tenant,
            asked: Mutex::default(),
        }
    }

    /// Whether the background may ask once more now; it counts as asked then. In no sixty seconds are there more than the
    /// budgets allow, and no second has more than twice its share.
    pub(super) fn take(&self, tenant: &str, now: UnixTime) -> bool {
        let mut asked = self.asked();
        let share = self.per_minute.div_ceil(60).saturating_mul(2);
        let spent = asked.all.count(now) >= self.per_minute || asked.all.in_second(now) >= share;
        let tenants = asked.tenants.get_mut(tenant);
        if spent || tenants.is_some_and(|minute| minute.count(now) >= self.per_tenant) {
            return false;
        }
        asked.add(tenant, now);
        true
    }

    /// Somebody who waits was served: the background does with what is left.
    pub(in crate::app) fn count(&self, tenant: &str, now: UnixTime) {
        self.asked().add(tenant, now);
    }

    /// The most that one look is to bring.
    pub(super) const fn budgets(&self) -> (u32, u32) {
        (self.per_minute, self.per_tenant)
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    fn add(&mut self, tenant: &str, now: UnixTime) {
        if self.tenants.len() >= MOST {
            self.tenants.retain(|_, minute| minute.count(now) > 0);
        }
        self.all.add(now);
        match self.tenants.get_mut(tenant) {
            Some(minute) => minute.add(now),
            None => self.tenants.entry(tenant.to_owned()).or_default().add(now),
        }
    }
}

impl Minute {
    fn add(&mut self, now: UnixTime) {
        match self.0.back_mut() {
            Some((second, count)) if *second == now => *count += 1,
            _ => self.0.push_back((now, 1)),
        }
    }

    /// Requests of the last sixty seconds. Those of a time that has not come belong to a clock that was put back (F40).
    fn count(&mut self, now: UnixTime) -> u32 {
        self.0
            .retain(|(second, _)| (0..60).contains(&now.since(*second)));
        self.0.iter().map(|(_, count)| count).sum()
    }

    fn in_second(&self, now: UnixTime) -> u32 {
        let last = self.0.back().filter(|(second, _)| *second == now);
        last.map_or(0, |(_, count)| *count)
    }
}

/// Tenants kept in mind before those are forgotten that asked nothing for a minute.
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_790_000_000);

    /// More than any budget here gives in a second: who gets so many is never told to stop.
    const ENDLESS: u32 = 1_000;

    /// Takes as many as are given in each of the seconds.
    fn taken(pace: &Pace, tenant: &str, seconds: std::ops::Range<i64>) -> Vec<u32> {
        let all = seconds.map(|second| {
            let mut taken = 0;
            while taken < ENDLESS && pace.take(tenant, NOW.plus(second)) {
                taken += 1;
            }
            taken
        });
        all.collect()
    }

    /// D7
    #[test]
    fn no_sixty_seconds_have_more_than_the_budget() {
        for budget in [1, 30, 600, 1_200, 10_000] {
            let pace = Pace::new(budget, budget);
            let seconds = taken(&pace, "acme", 0..600);
            for window in seconds.windows(60) {
                assert!(window.iter().sum::<u32>() <= budget);
            }
            let all = seconds.iter().sum::<u32>();
            assert_eq!(all, 10 * budget, "none of the budget is lost");
            let most = seconds.iter().max().unwrap();
            assert!(*most <= budget.div_ceil(60) * 2, "{most} in one second");
        }
    }

    /// D7: after a long outage everybody is due at once. However fast the settings allow, and however many tenants there
    /// are, a hundred thousand take ten minutes, and no second has more than twice its share.
    #[test]
    fn a_cold_start_with_a_hundred_thousand_due_takes_ten_minutes_at_least() {
        for (per_minute, at_least) in [(9_000, 600), (1_200, 83 * 60)] {
            let pace = Pace::new(per_minute, per_minute);
            let (mut done, mut second) = (0_u32, 0);
            while done < 100_000 {
                let before = done;
                while done < 100_000 && pace.take(&(done % 1_000).to_string(), NOW.plus(second)) {
                    done += 1;
                }
                assert!(done - before <= per_minute.div_ceil(60) * 2);
                second += 1;
            }
            assert!(second >= at_least, "{second} s at {per_minute} a minute");
            assert!(second <= at_least + 120, "and not for ever: {second} s");
        }
    }

    /// D13
    #[test]
    fn a_large_tenant_leaves_room_for_the_others() {
        let pace = Pace::new(600, 100);
        let large: u32 = taken(&pace, "large", 0..60).iter().sum();
        let small: u32 = taken(&pace, "small", 59..60).iter().sum();
        assert_eq!((large, small), (100, 20));
    }

    #[test]
    fn who_is_served_on_use_counts_too() {
        let pace = Pace::new(60, 60);
        for _ in 0..59 {
            pace.count("acme", NOW);
        }
        assert!(pace.take("acme", NOW.plus(1)));
        assert!(!pace.take("acme", NOW.plus(1)));
        assert!(pace.take("acme", NOW.plus(60)));
    }

    /// F40
    #[test]
    fn a_clock_put_back_stops_nothing() {
        let pace = Pace::new(1, 1);
        assert!(pace.take("acme", NOW));
        assert!(!pace.take("acme", NOW));
        assert!(pace.take("acme", NOW.plus(-3_600)));
    }
}
