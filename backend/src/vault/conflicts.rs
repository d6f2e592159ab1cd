//! What the database could not carry out beside somebody else's transaction is done again (F35).
//!
//! PostgreSQL ends one of two transactions that wait for each other, and one of two that cannot be put in an order where
//! an operator has made it serializable. SQLite's writers queue from their beginning and meet neither. Nothing was changed
//! then, and doing the whole again is all there is to do. Everything that somebody asked for goes through here; what runs
//! by itself comes around again.

use super::attempts::{BeginAttemptError, TakeAttemptError};
use super::consent_requests::AskConsentError;
use super::error::VaultError;
use super::links::{ParkError, TakeCompletionError};

/// Does `work`, and does it again for each conflict, at most [`REPEATS`] times. The last answer counts.
pub(super) async fn repeated<T, E, F>(work: impl Fn() -> F) -> Result<T, E>
where
    E: MayConflict,
    F: Future<Output = Result<T, E>>,
{
    for time in 1..=REPEATS {
        match work().await {
            Err(error) if error.is_conflict() => {
                tracing::debug!(time, "a conflict in the vault: once more");
            }
            done => return done,
        }
    }
    work().await
}

/// An error that may be a conflict.
pub(super) trait MayConflict {
    /// Whether it is one.
    fn is_conflict(&self) -> bool;
}

impl MayConflict for VaultError {
    fn is_conflict(&self) -> bool {
        self.is_about_others()
    }
}

/// Errors of one use case that pass the vault's on.
macro_rules! passes_conflicts_on {
    ($($error:ident),* $(,)?) => {
        $(
            impl MayConflict for $error {
                fn is_conflict(&self) -> bool {
                    matches!(self, Self::Vault(error) if error.is_about_others())
                }
            }
        )*
    };
}

passes_conflicts_on![
    BeginAttemptError,
    TakeAttemptError,
    ParkError,
    TakeCompletionError,
    AskConsentError,
];

/// Beyond the first time.
const REPEATS: u32 = 3;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    struct Conflict(bool);

    impl MayConflict for Conflict {
        fn is_conflict(&self) -> bool {
            self.0
        }
    }

    /// F35: three times, and nothing but conflicts.
    #[tokio::test]
    async fn a_conflict_is_tried_three_times_more_and_an_error_is_not() {
        for (conflicts, is_conflict, done) in [
            (0, true, 1),
            (1, true, 2),
            (3, true, 4),
            (9, true, 4),
            (9, false, 1),
        ] {
            let times = Cell::new(0);
            let ended = repeated(|| async {
                times.set(times.get() + 1);
                if times.get() > conflicts {
                    Ok(())
                } else {
                    Err(Conflict(is_conflict))
                }
            });
            assert_eq!(ended.await.is_ok(), conflicts < done, "{conflicts}");
            assert_eq!(times.get(), done, "{conflicts}");
        }
    }
}
