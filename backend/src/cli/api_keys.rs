//! `connect-outlook api-keys`: who may ask by program. Needs the vault; the server may be serving.

use clap::Subcommand;

use super::ending::{say, tell};
use super::open_vault::{self, OnVault};
use super::{Ending, Failure};
use crate::clock::{Clock, UnixTime};
use crate::vault::Vault;
use crate::vault::id::ApiKeyId;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key and print it, this once.
    New {
        /// A word to tell it from others by.
        name: String,
    },
    /// Name all keys, the oldest first.
    List,
    /// Have a key open nothing any more, at once and for good. Links that it made end with it.
    Revoke {
        /// Its id, as `list` shows it.
        key: String,
    },
}

pub(super) fn run(options: &OnVault<Command>) -> Result<Ending, Failure> {
    open_vault::with(
        &options.settings,
        open_vault::Expected::There,
        async |vault| match &options.command {
            Command::New { name } => new(name, vault).await,
            Command::List => list(vault).await,
            Command::Revoke { key } => revoke(key, vault).await,
        },
    )
}

async fn new(name: &str, vault: &Vault) -> Result<Ending, Failure> {
    let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !fits {
        return Err(Failure::new(
            "a key's name must be 1 to 100 plain characters",
        ));
    }
    let (id, key) = vault.new_api_key(name, Clock::system().now()).await?;
    tell(&format!(
        "This is key {id}. It is shown this once; keep it where your server's secrets are."
    ));
    say(key.expose());
    Ok(Ending::Good)
}

async fn list(vault: &Vault) -> Result<Ending, Failure> {
    for key in vault.api_keys().await? {
        let time = |at: Option<UnixTime>| at.map_or_else(|| "-".to_owned(), UnixTime::to_rfc3339);
        say(&format!(
            "{}  made {}  first used {:<20}  revoked {:<20}  {}",
            key.id,
            time(Some(key.created_at)),
            time(key.first_used_at),
            time(key.revoked_at),
            key.name,
        ));
    }
    Ok(Ending::Good)
}

async fn revoke(key: &str, vault: &Vault) -> Result<Ending, Failure> {
    let unknown =
        || Failure::new("no living key has this id; `connect-outlook api-keys list` names them");
    let id = ApiKeyId::parse(key).ok_or_else(unknown)?;
    if !vault.revoke_api_key(id, Clock::system().now()).await? {
        return Err(unknown());
    }
    say(&format!("Key {id} opens nothing any more."));
    Ok(Ending::Good)
}
