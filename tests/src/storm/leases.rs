//! Leases of processes that died, let go before their time.

use std::time::Duration;

use connect_outlook_backend::vault::refreshes::LEASE_LIFE;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use tokio::task::JoinHandle;

use super::pause;

/// Lets them go until the storm is over.
#[derive(Debug)]
pub(super) struct Lapsing(JoinHandle<()>);

impl Lapsing {
    /// From now on a lease in this database is over `life` seconds after it was given, unless it was given back before.
    /// Whoever still works under it is told that it is not theirs any more, as after a long pause.
    pub(super) fn after(life: i64, database: &str) -> Self {
        sqlx::any::install_default_drivers();
        let database = database.to_owned();
        Self(tokio::spawn(async move {
            let mut connection = AnyConnection::connect(&database).await.expect("a database");
            loop {
                pause(Duration::from_secs(1)).await;
                // A file that is busy is asked again a second later.
                let _over = sqlx::query(over(life, &database))
                    .execute(&mut connection)
                    .await;
            }
        }))
    }
}

impl Drop for Lapsing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// By the database's clock, as the program counts.
fn over(life: i64, database: &str) -> AssertSqlSafe<String> {
    let now = if database.starts_with("sqlite:") {
        "unixepoch()"
    } else {
        "cast(extract(epoch from clock_timestamp()) as bigint)"
    };
    let left = LEASE_LIFE - life;
    AssertSqlSafe(format!(
        "update refresh_leases set expires_at = 1 where expires_at > 1 and expires_at <= {now} + {left}"
    ))
}
