//! Opening PostgreSQL (R126).

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, Connection as _, Executor as _};
use url::Url;

use super::at_hand::AtHand;
use super::{Database, DatabaseError, Engine};

/// Connects to the database that `url` names, with at most `connections` at a time. Connections that break are made anew
/// when somebody needs one: an outage ends here when it ends there.
pub(super) async fn at(url: &Url, connections: u32) -> Result<Database, DatabaseError> {
    let url = prepared(url);
    reach(&url).await?;
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        // Each is looked at when it comes back to the pool, and again when it has lain there for a while.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for >= UNTESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute(sqlx::raw_sql(SETTINGS))
                    .await
                    .map(|_| ())
            })
        })
        .connect_lazy(url.as_str())
        .map_err(DatabaseError::Unreachable)?;
    Ok(Database {
        engine: Engine::Postgres,
        shared: true,
        file: None,
        reader: pool.clone(),
        writer: pool,
        at_hand: if connections < ENOUGH {
            AtHand::nothing()
        } else {
            AtHand::one(UNTESTED)
        },
    })
}

/// Connects once without the pool, which would say no more than that it waited in vain.
async fn reach(url: &Url) -> Result<(), DatabaseError> {
    let connecting = AnyConnection::connect(url.as_str());
    match tokio::time::timeout(PATIENCE, connecting).await {
        Ok(Ok(connection)) => connection.close().await.map_err(DatabaseError::Unreachable),
        // Its text repeats what stood in the address.
        Ok(Err(sqlx::Error::Configuration(_))) => Err(DatabaseError::Address),
        Ok(Err(error)) if is_about_encryption(&error) => Err(DatabaseError::NotEncrypted(error)),
        Ok(Err(error)) => Err(DatabaseError::Unreachable(error)),
        Err(_) => {
            let late = io::Error::new(io::ErrorKind::TimedOut, "no answer in time");
            Err(DatabaseError::Unreachable(late.into()))
        }
    }
}

/// rustls' own refusals come as an [`io::Error`] about the data.
fn is_about_encryption(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// The address as the driver gets it: encrypted and verified unless it says otherwise or leads no further than this
/// machine, and without what the driver does not know, which it would log with its value.
fn prepared(url: &Url) -> Url {
    let (known, unknown): (Vec<_>, Vec<_>) = url
        .query_pairs()
        .into_owned()
        .partition(|(name, _)| PARAMETERS.contains(&name.as_str()) || name.starts_with("options["));
    for (parameter, _) in unknown {
        tracing::warn!(
            parameter,
            "the database's address has a parameter that is not known here; it is left out"
        );
    }
    let decided = known
        .iter()
        .any(|(name, _)| name == "sslmode" || name == "ssl-mode");
    let nearby = is_on_this_machine(url, &known);
    let mut prepared = url.clone();
    {
        let mut query = prepared.query_pairs_mut();
        query.clear().extend_pairs(known);
        if !decided && !nearby {
            query.append_pair("sslmode", "verify-full");
        }
    }
    prepared
}

/// A socket, or a host of the loopback network.
fn is_on_this_machine(url: &Url, parameters: &[(String, String)]) -> bool {
    let named = parameters
        .iter()
        .filter(|(name, _)| name == "host" || name == "hostaddr")
        .map(|(_, host)| host.as_str())
        .next_back();
    let host = named.or(url.host_str()).unwrap_or_default();
    let is_socket = host.starts_with('/') || host.to_ascii_lowercase().starts_with("%2f");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    host.is_empty() || is_socket || is_loopback || host == "localhost"
}

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a connection may lie in the pool and be used without a look.
const UNTESTED: Duration = Duration::from_millis(100);

/// Connections of which one may be kept from readers.
const ENOUGH: u32 = 4;

/// An acknowledged token is on the disk, whatever the server's default says; nothing waits for ever.
const SETTINGS: &str = "
    set synchronous_commit = on;
    set statement_timeout = '10s';
    set lock_timeout = '5s';
    set idle_in_transaction_session_timeout = '15s';
";

/// What the driver understands behind the question mark.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn query(address: &str) -> String {
        let url = prepared(&address.parse().unwrap());
        url.query().unwrap_or_default().to_owned()
    }

    /// R126: nobody has to ask for it.
    #[test]
    fn a_connection_that_leaves_this_machine_is_encrypted_and_verified() {
        for away in [
            "postgres://app:secret@db/vault",
            "postgres://app@10.0.0.7/vault",
            "postgres://app@localhost.example/vault",
            "postgres://app@localhost/vault?host=db",
            "postgres://app@[2001:db8::1]/vault",
        ] {
            assert!(query(away).ends_with("sslmode=verify-full"), "{away}");
        }
        for here in [
            "postgres:///vault",
            "postgres://localhost/vault",
            "postgres://127.0.0.1:5432/vault",
            "postgres://[::1]/vault",
            "postgres://%2Fvar%2Frun/vault",
            "postgres://db/vault?host=/var/run",
        ] {
            assert!(!query(here).contains("sslmode"), "{here}");
        }
        assert_eq!(query("postgres://db/v?sslmode=disable"), "sslmode=disable");
        assert_eq!(
            query("postgres://db/v?ssl-mode=require"),
            "ssl-mode=require"
        );
    }

    /// L1: the driver would log it, value included.
    #[test]
    fn what_the_driver_does_not_know_is_left_out() {
        let address = "postgres://localhost/v?pasword=hunter2&options[search_path]=a&user=b";
        assert_eq!(query(address), "options%5Bsearch_path%5D=a&user=b");
    }
}
