//! `connect-outlook accounts`: who is connected, and what happened to them. Reads only; the server may be serving.

mod events;
mod list;

use clap::Subcommand;

use super::format::{Format, format_or_default};
use super::open_vault::{self, OnVault};
use super::{Ending, Failure};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Every account with its state and who must act. Exit code 3 if somebody has to.
    List(list::List),
    /// What happened to accounts and to the deployment, oldest first.
    Events(events::Events),
}

pub(super) fn run(options: &OnVault<Command>) -> Result<Ending, Failure> {
    let there = open_vault::Expected::There;
    open_vault::with(&options.settings, there, async |vault| {
        match &options.command {
            Command::List(list) => list::run(list, vault).await,
            Command::Events(events) => events::run(events, vault).await,
        }
    })
}
