//! Hosted links: the integrator's server asks for one, its visitor presses the button, and nothing is connected before
//! the integrator has confirmed whose visitor it was (R43). There is no way around the confirmation (R46).

mod confirm;
mod manage;
mod visit;

pub use manage::MadeLink;

use crate::app::{StartAttemptError, VaultError};
use crate::random::NoRandomness;
use crate::vault::links::{StartLinkError, TakeCompletionError};

/// What a visitor is shown before anything happens (R42).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOffer {
    /// The integrator's name, as its operator wrote it.
    pub name: String,
    /// The host that the visitor comes back to; registered.
    pub host: String,
    /// What is asked for, as scopes.
    pub scopes: Vec<String>,
    /// Who has to sign in, if it is to be somebody; for people to read.
    pub account: Option<String>,
}

/// Why something about a link cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No link has this id or token, or not any more.
    #[error("there is no such link")]
    Unknown,
    /// It connected a mailbox, was revoked, or is too old.
    #[error("the link is over")]
    Ended,
    /// Its button was pressed too often (D4).
    #[error("the link was started too often")]
    Exhausted,
    /// A member of the request is not in order.
    #[error("{0}")]
    Malformed(&'static str),
    /// No account has this id.
    #[error("there is no such account")]
    AccountUnknown,
    /// Another user, or a completion code that is not this link's. Both code and completion code are destroyed (R44).
    #[error("code and user do not belong to this link")]
    Mismatch,
    /// Too late, or replaced by a later visit (F69).
    #[error("the completion code has expired")]
    CompletionExpired,
    /// The same is being confirmed right now, and takes long.
    #[error("the link is being confirmed")]
    Busy,
    /// The visitor's attempt does not begin.
    #[error(transparent)]
    Start(#[from] StartAttemptError),
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The work broke off.
    #[error("the confirmation broke off")]
    BrokeOff(#[source] tokio::task::JoinError),
}

impl From<StartLinkError> for LinkError {
    fn from(error: StartLinkError) -> Self {
        match error {
            StartLinkError::Unknown => Self::Unknown,
            StartLinkError::Ended => Self::Ended,
            StartLinkError::Exhausted => Self::Exhausted,
            StartLinkError::Vault(error) => error.into(),
        }
    }
}

impl From<TakeCompletionError> for LinkError {
    fn from(error: TakeCompletionError) -> Self {
        match error {
            TakeCompletionError::Unknown => Self::Unknown,
            TakeCompletionError::Ended => Self::Ended,
            TakeCompletionError::Mismatch => Self::Mismatch,
            TakeCompletionError::Expired => Self::CompletionExpired,
            TakeCompletionError::Vault(error) => error.into(),
        }
    }
}
