//! The database below the vault: SQLite or PostgreSQL by one SQL text, through sqlx's `Any` driver.
//!
//! What differs between the engines is in this room alone: how to connect (`sqlite`, `postgres`), how a writing
//! transaction begins, and how two of them are kept apart. Everything else says `text`, `bigint`, `$1`, `on conflict`
//! and `returning`.

mod at_hand;
mod location;
mod migrate;
mod postgres;
mod sqlite;
mod together;
mod writing;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyPool, AssertSqlSafe, Executor, Row as _, Transaction};

pub use location::{Location, LocationError};
pub(super) use migrate::MIGRATIONS;
pub use migrate::MigrateError;
pub(super) use together::{Step, Together};
pub(super) use writing::Writing;

use self::at_hand::AtHand;
use super::error::VaultError;
use crate::clock::UnixTime;

/// Open pools. SQLite has one writer and several readers, so that writers queue in order instead of polling a lock;
/// in memory it has a single connection, and PostgreSQL one pool for both.
#[derive(Clone, Debug)]
pub(super) struct Database {
    engine: Engine,
    /// Whether other processes can open it too.
    shared: bool,
    /// SQLite's.
    file: Option<sqlite::Whereabouts>,
    reader: AnyPool,
    writer: AnyPool,
    at_hand: AtHand,
}

/// Why the database did not open. Each stops the start of a server (R12).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The file or its folder cannot be made private or used.
    #[error("the vault's file {path} cannot be used")]
    File {
        /// As it was given.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The path has characters that are not Unicode.
    #[error("the vault's path {path} is not Unicode")]
    Path {
        /// As it was given.
        path: std::path::PathBuf,
    },
    /// SQLite's own check found the file broken: restore a copy.
    #[error("the vault's file is damaged: {finding}")]
    Damaged {
        /// First line of the check's report.
        finding: String,
    },
    /// No connection, or the database refused a setting.
    #[error("the vault's database cannot be opened")]
    Unreachable(#[source] sqlx::Error),
    /// Something behind the question mark of PostgreSQL's address. It is not repeated here: it may be a password.
    #[error("the address of the vault's database has a parameter whose value is not understood")]
    Address,
    /// PostgreSQL is elsewhere, and the way to it is not encrypted, or leads to somebody else.
    #[error(
        "the vault's database cannot be reached by an encrypted and verified connection; name its authority with sslrootcert=FILE in its address, or say sslmode=disable where the network is your own"
    )]
    NotEncrypted(#[source] sqlx::Error),
    /// The tables are not those of this program.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Database {
    /// Connects and brings the tables up to this program's version.
    pub(super) async fn open(location: &Location, connections: u32) -> Result<Self, DatabaseError> {
        let database = Self::connect(location, connections).await?;
        database.migrate(MIGRATIONS).await?;
        Ok(database)
    }

    /// Connects, whatever tables there are.
    pub(super) async fn connect(
        location: &Location,
        connections: u32,
    ) -> Result<Self, DatabaseError> {
        sqlx::any::install_default_drivers();
        match location {
            Location::Memory => sqlite::in_memory().await,
            Location::SqliteFile(path) => sqlite::in_file(path).await,
            Location::Postgres(url) => postgres::at(url, connections).await,
        }
    }

    /// Whether other processes may change what is in it.
    pub(super) const fn is_shared(&self) -> bool {
        self.shared
    }

    /// Where single statements that change nothing run.
    pub(super) const fn reader(&self) -> &AnyPool {
        &self.reader
    }

    /// A transaction that will write. On SQLite it takes the write lock at once, so that it cannot fail halfway for
    /// having read before somebody else wrote (R125). Dropped without `commit`, it never was. What takes one statement
    /// goes by [`write_alone`](Self::write_alone), which asks the database once instead of three times; what takes
    /// few, by [`writing`](Self::writing).
    ///
    /// SQLite ends a transaction by itself when the disk is full. sqlx then counts it as open for ever, and the
    /// connection begins nothing more: such a connection is closed, and the next one serves (F29).
    pub(super) async fn write(&self) -> Result<Transaction<'static, Any>, VaultError> {
        self.is_in_place()?;
        let begin = self.engine.begin();
        let _waiting = self.at_hand.yield_to_pool();
        match self.writer.begin_with(begin).await {
            Err(sqlx::Error::InvalidSavePointStatement) if self.shared => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with(begin).await?)
            }
            begun => Ok(begun?),
        }
    }

    /// Carries out one statement as a transaction of its own, and answers the rows it returns once that is committed. Who
    /// stops waiting does not know whether it is.
    ///
    /// All rows are fetched, be it one: `fetch_one` and `fetch_optional` leave when the first is there, which is before the
    /// commit, and an error of that commit (disk full) would be lost.
    pub(super) async fn write_alone(
        &self,
        statement: Query<'_, Any, AnyArguments>,
    ) -> Result<Vec<AnyRow>, sqlx::Error> {
        self.prove_place()?;
        let mut connection = self.at_hand.take(&self.writer).await?;
        let rows = statement.fetch_all(&mut *connection).await?;
        self.at_hand.keep(connection);
        Ok(rows)
    }

    /// Whether what is written would be found again: a file that was moved or removed takes it along.
    pub(super) fn is_in_place(&self) -> Result<(), VaultError> {
        Ok(self.prove_place()?)
    }

    fn prove_place(&self) -> Result<(), sqlx::Error> {
        let file = self.file.as_ref();
        file.map_or(Ok(()), sqlite::Whereabouts::prove)
    }

    /// A transaction that changes nothing and sees the rows as they are at its first look, whatever happens meanwhile.
    pub(super) async fn snapshot(&self) -> Result<Transaction<'static, Any>, VaultError> {
        let begin = self.engine.begin_snapshot();
        let mut snapshot = self.reader.begin_with(begin).await?;
        self.let_it_take_long(&mut snapshot).await?;
        Ok(snapshot)
    }

    /// For a transaction that waits for more than the database: PostgreSQL would end it.
    pub(super) async fn let_it_take_long(
        &self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<(), VaultError> {
        if self.engine == Engine::Postgres {
            sqlx::raw_sql("set local idle_in_transaction_session_timeout = 0")
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// Keeps others that name the same `key` out until `transaction` ends. On SQLite there is one writer anyway.
    pub(super) async fn lock(
        &self,
        transaction: &mut Transaction<'static, Any>,
        key: &str,
    ) -> Result<(), sqlx::Error> {
        if self.engine == Engine::Postgres {
            sqlx::query(LOCK)
                .bind(key)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// [`lock`](Self::lock) as a statement to begin with, where it takes one.
    pub(super) fn lock_step(&self, key: String) -> Option<Step> {
        (self.engine == Engine::Postgres).then(|| Step::new(LOCK).bind(key))
    }

    /// `text` with the database's own clock, in seconds since 1970, wherever it says `:now`: what needs the time and rows
    /// asks once. It is read when the statement runs, not when the transaction began.
    pub(super) fn with_clock(&self, text: &'static str) -> AssertSqlSafe<String> {
        AssertSqlSafe(text.replace(":now", self.engine.clock()))
    }

    /// The time by the database's own clock: the same for every process, whatever their clocks say (R81).
    pub(super) async fn now(
        &self,
        executor: impl Executor<'_, Database = Any>,
    ) -> Result<UnixTime, VaultError> {
        let row = sqlx::query(self.with_clock("select :now"))
            .fetch_one(executor)
            .await?;
        Ok(UnixTime(row.try_get(0)?))
    }

    /// The connections that write, bare.
    #[cfg(test)]
    pub(super) const fn writer_for_tests(&self) -> &AnyPool {
        &self.writer
    }

    /// Removes from SQLite's log what has been deleted from its tables, as far as readers let it (R100). PostgreSQL
    /// keeps deleted rows until its own vacuum; what was sealed under a destroyed key stays sealed there.
    pub(super) async fn forget_deleted(&self) {
        if self.engine == Engine::Sqlite {
            let _waiting = self.at_hand.yield_to_pool();
            let done = sqlx::raw_sql("pragma wal_checkpoint(truncate)")
                .execute(&self.writer)
                .await;
            if let Err(error) = done {
                tracing::warn!(%error, "the log of the vault was not cut back; the next checkpoint does it");
            }
        }
    }

    /// Closes all connections and waits for them; SQLite then folds its log into the file.
    pub(super) async fn close(&self) {
        self.at_hand.close().await;
        self.reader.close().await;
        self.writer.close().await;
    }
}

impl Engine {
    const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin",
        }
    }

    const fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "begin",
            Self::Postgres => "begin isolation level repeatable read, read only",
        }
    }

    /// Seconds since 1970. PostgreSQL's `now()` would be the time at which the transaction began.
    const fn clock(self) -> &'static str {
        match self {
            Self::Sqlite => "unixepoch()",
            Self::Postgres => "cast(floor(extract(epoch from clock_timestamp())) as bigint)",
        }
    }
}

