//! From the calendar to seconds, and back.

use super::UnixTime;

impl UnixTime {
    /// A moment in UTC by 14 digits: `YYYYMMDDhhmmss`. `None` for what is no moment of the calendar.
    pub(crate) fn from_digits(digits: &str) -> Option<Self> {
        let all = digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
        let (year, month, day) = (part(0, 4).filter(|_| all)?, part(4, 6)?, part(6, 8)?);
        let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
        let in_calendar = (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        let days = in_calendar.then(|| days_since_1970(year, month, day))?;
        Some(Self(((days * 24 + hour) * 60 + minute) * 60 + second))
    }

    /// A moment as RFC 3339 writes it in UTC, `2026-03-01T09:15:02Z`; a fraction of a second does not count. `None` for
    /// anything else.
    pub(crate) fn from_rfc3339(text: &str) -> Option<Self> {
        let text = text.strip_suffix('Z')?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_fraction =
            !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
        let marks: String = whole.chars().filter(|c| !c.is_ascii_digit()).collect();
        let in_place = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
            .iter()
            .all(|(at, mark)| whole.get(*at..at + 1) == Some(mark));
        if !is_fraction || marks != "--T::" || !in_place {
            return None;
        }
        let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
        Self::from_digits(&digits)
    }

    /// As RFC 3339 writes it in UTC, which people and programs read.
    pub(crate) fn to_rfc3339(self) -> String {
        let (days, second) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Of the Gregorian calendar. Years are counted from March, so that a leap day comes last.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 719_469
}

/// The civil date of a day since 1970-01-01, by eras of 400 years that begin in March.
const fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let next_year = if month <= 2 { 1 } else { 0 };
    (year + era * 400 + next_year, month, day)
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
            assert_eq!(
                UnixTime::from_rfc3339(text),
                Some(UnixTime(seconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, written) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_683_662, "2026-11-26T09:01:02Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(UnixTime(seconds).to_rfc3339(), written);
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
            assert_eq!(UnixTime::from_rfc3339(bad), None, "{bad}");
        }
    }

    /// Seconds as GNU date prints them.
    #[test]
    fn a_moment_is_read_from_its_digits() {
        for (digits, seconds) in [
            ("19700101000000", 0),
            ("19691231235959", -1),
            ("20000229120000", 951_825_600),
            ("20270131000000", 1_801_353_600),
            ("99991231235959", 253_402_300_799),
        ] {
            assert_eq!(UnixTime::from_digits(digits), Some(UnixTime(seconds)));
        }
        for bad in [
            "",
            "2027013100000",
            "202701310000000",
            "20270229000000",
            "21000229000000",
            "20271301000000",
            "20270100000000",
            "20270131240000",
            "20270131006000",
            "+2027013100000",
        ] {
            assert_eq!(UnixTime::from_digits(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = UnixTime::from_rfc3339(&text);
        }

        #[test]
        fn what_is_written_is_read_again(seconds in -11_644_473_600_i64..253_402_300_800) {
            let written = UnixTime(seconds).to_rfc3339();
            prop_assert_eq!(UnixTime::from_rfc3339(&written), Some(UnixTime(seconds)));
        }

        #[test]
        fn the_day_after_is_a_day_later(year in 1i64..9_999, month in 1i64..=12, day in 1i64..=31) {
            prop_assume!(day < days_in(year, month));
            prop_assert_eq!(days_since_1970(year, month, day) + 1, days_since_1970(year, month, day + 1));
        }
    }
}
