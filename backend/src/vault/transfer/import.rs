//! Reading a vault back.

use std::io;
use std::path::Path;

use sqlx::{Any, AssertSqlSafe, Transaction};
use tokio::io::{AsyncRead, BufReader};

use super::file::SealedReader;
use super::line::Line;
use super::schema::TABLES;
use super::tables::{Table, Value, find};
use crate::vault::database::MIGRATIONS;
use crate::vault::{Progress, Vault, VaultError};

/// Why nothing was imported. The vault is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error("the export cannot be read")]
    Io(#[from] io::Error),
    /// It does not begin as one.
    #[error("this is no export of a vault")]
    NotAnExport,
    /// A later version of this program made it.
    #[error("the export is in format {version}, which this program does not know")]
    UnknownVersion {
        /// The format's version.
        version: u8,
    },
    /// It is sealed, or data keys in it are wrapped, under a key that the ring does not hold.
    #[error("the export needs key-encryption key {key}, which is not in the key ring")]
    KeyMissing {
        /// Which one.
        key: String,
    },
    /// Changed, cut off, or added to.
    #[error("the export is damaged or incomplete")]
    Damaged,
    /// Use the version of this program that made it, and let a newer one open what came of it.
    #[error("the export is of tables at version {found}, this program's are at {known}")]
    OtherTables {
        /// The version of the exported tables.
        found: usize,
        /// The version of ours.
        known: usize,
    },
    /// An import never mixes with what is there.
    #[error("the vault to import into is not empty")]
    NotEmpty,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Fills this vault, which must be empty, with what [`export_to_file`](Self::export_to_file) wrote: all of it, or
    /// nothing. Answers the number of rows. [`verify`](Self::verify) afterwards opens every one of them.
    ///
    /// # Errors
    /// [`ImportError`]; nothing was changed.
    pub async fn import_from_file(
        &self,
        path: &Path,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, ImportError> {
        let file = tokio::fs::File::open(path).await?;
        self.import(BufReader::new(file), progress).await
    }

    /// As [`import_from_file`](Self::import_from_file), from anything that gives bytes, best in large portions.
    ///
    /// # Errors
    /// [`ImportError`]; nothing was changed.
    pub async fn import(
        &self,
        from: impl AsyncRead + Unpin + Send,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, ImportError> {
        let keys = self.keys();
        let mut file = SealedReader::begin(from, &keys).await?;
        let Some(Line::Vault { tables, rows }) = next(&mut file).await? else {
            return Err(ImportError::Damaged);
        };
        if tables != MIGRATIONS.len() {
            return Err(ImportError::OtherTables {
                found: tables,
                known: MIGRATIONS.len(),
            });
        }
        let mut transaction = self.database.write().await?;
        self.database.let_it_take_long(&mut transaction).await?;
        self.database
            .lock(&mut transaction, "connect-outlook import")
            .await
            .map_err(VaultError::from)?;
        refuse_unless_empty(&mut transaction).await?;
        let mut told = Progress::of(rows);
        fill(&mut transaction, &mut file, &mut told, &mut progress).await?;
        if let Some(key) = self.missing_key(&keys, &mut transaction).await? {
            return Err(ImportError::KeyMissing { key });
        }
        transaction.commit().await.map_err(VaultError::from)?;
        Ok(told.done)
    }
}

async fn refuse_unless_empty(
    transaction: &mut Transaction<'static, Any>,
) -> Result<(), ImportError> {
    for table in TABLES {
        let any = format!("select 1 from {} limit 1", table.name);
        let found = sqlx::query(AssertSqlSafe(any))
            .fetch_optional(&mut **transaction)
            .await
            .map_err(VaultError::from)?;
        if found.is_some() {
            return Err(ImportError::NotEmpty);
        }
    }
    Ok(())
}

/// Inserts all rows, many of a table at once, and sees that the end is the end.
async fn fill<R: AsyncRead + Unpin>(
    transaction: &mut Transaction<'static, Any>,
    file: &mut SealedReader<R>,
    told: &mut Progress,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), ImportError> {
    let mut batch: Option<Batch> = None;
    loop {
        let line = next(file).await?.ok_or(ImportError::Damaged)?;
        let row = match line {
            Line::Row(name, values) => Some((find(&name).ok_or(ImportError::Damaged)?, values)),
            Line::End { rows } if rows == told.total => None,
            Line::End { .. } | Line::Vault { .. } => return Err(ImportError::Damaged),
        };
        let goes_on = |batch: &Batch| {
            let same = row
                .as_ref()
                .is_some_and(|(table, _)| table.name == batch.table.name);
            same && batch.rows.len() < BATCH
        };
        if let Some(full) = batch.take_if(|batch| !goes_on(batch)) {
            told.done += full.insert(transaction).await?;
            progress(*told);
        }
        let Some((table, values)) = row else { break };
        if !table.fits(&values) {
            return Err(ImportError::Damaged);
        }
        let rows = Vec::new();
        batch.get_or_insert(Batch { table, rows }).rows.push(values);
    }
    let is_all = told.done == told.total && next(file).await?.is_none();
    is_all.then_some(()).ok_or(ImportError::Damaged)
}

/// Rows of one table on their way in.
struct Batch {
    table: &'static Table,
    rows: Vec<Vec<Value>>,
}

impl Batch {
    async fn insert(self, transaction: &mut Transaction<'static, Any>) -> Result<u64, VaultError> {
        let mut query = sqlx::query(AssertSqlSafe(self.table.insert(self.rows.len())));
        for row in self.rows {
            query = self.table.bind(query, row);
        }
        Ok(query.execute(&mut **transaction).await?.rows_affected())
    }
}

async fn next<R: AsyncRead + Unpin>(
    file: &mut SealedReader<R>,
) -> Result<Option<Line>, ImportError> {
    let line = file.line().await?;
    line.map(|line| serde_json::from_slice(&line).map_err(|_| ImportError::Damaged))
        .transpose()
}

/// Rows a statement: 17 columns at most, and both engines take thousands of values.
const BATCH: usize = 100;

#[cfg(test)]
mod tests {
    use super::super::file::SealedWriter;
    use super::*;
    use crate::vault::{KeyRing, Location};

    /// A file with these lines, sealed as it should be.
    async fn import(lines: &[&str]) -> Result<u64, ImportError> {
        let keys = KeyRing::generate().unwrap();
        let mut file = SealedWriter::begin(Vec::new(), &keys).await.unwrap();
        for line in lines {
            file.write(line.as_bytes()).await.unwrap();
            file.write(b"\n").await.unwrap();
        }
        let file = file.finish().await.unwrap();
        let vault = Vault::open(&Location::Memory, keys).await.unwrap();
        let imported = vault.import(file.as_slice(), |_| ()).await;
        if imported.is_err() {
            let left =
                sqlx::query("select id from sessions").fetch_optional(vault.database.reader());
            assert!(left.await.unwrap().is_none(), "nothing stays");
        }
        imported
    }

    const SESSION: &str = r#"{"row":["sessions",["s","h",1,1,1,2,2]]}"#;

    fn begin(rows: u64) -> String {
        format!(
            r#"{{"vault":{{"tables":{},"rows":{rows}}}}}"#,
            MIGRATIONS.len()
        )
    }

    fn end(rows: u64) -> String {
        format!(r#"{{"end":{{"rows":{rows}}}}}"#)
    }

    #[tokio::test]
    async fn a_file_of_other_tables_is_refused() {
        let begin = r#"{"vault":{"tables":999,"rows":0}}"#;
        assert!(matches!(
            import(&[begin, &end(0)]).await,
            Err(ImportError::OtherTables { found: 999, .. })
        ));
    }

    /// Whoever has the key could write such files; they are refused nevertheless, and nothing of them stays.
    #[tokio::test]
    async fn lines_that_make_no_vault_are_refused() {
        assert_eq!(import(&[&begin(1), SESSION, &end(1)]).await.unwrap(), 1);
        for lines in [
            vec![],
            vec![SESSION],
            vec![&*end(0)],
            vec![&begin(1), SESSION],
            vec![&begin(1), SESSION, &end(2)],
            vec![&begin(2), SESSION, &end(2)],
            vec![&begin(2), SESSION, &end(1)],
            vec![&begin(1), SESSION, &end(1), SESSION],
            vec![&begin(1), &begin(1), SESSION, &end(1)],
            vec![
                &begin(1),
                r#"{"row":["sessions",["s","h",1,1,1,2]]}"#,
                &end(1),
            ],
            vec![
                &begin(1),
                r#"{"row":["sessions",["s","h",1,1,1,2,"2"]]}"#,
                &end(1),
            ],
            vec![&begin(1), r#"{"row":["sqlite_master",["s"]]}"#, &end(1)],
            vec![&begin(1), r#"{"column":1}"#, &end(1)],
            vec![&begin(1), "", SESSION, &end(1)],
        ] {
            let refused = import(&lines).await;
            assert!(matches!(refused, Err(ImportError::Damaged)), "{lines:?}");
        }
        let unfit = r#"{"row":["sessions",["s",null,1,1,1,2,2]]}"#;
        assert!(matches!(
            import(&[&begin(1), unfit, &end(1)]).await,
            Err(ImportError::Vault(_))
        ));
    }
}
