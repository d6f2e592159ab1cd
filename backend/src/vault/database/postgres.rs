//! Opening PostgreSQL (R126).

use std::time::Duration;

use sqlx::Executor as _;
use sqlx::any::AnyPoolOptions;
use url::Url;

use super::{Database, DatabaseError, Engine};

/// Connects to the database that `url` names; TLS as its `sslmode` says.
pub(super) async fn at(url: &Url) -> Result<Database, DatabaseError> {
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute(sqlx::raw_sql(SETTINGS))
                    .await
                    .map(|_| ())
            })
        })
        .connect(url.as_str())
        .await
        .map_err(DatabaseError::Unreachable)?;
    Ok(Database {
        engine: Engine::Postgres,
        shared: true,
        reader: pool.clone(),
        writer: pool,
    })
}

/// How long to wait for a connection.
const ACQUIRE: Duration = Duration::from_secs(5);
/// For this process.
const CONNECTIONS: u32 = 10;

/// An acknowledged token is on the disk, whatever the server's default says; nothing waits for ever.
const SETTINGS: &str = "
    set synchronous_commit = on;
    set statement_timeout = '10s';
    set lock_timeout = '5s';
    set idle_in_transaction_session_timeout = '15s';
";
