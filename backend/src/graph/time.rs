//! Graph's times: `2026-03-01T09:15:02Z`, always UTC, perhaps with a fraction.

/// Unix seconds; `None` for anything else.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z')?;
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    if whole.len() != 19 || fraction.is_some_and(|rest| rest.is_empty() || !all_digits(rest)) {
        return None;
    }
    let (date, time) = whole.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    in_range
        .then(|| days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(|part| {
        if all_digits(part) {
            part.parse().ok()
        } else {
            None
        }
    });
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counted from March, so that the leap day is the last of its year; the Gregorian calendar repeats every 400 years.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let days_before_month = (153 * month + 2) / 5;
    365 * year + year / 4 - year / 100 + year / 400 + days_before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By `date -u -d … +%s`.
    #[test]
    fn known_moments() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-03-01T09:15:02Z", 1_772_356_502),
            ("2026-03-01T09:15:02.1234567Z", 1_772_356_502),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("1601-01-01T00:00:00Z", -11_644_473_600),
        ] {
            assert_eq!(unix_seconds(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for bad in [
            "",
            "Z",
            "2026-03-01",
            "2026-03-01T09:15:02",
            "2026-03-01T09:15:02+01:00",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T09:60:00Z",
            "2026-03-01T09:15:02.Z",
            "2026-3-1T009:15:02Z",
            "+026-03-01T09:15:02Z",
            "2026-03-01T09:15:02.xZ",
        ] {
            assert_eq!(unix_seconds(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = unix_seconds(&text);
        }

        #[test]
        fn the_day_after_is_a_day_later(year in 1i64..9_999, month in 1i64..=12, day in 1i64..=31) {
            prop_assume!(day < days_in(year, month));
            prop_assert_eq!(days_since_1970(year, month, day) + 1, days_since_1970(year, month, day + 1));
        }
    }
}
