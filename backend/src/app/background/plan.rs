//! When tokens are replaced without anybody asking: by their life and by chance, so that those who came together do not
//! come together again (R93, R95). Pure.

use crate::app::fresh_token::REFRESH_AHEAD;
use crate::clock::UnixTime;
use crate::vault::grants::Schedule;

/// The schedule of tokens asked for and over at the two times of `life`. `ends_at` is when the grant ends whatever one
/// does. Then: whether somebody asks for the token right now, and whether the account is to be kept fresh. `dice` is any
/// number.
pub(in crate::app) fn schedule(
    life: (UnixTime, UnixTime),
    ends_at: Option<UnixTime>,
    (in_use, kept_fresh): (bool, bool),
    dice: u32,
) -> Schedule {
    let ahead_at = ahead(life, dice);
    let refresh_at = if kept_fresh {
        ahead_at
    } else {
        // At the end Microsoft says that it is over, and the account's owner is told.
        let end = ends_at.unwrap_or(UnixTime(i64::MAX)).plus(AFTER_THE_END);
        keep_alive(life.0, dice).min(end)
    };
    Schedule {
        ahead_at,
        refresh_at,
        in_use,
    }
}

/// Between 75 and 90 % of the life of an access token, and before anybody who asks would have to wait.
fn ahead((obtained, over): (UnixTime, UnixTime), dice: u32) -> UnixTime {
    let life = over.since(obtained).max(0);
    let earliest = life * 75 / 100;
    let waiting = life - REFRESH_AHEAD.max(life / 10);
    let latest = (life * 90 / 100).min(waiting - LEAD).max(earliest);
    obtained.plus(between(earliest, latest, dice))
}

/// Far inside the ninety days after which an unused refresh token is over.
fn keep_alive(obtained: UnixTime, dice: u32) -> UnixTime {
    obtained.plus(between(EARLIEST_TOUCH, LATEST_TOUCH, dice))
}

/// The share of the way that `dice` is of all numbers.
fn between(earliest: i64, latest: i64, dice: u32) -> i64 {
    earliest + (latest - earliest) * i64::from(dice) / i64::from(u32::MAX)
}

/// Seconds that the background may be late: it looks once a minute and takes a minute for what it finds.
const LEAD: i64 = 150;
const DAY: i64 = 86_400;
/// When an account that nobody uses is touched, in seconds after the last time.
const EARLIEST_TOUCH: i64 = 4 * DAY;
const LATEST_TOUCH: i64 = 7 * DAY;
/// Seconds after the end of a grant at which nobody needs to doubt it any more.
const AFTER_THE_END: i64 = 60;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: UnixTime = UnixTime(1_790_000_000);

    /// Evenly spread over all numbers.
    fn dice(number: u32, of: u32) -> u32 {
        u32::MAX / of * number
    }

    /// R93: ten thousand accounts that connected in the same second are spread over the time that there is, and no
    /// caller of any of them would have to wait.
    #[test]
    fn ten_thousand_tokens_of_one_second_are_replaced_over_several_minutes() {
        for life in [3_600, 4_800, 5_400] {
            let mut minutes = std::collections::BTreeMap::<i64, u32>::new();
            for number in 0..10_000 {
                let over = NOW.plus(life);
                let at = schedule((NOW, over), None, (true, true), dice(number, 10_000));
                assert_eq!(at.refresh_at, at.ahead_at);
                let share = at.ahead_at.since(NOW) * 100 / life;
                assert!((75..=90).contains(&share), "{share} % of {life}");
                let left = over.since(at.ahead_at);
                assert!(left > REFRESH_AHEAD.max(life / 10) + 120, "{left} s left");
                *minutes.entry(at.ahead_at.0 / 60).or_default() += 1;
            }
            let fullest = minutes.values().max().unwrap();
            let even = 10_000 / minutes.len() as u32;
            assert!(minutes.len() >= 6, "{minutes:?}");
            assert!(*fullest <= 2 * even, "{minutes:?}");
        }
    }

    /// R95
    #[test]
    fn an_account_that_nobody_uses_is_touched_every_week() {
        for number in 0..100 {
            let at = schedule(
                (NOW, NOW.plus(3_600)),
                None,
                (false, false),
                dice(number, 100),
            );
            let days = at.refresh_at.since(NOW) / DAY;
            assert!((4..=7).contains(&days), "{days}");
            assert!(at.ahead_at < at.refresh_at);
        }
    }

    /// A grant that ends after a day is looked at once more when it has.
    #[test]
    fn an_end_is_noticed_when_it_comes() {
        let end = NOW.plus(DAY);
        let at = schedule((NOW, NOW.plus(3_600)), Some(end), (false, false), 7);
        assert_eq!(at.refresh_at, end.plus(AFTER_THE_END));
    }

    proptest! {
        #[test]
        fn no_life_is_too_strange(life in 0..=172_800_i64, dice: u32) {
            let over = NOW.plus(life);
            let at = schedule((NOW, over), None, (true, true), dice).refresh_at;
            prop_assert!(NOW <= at && at <= over);
        }
    }
}
