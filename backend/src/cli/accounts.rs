//! `connect-outlook accounts`: who is connected, and what happened to them. Reads only; the server may be serving.

mod events;
mod list;

use std::io::IsTerminal as _;

use clap::{Args, Subcommand};

use super::{Ending, Failure, Settings, open_vault};

#[derive(Debug, Args)]
pub(super) struct Accounts {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every account with its state and who must act. Exit code 3 if somebody has to.
    List(list::List),
    /// What happened to accounts, oldest first.
    Events(events::Events),
}

/// How to write what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Columns, for people.
    Table,
    /// One JSON object a line, for programs.
    Json,
}

/// A table for people, JSON for programs, unless one is asked for.
fn format_or_default(asked: Option<Format>) -> Format {
    let for_people = std::io::stdout().is_terminal();
    asked.unwrap_or(if for_people {
        Format::Table
    } else {
        Format::Json
    })
}

pub(super) fn run(options: &Accounts) -> Result<Ending, Failure> {
    open_vault::with(&options.settings, async |vault| match &options.command {
        Command::List(list) => list::run(list, vault).await,
        Command::Events(events) => events::run(events, vault).await,
    })
}

/// Seconds since 1970 as RFC 3339, which people and programs read.
fn time(at: crate::clock::UnixTime) -> String {
    let (days, second) = (at.0.div_euclid(86_400), at.0.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The civil date of a day since 1970-01-01, by eras of 400 years that begin in March.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::UnixTime;

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
            assert_eq!(time(UnixTime(seconds)), written);
        }
    }
}
