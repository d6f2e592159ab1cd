//! Admin consent: a visitor who is told that an administrator has to agree forwards an address, the administrator looks at
//! a page that says what and why, agrees at Microsoft, and is back. What the address says then proves nothing (R51): a
//! sign-in shows which organisation it was, and a token for that organisation shows that the app is at home there. Nothing
//! of the administrator's is kept.
//!
//! A consent is no sign-in: its states are of another kind, and neither's callback takes the other's (R28, R52).

mod ask;
mod manage;
mod prove;
mod visit;

use crate::app::{StartAttemptError, VaultError};
use crate::random::NoRandomness;
use crate::vault::consent_requests::AskConsentError;

pub use manage::MadeConsentRequest;
pub use visit::{ConsentEnd, ConsentOffer, ConsentStep};

/// Why something about a consent request cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// No request has this id or token, or not any more.
    #[error("there is no such consent request")]
    Unknown,
    /// Nobody answered it in time, and nobody has asked again.
    #[error("the consent request is over")]
    Ended,
    /// A member of the request is not in order.
    #[error("{0}")]
    Malformed(&'static str),
    /// So many are open that somebody makes them up (D4).
    #[error("too many consent requests are open")]
    TooMany,
    /// Microsoft did not say which organisation that is.
    #[error("Microsoft did not answer")]
    NoAnswer,
    /// The administrator's attempt does not begin.
    #[error(transparent)]
    Start(#[from] StartAttemptError),
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl From<AskConsentError> for ConsentError {
    fn from(error: AskConsentError) -> Self {
        match error {
            AskConsentError::TooMany => Self::TooMany,
            AskConsentError::Vault(error) => error.into(),
        }
    }
}
