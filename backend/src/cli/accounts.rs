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
    /// What happened to accounts and to the deployment, oldest first.
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
    let there = open_vault::Expected::There;
    open_vault::with(&options.settings, there, async |vault| {
        match &options.command {
            Command::List(list) => list::run(list, vault).await,
            Command::Events(events) => events::run(events, vault).await,
        }
    })
}
