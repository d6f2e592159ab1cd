//! What is written: columns for people, JSON for programs.

use std::io::IsTerminal as _;

/// How to write what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// Columns, for people.
    Table,
    /// One JSON object a line, for programs.
    Json,
}

/// A table for people, JSON for programs, unless one is asked for.
pub(super) fn format_or_default(asked: Option<Format>) -> Format {
    let for_people = std::io::stdout().is_terminal();
    asked.unwrap_or(if for_people {
        Format::Table
    } else {
        Format::Json
    })
}
