//! The vault: everything the server remembers, and the only room that knows SQL and keys.
//!
//! Tokens and personal data rest sealed (`seal`), under a data key of each account that is itself wrapped by a
//! key-encryption key from outside the database. One SQL text serves SQLite and PostgreSQL (`database`).
//!
//! Time is an argument of every operation; nothing here reads a clock. No operation keeps a transaction, or a connection to
//! itself, after it returns, so none can be held during an outbound request (R85).

pub mod accounts;
pub mod api_keys;
pub mod attempts;
mod changes;
mod conflicts;
pub mod consent_requests;
#[cfg(test)]
mod contract;
mod database;
pub mod deployment;
mod error;
pub mod events;
pub mod grants;
pub mod id;
mod keys;
pub mod links;
pub mod news;
mod progress;
mod purge;
pub mod refreshes;
mod rotate;
pub mod schedule;
mod seal;
pub mod sendings;
pub mod sessions;
mod transfer;
mod verify;
pub mod webhooks;

pub use database::{DatabaseError, Location, LocationError, MigrateError};
pub use error::VaultError;
pub use progress::Progress;
pub use purge::{Purged, SENDING_MEMORY};
pub use rotate::Rotated;
pub use seal::{KeyId, KeyRing, KeyRingError, SealError};
pub use transfer::{ExportError, ImportError};
pub use verify::{FAILURES_TOLD, Verified};

use changes::Changes;
use database::Database;
use keys::Keys;

/// An open vault. Copies share connections and keys.
#[derive(Clone, Debug)]
pub struct Vault {
    database: Database,
    keys: Keys,
    changes: Changes,
    attempts_room: attempts::Room,
}

/// Why a vault did not open. Each stops the start of a server (R12).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// See [`DatabaseError`].
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Something in the vault is sealed under a key that the ring does not hold: this is another vault's key file, or
    /// a key was taken out too early.
    #[error("the vault needs key-encryption key {key}, which is not in the key ring")]
    KeyMissing {
        /// Which one.
        key: String,
    },
    /// The database opened and then did not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Opens the vault at `location`, makes it if it is not there, and brings its tables up to this version.
    ///
    /// # Errors
    /// [`OpenError`]: the database cannot be used, or `keys` is not the key ring that belongs to it.
    pub async fn open(location: &Location, keys: KeyRing) -> Result<Self, OpenError> {
        Self::open_with(location, keys, CONNECTIONS).await
    }

    /// As [`open`](Self::open), with at most `connections` to PostgreSQL at a time. SQLite has as many as it needs.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn open_with(
        location: &Location,
        keys: KeyRing,
        connections: u32,
    ) -> Result<Self, OpenError> {
        let database = Database::open(location, connections).await?;
        let vault = Self {
            database,
            keys: Keys::new(keys),
            changes: Changes::default(),
            attempts_room: attempts::Room::default(),
        };
        let mut connection = vault
            .database
            .reader()
            .acquire()
            .await
            .map_err(VaultError::from)?;
        let missing = vault.missing_key(&vault.keys(), &mut connection).await?;
        drop(connection);
        if let Some(key) = missing {
            vault.close().await;
            return Err(OpenError::KeyMissing { key });
        }
        Ok(vault)
    }

    /// Whether the database answers: for readiness.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn check(&self) -> Result<(), VaultError> {
        self.database.is_in_place()?;
        sqlx::query("select 1")
            .execute(self.database.reader())
            .await?;
        Ok(())
    }

    /// Closes all connections and waits for them. Every later operation of any copy fails.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// Connections to PostgreSQL of one process, unless it says otherwise.
pub const CONNECTIONS: u32 = 10;
