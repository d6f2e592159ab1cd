//! A PostgreSQL server that lives as long as one test process.
//!
//! The first test that asks starts it (about a second and a half); all tests of the process share it, each in a schema
//! of its own (70 ms with our tables, where a database of its own costs twice that). It listens on a socket in a new
//! folder and on no port. A test that wants to take its server away, or to reach it encrypted, starts an [`OwnServer`].
//! When the process ends, however it ends, server and folder go: see `cluster.sh`.
//!
//! A crate and not a file, because the backend's own tests and those across the house both need it, and neither may
//! depend on the other. Nothing that is shipped depends on it.

mod own;
mod port;
mod programs;
mod server;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

pub use own::{OwnServer, PASSWORD};
pub use port::free_port;
use server::Server;

/// Why there is no server to test on. A test that needs one fails with this sentence.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NoServer {
    /// Its programs are not installed.
    #[error(
        "tests on PostgreSQL need its server: please install the package postgresql (Debian, as root: apt-get install postgresql)"
    )]
    NotInstalled,
    /// Its programs are there and do not do it.
    #[error("no PostgreSQL server for the tests: {0}")]
    Broken(String),
}

/// The address (`postgres://…`) of a new and empty schema, which every connection made with it works in.
///
/// # Errors
/// [`NoServer`].
pub async fn new_schema() -> Result<String, NoServer> {
    let server = server()?;
    let name = format!("test_{}", SCHEMAS.fetch_add(1, Ordering::Relaxed));
    let broken = |error: sqlx::Error| NoServer::Broken(error.to_string());
    let mut connection = PgConnection::connect(&server.address())
        .await
        .map_err(broken)?;
    sqlx::raw_sql(AssertSqlSafe(format!("create schema {name}")))
        .execute(&mut connection)
        .await
        .map_err(broken)?;
    connection.close().await.map_err(broken)?;
    Ok(format!(
        "{}&options=-c%20search_path%3D{name}",
        server.address()
    ))
}

/// Where the server keeps its files: for a test that looks for what must not lie there.
///
/// # Errors
/// [`NoServer`].
pub fn data_folder() -> Result<PathBuf, NoServer> {
    Ok(server()?.folder.join("data"))
}

fn server() -> Result<&'static Server, NoServer> {
    static SERVER: OnceLock<Result<Server, NoServer>> = OnceLock::new();
    SERVER
        .get_or_init(|| Server::start(None))
        .as_ref()
        .map_err(NoServer::clone)
}

static SCHEMAS: AtomicUsize = AtomicUsize::new(0);

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;

    async fn ask(address: &str, question: &'static str) -> Result<String, sqlx::Error> {
        let mut connection = PgConnection::connect(address).await?;
        sqlx::query(question)
            .fetch_one(&mut connection)
            .await?
            .try_get(0)
    }

    #[tokio::test]
    async fn every_schema_is_its_own() {
        let [one, other] = [new_schema().await.unwrap(), new_schema().await.unwrap()];
        let own = "select current_schema::text";
        assert_ne!(
            ask(&one, own).await.unwrap(),
            ask(&other, own).await.unwrap()
        );
        let mut connection = PgConnection::connect(&one).await.unwrap();
        sqlx::raw_sql("create table here (a text); insert into here values ('found')")
            .execute(&mut connection)
            .await
            .unwrap();
        assert_eq!(ask(&one, "select a from here").await.unwrap(), "found");
        assert!(ask(&other, "select a from here").await.is_err());
    }

    #[tokio::test]
    async fn it_listens_on_no_port() {
        let address = new_schema().await.unwrap();
        let listening = ask(&address, "select current_setting('listen_addresses')");
        assert_eq!(listening.await.unwrap(), "");
        assert!(data_folder().unwrap().join("PG_VERSION").is_file());
    }
}
