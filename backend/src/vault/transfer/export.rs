//! Writing a vault down.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use sqlx::{Any, AssertSqlSafe, Transaction};
use tokio::io::AsyncWrite;

use super::file::SealedWriter;
use super::line::Line;
use super::schema::TABLES;
use super::tables::Table;
use crate::vault::database::{MIGRATIONS, Record};
use crate::vault::{Progress, Vault, VaultError};

/// Why a vault was not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// What was written to would not take it. A file with that name may be there already.
    #[error("the export cannot be written")]
    Io(#[from] io::Error),
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Writes everything, as it stands at one moment, to a new file that only its owner may read. Answers the number of
    /// rows. The vault may be in use; what others change meanwhile is not in it.
    ///
    /// # Errors
    /// [`ExportError`]; there is no file then. A program killed halfway leaves one that no import accepts.
    pub async fn export_to_file(
        &self,
        path: &Path,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, ExportError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = tokio::fs::File::from_std(options.open(path)?);
        let exported = self.export_and_sync(file, progress).await;
        if exported.is_err() {
            tokio::fs::remove_file(path).await?;
        }
        exported
    }

    async fn export_and_sync(
        &self,
        mut file: tokio::fs::File,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, ExportError> {
        let rows = self.export(&mut file, progress).await?;
        file.sync_all().await?;
        Ok(rows)
    }

    /// As [`export_to_file`](Self::export_to_file), to anything that takes bytes.
    ///
    /// # Errors
    /// [`ExportError`]; what was written until then is of no use.
    pub async fn export(
        &self,
        to: impl AsyncWrite + Unpin + Send,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, ExportError> {
        let keys = self.keys();
        let mut snapshot = self.database.snapshot().await?;
        let mut file = SealedWriter::begin(to, &keys).await?;
        let mut told = Progress::of(count(&mut snapshot).await?);
        let begin = Line::Vault {
            tables: MIGRATIONS.len(),
            rows: told.total,
        };
        write(&mut file, &begin).await?;
        for table in TABLES {
            let mut after = table.before_all();
            while let Some(last) = page(&mut snapshot, &mut file, table, &after, &mut told).await? {
                after = last;
                progress(told);
            }
        }
        write(&mut file, &Line::End { rows: told.done }).await?;
        file.finish().await?;
        Ok(told.done)
    }
}

async fn count(snapshot: &mut Transaction<'static, Any>) -> Result<u64, VaultError> {
    let mut total = 0;
    for table in TABLES {
        let count = format!("select count(*) as rows_here from {}", table.name);
        let row = sqlx::query(AssertSqlSafe(count))
            .fetch_one(&mut **snapshot)
            .await?;
        let count = Record::new(table.name, "rows_here", row).number("rows_here")?;
        total += count.unsigned_abs();
    }
    Ok(total)
}

/// Writes the rows that follow; answers the key of the last, or `None` if there were none.
async fn page<W: AsyncWrite + Unpin>(
    snapshot: &mut Transaction<'static, Any>,
    file: &mut SealedWriter<W>,
    table: &Table,
    after: &[String],
    told: &mut Progress,
) -> Result<Option<Vec<String>>, ExportError> {
    let mut query = sqlx::query(AssertSqlSafe(table.page()));
    for part in after {
        query = query.bind(part);
    }
    let rows = query
        .bind(PAGE)
        .fetch_all(&mut **snapshot)
        .await
        .map_err(VaultError::from)?;
    let mut last = None;
    for row in rows {
        let values = table.read(row)?;
        last = Some(table.key_of(&values));
        write(file, &Line::Row(table.name.to_owned(), values)).await?;
        told.done += 1;
    }
    Ok(last)
}

async fn write<W: AsyncWrite + Unpin>(
    file: &mut SealedWriter<W>,
    line: &Line,
) -> Result<(), io::Error> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write(&text).await
}

/// Rows a statement.
const PAGE: i64 = 500;