const LOCK: &str = "select pg_advisory_xact_lock(hashtextextended($1, 0))";

/// A row with names for what may be wrong in it.
pub(super) struct Record {
    table: &'static str,
    id: &'static str,
    row: AnyRow,
}

impl Record {
    /// `id` is the column that names the row in an error.
    pub(super) const fn new(table: &'static str, id: &'static str, row: AnyRow) -> Self {
        Self { table, id, row }
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String, VaultError> {
        self.row
            .try_get(column)
            .map_err(|_| self.contradiction(column))
    }

    pub(super) fn optional_text(&self, column: &'static str) -> Result<Option<String>, VaultError> {
        self.row
            .try_get(column)
            .map_err(|_| self.contradiction(column))
    }

    pub(super) fn number(&self, column: &'static str) -> Result<i64, VaultError> {
        self.row
            .try_get(column)
            .map_err(|_| self.contradiction(column))
    }

    pub(super) fn optional_number(&self, column: &'static str) -> Result<Option<i64>, VaultError> {
        self.row
            .try_get(column)
            .map_err(|_| self.contradiction(column))
    }

    /// The error for a column whose value this program never writes.
    pub(super) fn contradiction(&self, column: &'static str) -> VaultError {
        let row = self.row.try_get(self.id).unwrap_or_default();
        VaultError::Contradiction {
            table: self.table,
            column,
            row,
        }
    }
}
