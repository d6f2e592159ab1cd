//! The vault's database from outside, whichever it is.

use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection as _, Row as _, query::Query};

/// A connection to the database at `address`, as the setting names it.
pub(super) async fn connect(address: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(address)
        .await
        .expect("the vault's database")
}

/// The rows that `text` answers; all its columns are text.
pub(super) async fn ask(address: &str, text: &'static str) -> Vec<Vec<String>> {
    let mut connection = connect(address).await;
    let rows = sqlx::query(text).fetch_all(&mut connection).await;
    let rows = rows.expect("rows");
    connection.close().await.expect("closed");
    rows.iter()
        .map(|row| (0..row.len()).map(|at| row.get(at)).collect())
        .collect()
}

/// The number that `text` answers.
pub(super) async fn count(address: &str, text: String) -> i64 {
    let mut connection = connect(address).await;
    let query: Query<'_, Any, _> = sqlx::query(AssertSqlSafe(text));
    let row = query.fetch_one(&mut connection).await.expect("a count");
    connection.close().await.expect("closed");
    row.get(0)
}

/// Carries `text` out; how many rows it changed.
pub(super) async fn change(address: &str, text: &'static str) -> u64 {
    let mut connection = connect(address).await;
    let done = sqlx::query(text).execute(&mut connection).await;
    let changed = done.expect("a change").rows_affected();
    connection.close().await.expect("closed");
    changed
}
