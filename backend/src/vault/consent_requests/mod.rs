//! Consent requests: an administrator is asked to agree for an organisation. One for an organisation and a set of
//! permissions, whoever asks and however often.

mod ask;
mod decide;
mod read;

use connect_outlook_protocol::scope::Scopes;

pub use ask::{AskConsentError, NewConsentRequest, Subject};
pub use decide::Decision;

use super::id::ConsentRequestId;
use crate::clock::UnixTime;

/// Who asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A visitor, of whom Microsoft said that an administrator has to agree.
    NeedsAdmin,
    /// A visitor who came back from Microsoft without a word why.
    TurnedBack,
    /// The integrator's server.
    Integrator,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRequest {
    /// Names it.
    pub id: ConsentRequestId,
    /// Id of the organisation, where it is known.
    pub tenant: Option<String>,
    /// The organisation that a hint named. Proves nothing.
    pub domain: Option<String>,
    /// As asked.
    pub scopes: Scopes,
    /// Who asked first.
    pub origin: Origin,
    /// Where it stands.
    pub state: ConsentState,
    /// Since when.
    pub state_since: UnixTime,
    /// How often somebody was told that an administrator has to agree.
    pub asked: i64,
    /// When it was made.
    pub created_at: UnixTime,
    /// From then on it is over, unless somebody asks again.
    pub expires_at: UnixTime,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentState {
    /// Nobody has answered.
    Requested,
    /// An administrator agreed, and a token for the organisation proved that the app is at home there.
    Granted,
    /// Somebody came back with a no. Nothing proves who; the page can be opened again.
    Refused {
        /// Why: a stable code.
        code: String,
    },
    /// Somebody came back with a yes that could not be proved, or not yet.
    Unproven {
        /// Why: a stable code.
        code: String,
    },
    /// Nobody answered in time.
    Expired,
}

impl Origin {
    const ALL: [Self; 3] = [Self::NeedsAdmin, Self::TurnedBack, Self::Integrator];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NeedsAdmin => "needs_admin",
            Self::TurnedBack => "turned_back",
            Self::Integrator => "integrator",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.name() == name)
    }
}

impl ConsentState {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Granted => "granted",
            Self::Refused { .. } => "refused",
            Self::Unproven { .. } => "unproven",
            Self::Expired => "expired",
        }
    }

    /// Why, if there is something to say.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code } | Self::Unproven { code } => Some(code),
            Self::Requested | Self::Granted | Self::Expired => None,
        }
    }
}
