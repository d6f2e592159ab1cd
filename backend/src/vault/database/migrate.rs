//! Migrations: numbered, forward only, run once under a lock, all or nothing (R127).
//!
//! sqlx's own runner is not used: on SQLite it takes no lock, so that two processes starting together would collide.
//! Here the whole way up is one transaction that nobody else can be in; a process killed halfway leaves the old tables
//! (F24).

use sha2::{Digest as _, Sha256};
use sqlx::{Any, Row as _, Transaction};

use super::super::error::VaultError;
use super::Database;

/// Why the tables could not be brought to this program's version. The old ones are untouched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// A later version of this program has been here: run that one, or restore a copy.
    #[error("the vault's tables are at version {found}, this program knows {known}")]
    TooNew {
        /// The version of the tables.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// What was run as this version is not what this program would run.
    #[error("migration {version} of the vault is not the one that this program holds")]
    Altered {
        /// The version that differs.
        version: i64,
    },
    /// The database did not carry it out.
    #[error("the vault's tables could not be brought to version {version}")]
    Failed {
        /// The version on the way to which it stopped.
        version: i64,
        /// Why.
        source: VaultError,
    },
}

/// In order; position 0 is version 1. A released one is never edited.
pub(in crate::vault) const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/0001_first.sql"),
    include_str!("../../../migrations/0002_refreshes.sql"),
    include_str!("../../../migrations/0003_server_driven.sql"),
    include_str!("../../../migrations/0004_deployment_events.sql"),
    include_str!("../../../migrations/0005_news.sql"),
    include_str!("../../../migrations/0006_schedule.sql"),
    include_str!("../../../migrations/0007_bound_attempts.sql"),
    include_str!("../../../migrations/0008_one_order_of_events.sql"),
    include_str!("../../../migrations/0009_sendings.sql"),
    include_str!("../../../migrations/0010_links.sql"),
    include_str!("../../../migrations/0011_claims.sql"),
    include_str!("../../../migrations/0012_webhooks.sql"),
    include_str!("../../../migrations/0013_consent_requests.sql"),
    include_str!("../../../migrations/0014_open_attempts.sql"),
    include_str!("../../../migrations/0015_one_row_for_a_refresh.sql"),
    include_str!("../../../migrations/0016_seldom_counted.sql"),
];

impl Database {
    /// Runs those of `migrations` that have not been run yet.
    pub(in crate::vault) async fn migrate(
        &self,
        migrations: &[&'static str],
    ) -> Result<(), MigrateError> {
        let failed = |version| move |source| MigrateError::Failed { version, source };
        let mut transaction = self.write().await.map_err(failed(0))?;
        self.lock(&mut transaction, "connect-outlook migrations")
            .await
            .map_err(|error| failed(0)(error.into()))?;
        let done = done(&mut transaction)
            .await
            .map_err(|error| failed(0)(error.into()))?;
        for (index, text) in migrations.iter().enumerate() {
            let version = index as i64 + 1;
            let digest = super::super::id::hex(&Sha256::digest(text.as_bytes()));
            match done.get(index) {
                Some(known) if *known == digest => {}
                Some(_) => return Err(MigrateError::Altered { version }),
                None => run(&mut transaction, version, text, &digest)
                    .await
                    .map_err(|error| failed(version)(error.into()))?,
            }
        }
        let (found, known) = (done.len() as i64, migrations.len() as i64);
        if found > known {
            return Err(MigrateError::TooNew { found, known });
        }
        transaction
            .commit()
            .await
            .map_err(|error| failed(known)(error.into()))
    }
}

/// Digests of the migrations that have been run, in order.
async fn done(transaction: &mut Transaction<'static, Any>) -> Result<Vec<String>, sqlx::Error> {
    sqlx::raw_sql(
        "create table if not exists migrations (
            version bigint not null primary key,
            digest  text   not null -- SHA-256 of the text that was run
        )",
    )
    .execute(&mut **transaction)
    .await?;
    let rows = sqlx::query("select digest from migrations order by version")
        .fetch_all(&mut **transaction)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

async fn run(
    transaction: &mut Transaction<'static, Any>,
    version: i64,
    text: &'static str,
    digest: &str,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(text).execute(&mut **transaction).await?;
    sqlx::query("insert into migrations (version, digest) values ($1, $2)")
        .bind(version)
        .bind(digest)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
