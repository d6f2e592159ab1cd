//! Instants as Graph writes and reads them: ISO 8601, UTC, whole seconds.
//!
//! Inside the emulator an instant is a count of seconds since 1970-01-01T00:00:00Z.

use crate::clock::rfc3339;

/// `2025-03-01T09:30:00Z`, the form of every message field.
pub(crate) fn utc(seconds: i64) -> String {
    rfc3339(seconds)
}

/// `2025-03-01T09:30:00`, the form of `innerError.date`.
pub(crate) fn zoneless(seconds: i64) -> String {
    rfc3339(seconds).trim_end_matches('Z').to_owned()
}

/// `Sat, 01 Mar 2025 09:30:00 +0000`, the form of a mail's `Date` header (RFC 5322 §3.3).
pub(crate) fn mail_date(seconds: i64) -> String {
    let (year, month, day, clock) = parts(seconds);
    let (weekday, month) = (&weekday(seconds)[..3], &month[..3]);
    format!("{weekday}, {day:02} {month} {year:04} {clock} +0000")
}

/// `Sat, 01 Mar 2025 09:30:00 GMT`, the form of dates in HTTP headers (RFC 9110 §5.6.7).
pub(crate) fn http_date(seconds: i64) -> String {
    mail_date(seconds).replace("+0000", "GMT")
}

/// `Saturday, March 1, 2025 9:30 AM`, as Outlook writes above a quoted message.
pub(crate) fn spoken(seconds: i64) -> String {
    let (year, month, day, clock) = parts(seconds);
    let hour = seconds.rem_euclid(DAY) / 3600;
    let (half, hour) = (if hour < 12 { "AM" } else { "PM" }, (hour + 11) % 12 + 1);
    let minute = &clock[3..5];
    format!(
        "{}, {month} {day}, {year} {hour}:{minute} {half}",
        weekday(seconds)
    )
}

/// Reads `2025-03-01`, `2025-03-01T09:30[:00[.123]]` with `Z`, `+01:00` or nothing (UTC).
/// `None` if it is not such an instant.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (date, rest) = match text.split_once(['T', 't']) {
        Some((date, rest)) => (date, Some(rest)),
        None => (text, None),
    };
    let midnight = days_of(date)? * DAY;
    let Some(rest) = rest else {
        return Some(midnight);
    };
    let (clock, offset) = split_offset(rest)?;
    Some(midnight + seconds_of_day(clock)? - offset)
}

fn days_of(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = digits(parts.next()?, 2)?;
    if !(1..=12).contains(&month) || day < 1 || day > month_length(year, month) {
        return None;
    }
    Some(days_from_date(year, month, day))
}

fn seconds_of_day(clock: &str) -> Option<i64> {
    let mut parts = clock.splitn(3, ':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = match parts.next() {
        None => 0,
        Some(second) => {
            let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
            if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            digits(whole, 2)?
        }
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

/// The clock part and the zone's seconds east of Greenwich.
fn split_offset(rest: &str) -> Option<(&str, i64)> {
    if let Some(clock) = rest.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = rest.find(['+', '-']) else {
        return Some((rest, 0));
    };
    let (clock, zone) = rest.split_at(at);
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let seconds = digits(hours, 2)? * 3600 + digits(minutes, 2)? * 60;
    Some((
        clock,
        if zone.starts_with('-') {
            -seconds
        } else {
            seconds
        },
    ))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// Year, name of the month, day, and the clock as `09:30:00`.
fn parts(seconds: i64) -> (i64, &'static str, i64, String) {
    let written = rfc3339(seconds);
    let number = |range| {
        written
            .get(range)
            .and_then(|text: &str| text.parse().ok())
            .unwrap_or(0)
    };
    let month = usize::try_from(number(5..7) - 1).unwrap_or(0);
    let clock = written.get(11..19).unwrap_or("00:00:00").to_owned();
    (number(0..4), MONTHS[month % 12], number(8..10), clock)
}

fn weekday(seconds: i64) -> &'static str {
    // The first of January 1970 was a Thursday.
    let index = (seconds.div_euclid(DAY) + 4).rem_euclid(7);
    WEEKDAYS[usize::try_from(index).unwrap_or(0)]
}

fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const DAY: i64 = 86_400;
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::{mail_date, parse, spoken, utc, zoneless};
    use proptest::prelude::*;

    #[test]
    fn known_instants_are_written_as_graph_writes_them() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(zoneless(1_740_821_400), "2025-03-01T09:30:00");
        assert_eq!(mail_date(1_740_821_400), "Sat, 01 Mar 2025 09:30:00 +0000");
        assert_eq!(spoken(1_740_821_400), "Saturday, March 1, 2025 9:30 AM");
    }

    #[test]
    fn offsets_and_bare_dates_are_understood() {
        assert_eq!(parse("2025-03-01"), Some(1_740_787_200));
        assert_eq!(parse("2025-03-01T10:30:00+01:00"), Some(1_740_821_400));
        assert_eq!(parse("2025-03-01T09:30:00.1234567Z"), Some(1_740_821_400));
        for wrong in [
            "2025-02-29",
            "2025-13-01",
            "20250301",
            "2025-03-01T25:00:00Z",
            "Ä",
            "",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in -62_000_000_000_i64..253_000_000_000) {
            prop_assert_eq!(parse(&utc(seconds)), Some(seconds));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
