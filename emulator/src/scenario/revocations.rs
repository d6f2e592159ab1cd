//! What ended sign-ins and tokens, and when (entra.md §8.2).

use crate::{
    tokens::Moment,
    world::{PersonId, Platform},
};

/// An event after which earlier things no longer count.
#[derive(Clone, Debug)]
pub(crate) struct Revocation {
    pub(crate) person: PersonId,
    pub(crate) cause: Cause,
    pub(crate) moment: Moment,
    /// Unix seconds.
    pub(crate) at: i64,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// "Sign out everywhere", or an administrator's revocation.
    SessionsRevoked,
    /// By the person, by self-service or in the Azure portal.
    PasswordChanged,
    /// In the Entra admin center.
    PasswordResetByAdmin,
    /// Nothing but access tokens: where they came from changed, or the risk did.
    AccessRevoked,
}

impl Cause {
    /// Whether it ends refresh tokens of this platform. Confidential clients' survive the change of a password
    /// (entra 67).
    pub(crate) fn ends_refresh_tokens(self, platform: Platform) -> bool {
        match self {
            Self::SessionsRevoked | Self::PasswordResetByAdmin => true,
            Self::PasswordChanged => platform != Platform::Web,
            Self::AccessRevoked => false,
        }
    }

    /// Whether it signs the person out of browsers.
    pub(crate) fn ends_sessions(self) -> bool {
        self != Self::AccessRevoked
    }
}
