//! What can go wrong in any operation of the vault, by what the caller can do about it.

use super::seal::SealError;
use crate::meters;
use crate::random::NoRandomness;

/// The vault could not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The database is locked, out of connections, or away. Safe to try again shortly: 503 with `Retry-After`.
    #[error("the vault's database did not answer in time")]
    Unavailable(#[source] sqlx::Error),
    /// The database refused: disk full, no permission, broken file. The operator must look.
    #[error("the vault's database refused")]
    Failed(#[source] sqlx::Error),
    /// A stored value is none that we write. The operator must look; the row is kept.
    #[error("{table}.{column} of row {row} is not a value that this program writes")]
    Contradiction {
        /// Its table.
        table: &'static str,
        /// Its column.
        column: &'static str,
        /// The row's id.
        row: String,
    },
    /// A sealed field does not open. The operator must look; the row is kept (R119).
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl VaultError {
    /// Whether a key was missing that another process may have brought in: read the key file again
    /// ([`reload_keys`](super::Vault::reload_keys)) and repeat the operation once (F49).
    #[must_use]
    pub const fn wants_keys(&self) -> bool {
        matches!(self, Self::Sealed(SealError::KeyUnknown { .. }))
    }

    /// Whether the database ended the transaction for the sake of another one: doing it again at once may succeed.
    pub(super) fn is_about_others(&self) -> bool {
        let Self::Unavailable(sqlx::Error::Database(refusal)) = self else {
            return false;
        };
        refusal
            .code()
            .is_some_and(|code| CONFLICTS.contains(&code.as_ref()))
    }
}

/// PostgreSQL's `serialization_failure` and `deadlock_detected`, SQLite's `SQLITE_BUSY_SNAPSHOT`.
const CONFLICTS: [&str; 3] = ["40001", "40P01", "517"];

impl From<sqlx::Error> for VaultError {
    fn from(error: sqlx::Error) -> Self {
        let error = if passes(&error) {
            Self::Unavailable(error)
        } else {
            Self::Failed(error)
        };
        meters::vault_error(if error.is_about_others() {
            "conflict"
        } else if matches!(error, Self::Unavailable(_)) {
            "unavailable"
        } else {
            "refused"
        });
        error
    }
}

/// Whether waiting can help.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| code_passes(&code)),
        _ => false,
    }
}

/// PostgreSQL's codes have five characters (appendix A of its manual); SQLite's are numbers of at most four digits,
/// the low byte of which is the primary code (<https://www.sqlite.org/rescode.html>).
fn code_passes(code: &str) -> bool {
    if code.len() == 5 {
        const DISK_FULL: &str = "53100";
        if code == DISK_FULL {
            return false;
        }
        return ["08", "40", "53", "55", "57"]
            .iter()
            .any(|class| code.starts_with(class));
    }
    const BUSY: u32 = 5;
    const LOCKED: u32 = 6;
    code.parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, BUSY | LOCKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F27, F28, F32, F35: locks, lost connections, full pools and serialization failures pass.
    #[test]
    fn what_passes_is_told_from_what_does_not() {
        for code in [
            "5", "6", "261", "517", "40001", "40P01", "55P03", "57014", "57P01", "53300", "08006",
        ] {
            assert!(code_passes(code), "{code}");
        }
        for code in [
            "13", "10", "11", "19", "2067", "23505", "42601", "28P01", "53100", "",
        ] {
            assert!(!code_passes(code), "{code}");
        }
        assert!(matches!(
            VaultError::from(sqlx::Error::PoolTimedOut),
            VaultError::Unavailable(_)
        ));
        assert!(matches!(
            VaultError::from(sqlx::Error::RowNotFound),
            VaultError::Failed(_)
        ));
    }
}
