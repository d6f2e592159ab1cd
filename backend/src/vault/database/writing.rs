//! A transaction that begins with its first statement and ends with its last ones.
//!
//! On SQLite `begin` and `commit` go along with those, which spares two of four round trips and what sqlx does to be sure
//! that its worker was heard. On PostgreSQL they are round trips of their own, unless there is nothing to read: then
//! all is one statement, and that a transaction.

use sqlx::any::AnyRow;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection};
use tokio::runtime::Handle;

use super::{Database, Engine, Step, Together};
use crate::vault::VaultError;

/// Dropped without [`commit`](Self::commit), it never was.
pub(in crate::vault) struct Writing {
    /// Until it is committed.
    connection: Option<PoolConnection<Any>>,
    /// Whether there may be something to roll back.
    begun: bool,
    database: Database,
}

impl Database {
    /// As [`write`](Self::write). Nobody has to be kept out before the first statement.
    pub(in crate::vault) async fn writing(&self) -> Result<Writing, VaultError> {
        self.is_in_place()?;
        Ok(Writing {
            connection: Some(self.at_hand.take(&self.writer).await?),
            begun: false,
            database: self.clone(),
        })
    }
}

impl Writing {
    /// Carries a statement out, and answers the rows it returns.
    pub(in crate::vault) async fn fetch(&mut self, step: Step) -> Result<Vec<AnyRow>, sqlx::Error> {
        let (engine, begun) = (self.database.engine, self.begun);
        self.begun = true;
        let connection = self.connection()?;
        let query = match (engine, begun) {
            (_, true) => step.alone(),
            (Engine::Sqlite, false) => step.after(engine.begin()),
            (Engine::Postgres, false) => {
                sqlx::raw_sql(engine.begin())
                    .execute(&mut *connection)
                    .await?;
                step.alone()
            }
        };
        query.fetch_all(connection).await
    }

    /// Carries the rest out and commits.
    pub(in crate::vault) async fn commit(mut self, rest: Together) -> Result<(), VaultError> {
        let (engine, begun) = (self.database.engine, self.begun);
        let rest = rest.query(engine, |text| match (engine, begun) {
            (Engine::Sqlite, true) => format!("{text};\ncommit"),
            (Engine::Sqlite, false) => format!("{};\n{text};\ncommit", engine.begin()),
            (Engine::Postgres, _) => text,
        });
        self.begun = true;
        let connection = self.connection()?;
        if let Some(rest) = rest {
            rest.execute(&mut *connection).await?;
        } else if engine == Engine::Sqlite && begun {
            sqlx::raw_sql("commit").execute(&mut *connection).await?;
        }
        if engine == Engine::Postgres && begun {
            sqlx::raw_sql("commit").execute(&mut *connection).await?;
        }
        self.begun = false;
        if let Some(connection) = self.connection.take() {
            self.database.at_hand.keep(connection);
        }
        Ok(())
    }

    fn connection(&mut self) -> Result<&mut AnyConnection, sqlx::Error> {
        let connection = self.connection.as_deref_mut();
        connection.ok_or(sqlx::Error::WorkerCrashed)
    }
}

impl Drop for Writing {
    /// Nobody gets the connection before it is rolled back. sqlx knows of no transaction on it and would not do that.
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            drop(connection.leak());
            return;
        };
        if !self.begun {
            self.database.at_hand.keep(connection);
            return;
        }
        // SQLite's rows in memory would be gone with their connection; what fails there is that SQLite has rolled back by
        // itself.
        let closes = self.database.shared;
        runtime.spawn(async move {
            let rolled_back = sqlx::raw_sql("rollback").execute(&mut *connection).await;
            if rolled_back.is_err() && closes {
                connection.close_on_drop();
            }
        });
    }
}
