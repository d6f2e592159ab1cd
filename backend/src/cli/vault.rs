//! `connect-outlook vault`: what operators do to what the server remembers. The server may be serving meanwhile.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::ending::{say, tell};
use super::open_vault::{self, Expected, OnVault};
use super::progress::Bar;
use super::{Ending, Failure};
use crate::vault::Vault as OpenVault;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open every sealed value once, to know that it opens. Exit code 3 if one does not.
    Verify,
    /// Bring everything under the first key of the key ring, and say which keys are not needed any more. Run it once
    /// every server's key file has that key; it can be stopped at any moment and run again.
    Rotate,
    /// Write everything, sealed under the first key, to a new file.
    Export {
        /// The file, which must not be there.
        file: PathBuf,
    },
    /// Fill an empty vault with an export: all of it or nothing.
    Import {
        /// The file that `export` wrote.
        file: PathBuf,
    },
}

pub(super) fn run(options: &OnVault<Command>) -> Result<Ending, Failure> {
    let expected = match options.command {
        Command::Import { .. } => Expected::Perhaps,
        Command::Verify | Command::Rotate | Command::Export { .. } => Expected::There,
    };
    open_vault::with(&options.settings, expected, async |vault| {
        match &options.command {
            Command::Verify => verify(vault).await,
            Command::Rotate => rotate(vault).await,
            Command::Export { file } => export(vault, file).await,
            Command::Import { file } => import(vault, file).await,
        }
    })
}

async fn verify(vault: &OpenVault) -> Result<Ending, Failure> {
    let mut bar = Bar::new("accounts verified:");
    let verified = vault.verify(|progress| bar.tell(progress)).await?;
    let (accounts, fields) = (verified.accounts, verified.fields);
    for failure in &verified.failures {
        tell(failure);
    }
    if verified.is_good() {
        say(&format!(
            "All is well: {accounts} accounts, {fields} sealed values, and each opens."
        ));
        return Ok(Ending::Good);
    }
    let failed = verified.failed;
    say(&format!(
        "{failed} do not open; {accounts} accounts were looked at, and {fields} sealed values open."
    ));
    Ok(Ending::Findings)
}

async fn rotate(vault: &OpenVault) -> Result<Ending, Failure> {
    let mut bar = Bar::new("data keys wrapped anew:");
    let rotated = vault.rotate(|progress| bar.tell(progress)).await?;
    let (keys, others) = (rotated.data_keys, rotated.without_account);
    say(&format!(
        "Wrapped {keys} data keys and sealed {others} values that belong to no account anew."
    ));
    let uses = vault.key_uses().await?;
    for (position, key) in vault.key_ids().into_iter().enumerate() {
        let uses = uses.get(&key).copied().unwrap_or_default();
        say(&match (position, uses) {
            (0, uses) => format!("{key}  seals; {uses} depend on it"),
            (_, 0) => format!(
                "{key}  nothing depends on it: it may leave the key file once every server has read the first key"
            ),
            (_, uses) => format!("{key}  {uses} depend on it still: run this again"),
        });
    }
    for left in &rotated.left_behind {
        tell(left);
    }
    if rotated.left_behind.is_empty() {
        Ok(Ending::Good)
    } else {
        Ok(Ending::Findings)
    }
}

async fn export(vault: &OpenVault, file: &Path) -> Result<Ending, Failure> {
    let mut bar = Bar::new("rows written:");
    let rows = vault
        .export_to_file(file, |progress| bar.tell(progress))
        .await?;
    say(&format!(
        "Wrote {rows} rows to {}. It opens with the key file alone; what changes in the vault from now on is not in it.",
        file.display()
    ));
    Ok(Ending::Good)
}

async fn import(vault: &OpenVault, file: &Path) -> Result<Ending, Failure> {
    let mut bar = Bar::new("rows read:");
    let rows = vault
        .import_from_file(file, |progress| bar.tell(progress))
        .await?;
    say(&format!(
        "Read {rows} rows from {}. `connect-outlook vault verify` opens each.",
        file.display()
    ));
    Ok(Ending::Good)
}
