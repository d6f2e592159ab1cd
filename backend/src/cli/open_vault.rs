//! Opening the vault that the settings name, for one command.

use clap::{Args, Subcommand};

use super::{Ending, Failure, Settings};
use crate::config::VaultConfig;
use crate::log::{self, LogFormat};
use crate::vault::{Location, Vault};
use crate::webhooks::Rules;

/// What is to be done with the vault, and the settings that name it.
#[derive(Debug, Args)]
pub(super) struct OnVault<C: Subcommand> {
    #[command(flatten)]
    pub(super) settings: Settings,
    #[command(subcommand)]
    pub(super) command: C,
}

/// Whether there has to be a vault already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// Yes: a mistyped path would otherwise make an empty vault, in which all is well.
    There,
    /// A new one is as good.
    Perhaps,
}

/// Opens the vault, has `work` done with it, and closes it.
pub(super) fn with(
    settings: &Settings,
    expected: Expected,
    work: impl AsyncFnOnce(&Vault) -> Result<Ending, Failure>,
) -> Result<Ending, Failure> {
    with_rules(settings, expected, async |vault, _| work(vault).await)
}

/// The same, knowing where webhooks may lead.
pub(super) fn with_rules(
    settings: &Settings,
    expected: Expected,
    work: impl AsyncFnOnce(&Vault, &Rules) -> Result<Ending, Failure>,
) -> Result<Ending, Failure> {
    let config = VaultConfig::read(settings.config.as_deref(), std::env::vars())?;
    log::start(LogFormat::Text, "warn")?;
    refuse_nothing(&config.database, expected)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let vault = Vault::open(&config.database, config.keys).await?;
        let ended = work(&vault, &config.webhooks).await;
        vault.close().await;
        ended
    })
}

pub(super) fn refuse_nothing(database: &Location, expected: Expected) -> Result<(), Failure> {
    match database {
        Location::Memory => Err(Failure::new(
            "setting `database` names a vault in memory, which nobody else can open",
        )),
        Location::SqliteFile(path) if expected == Expected::There && !path.exists() => {
            Err(Failure::new(format!(
                "there is no vault at {}; setting `database` names it",
                path.display()
            )))
        }
        Location::SqliteFile(_) | Location::Postgres(_) => Ok(()),
    }
}
