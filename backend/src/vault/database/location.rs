//! Where a vault lies.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

/// Where the vault keeps its rows.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// In this process only, gone with it: demo and tests.
    Memory,
    /// One SQLite file, made if it is not there.
    SqliteFile(PathBuf),
    /// A PostgreSQL database, for more than one process or machine. The address carries a password: never print it.
    Postgres(Url),
}

/// The text names no place for a vault. It is not repeated here: it may carry a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address of the database must be sqlite::memory:, sqlite:PATH or postgres://…")]
pub struct LocationError;

impl FromStr for Location {
    type Err = LocationError;

    /// Reads what `DATABASE_URL` may hold: `sqlite::memory:`, `sqlite:PATH` (also `sqlite://PATH`) or
    /// `postgres://…` (also `postgresql://…`).
    fn from_str(text: &str) -> Result<Self, LocationError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return match path.strip_prefix("//").unwrap_or(path) {
                ":memory:" => Ok(Self::Memory),
                "" => Err(LocationError),
                path => Ok(Self::SqliteFile(PathBuf::from(path))),
            };
        }
        let url = Url::parse(text).map_err(|_| LocationError)?;
        match url.scheme() {
            "postgres" | "postgresql" => Ok(Self::Postgres(url)),
            _ => Err(LocationError),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => formatter.write_str("Memory"),
            Self::SqliteFile(path) => formatter.debug_tuple("SqliteFile").field(path).finish(),
            Self::Postgres(_) => formatter.write_str("Postgres(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_people_write_are_understood() {
        let file = |path| Ok(Location::SqliteFile(PathBuf::from(path)));
        assert_eq!("sqlite::memory:".parse(), Ok(Location::Memory));
        assert_eq!("sqlite://:memory:".parse(), Ok(Location::Memory));
        assert_eq!(
            "sqlite:vault.sqlite".parse::<Location>(),
            file("vault.sqlite")
        );
        assert_eq!(
            "sqlite:///var/lib/vault.sqlite".parse::<Location>(),
            file("/var/lib/vault.sqlite")
        );
        assert!(matches!(
            "postgres://a:b@c/d".parse(),
            Ok(Location::Postgres(_))
        ));
        assert!(matches!(
            "postgresql://localhost/d?host=/run".parse(),
            Ok(Location::Postgres(_))
        ));
    }

    #[test]
    fn other_addresses_are_refused() {
        for bad in [
            "",
            "sqlite:",
            "sqlite://",
            "vault.sqlite",
            "mysql://a/b",
            "http://a",
            "postgres",
        ] {
            assert_eq!(bad.parse::<Location>(), Err(LocationError), "{bad}");
        }
    }

    /// L1: the password stays where it is.
    #[test]
    fn a_location_does_not_print_the_password() {
        let location: Location = "postgres://app:hunter2@db/vault".parse().unwrap();
        assert_eq!(format!("{location:?}"), "Postgres(…)");
    }
}
