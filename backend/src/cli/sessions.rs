//! `connect-outlook sessions`: signs people out (R72). Needs the vault; the server may be serving.

use clap::{Args, Subcommand};

use super::ending::say;
use super::open_vault::{self, OnVault};
use super::{Ending, Failure};
use crate::vault::Vault;
use crate::vault::id::AccountId;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sign out every browser in which an account is in use, or everybody. Mailboxes stay connected.
    End(End),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct End {
    /// The account's id, as `accounts list` shows it.
    #[arg(long)]
    account: Option<String>,
    /// Every session there is.
    #[arg(long)]
    all: bool,
}

pub(super) fn run(options: &OnVault<Command>) -> Result<Ending, Failure> {
    let there = open_vault::Expected::There;
    let Command::End(end) = &options.command;
    open_vault::with(&options.settings, there, async |vault| {
        self::end(end, vault).await
    })
}

async fn end(options: &End, vault: &Vault) -> Result<Ending, Failure> {
    let of = match &options.account {
        Some(named) => Some(known(named, vault).await?),
        None => None,
    };
    let ended = vault.end_sessions(of).await?;
    say(&format!(
        "Ended {ended} sessions. A running server knows it within three seconds."
    ));
    Ok(Ending::Good)
}

async fn known(named: &str, vault: &Vault) -> Result<AccountId, Failure> {
    let unknown =
        || Failure::new("no account has this id; `connect-outlook accounts list` names them");
    let id = AccountId::parse(named).ok_or_else(unknown)?;
    vault.account(id).await?.ok_or_else(unknown)?;
    Ok(id)
}
