//! What an account is: whose mailbox, in which state, and what the state asks of whom.

mod connect;
mod disconnect;
mod list;
mod mark;
mod read;
mod stored_state;
mod transition;

use std::fmt;

use connect_outlook_protocol::authority::is_guid;

pub(super) use connect::Connected;
pub use list::{GrantFacts, Listed};
pub use mark::Marked;
pub(super) use mark::mark_in;
pub(super) use stored_state::{read_state, undergo};
pub use transition::{Change, Transition};

use super::id::AccountId;
use crate::clock::UnixTime;

/// Who somebody is at Microsoft: the pair (`tid`, `oid`) of a validated ID token and nothing else. Addresses and
/// names can be set to anything by a tenant's administrator, so none takes part (R49).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    tid: String,
    oid: String,
}

impl Identity {
    /// Takes the two claims as they stand in the token.
    ///
    /// # Errors
    /// [`NotAnIdentity`] unless both are GUIDs as Microsoft writes them, in lower case.
    pub fn new(tid: &str, oid: &str) -> Result<Self, NotAnIdentity> {
        if !is_guid(tid) || !is_guid(oid) {
            return Err(NotAnIdentity);
        }
        Ok(Self {
            tid: tid.to_owned(),
            oid: oid.to_owned(),
        })
    }

    /// The tenant's GUID.
    #[must_use]
    pub fn tid(&self) -> &str {
        &self.tid
    }

    /// The person's object id in that tenant.
    #[must_use]
    pub fn oid(&self) -> &str {
        &self.oid
    }
}

/// `tid` or `oid` is not a GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tid and oid must both be GUIDs")]
pub struct NotAnIdentity;

/// What to show for a person. For display alone, never for a decision (R49); sealed at rest.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// As the directory has it; any text.
    pub display_name: String,
    /// The mailbox address as the directory has it; any text.
    pub address: String,
}

impl fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Profile(…)")
    }
}

/// One connected mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Keeps its value over reconnects.
    pub id: AccountId,
    /// Who it is at Microsoft.
    pub identity: Identity,
    /// What to show. Empty once disconnected: the key that opens it is gone.
    pub profile: Profile,
    /// Whether it works, and who must act if not.
    pub state: AccountState,
    /// Since when the state holds.
    pub state_since: UnixTime,
    /// When the grant ends whatever one does, if it does.
    pub ends_at: Option<UnixTime>,
}

/// The state of an account. Troubles of the app registration or of Microsoft are never one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Tokens are at hand or can be had.
    Connected,
    /// Works still, and will end whatever anybody does but a new sign-in.
    Expiring {
        /// When it ends.
        reconnect_by: UnixTime,
    },
    /// The visitor must sign in again.
    NeedsUser {
        /// Stable code of the refusal that said so.
        code: String,
        /// A claims challenge the next sign-in has to carry, as Microsoft worded it.
        claims: Option<String>,
    },
    /// An administrator of the tenant must agree first.
    NeedsAdmin {
        /// Stable code of the refusal that said so.
        code: String,
    },
    /// A policy of the tenant forbids it.
    BlockedByPolicy {
        /// Stable code of the refusal that said so.
        code: String,
    },
    /// Ended by its owner. Tokens and data key are destroyed; only a new sign-in brings it back.
    Disconnected,
}

impl AccountState {
    /// The word for this state in the database, in JSON and in events.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Expiring { .. } => "expiring",
            Self::NeedsUser { .. } => "needs_user",
            Self::NeedsAdmin { .. } => "needs_admin",
            Self::BlockedByPolicy { .. } => "blocked_by_policy",
            Self::Disconnected => "disconnected",
        }
    }

    /// Whether a fresh access token can be expected.
    #[must_use]
    pub const fn works(&self) -> bool {
        matches!(self, Self::Connected | Self::Expiring { .. })
    }
}

/// What somebody learned about an account's grant: the states that [`mark`](super::Vault::mark) can set. The others
/// are reached by connecting, by a refresh that succeeds, and by disconnecting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// See [`AccountState::Expiring`].
    Expiring {
        /// When it ends.
        reconnect_by: UnixTime,
    },
    /// See [`AccountState::NeedsUser`].
    NeedsUser {
        /// Stable code of the refusal.
        code: String,
        /// Claims for the next sign-in.
        claims: Option<String>,
    },
    /// See [`AccountState::NeedsAdmin`].
    NeedsAdmin {
        /// Stable code of the refusal.
        code: String,
    },
    /// See [`AccountState::BlockedByPolicy`].
    BlockedByPolicy {
        /// Stable code of the refusal.
        code: String,
    },
}

impl From<Finding> for AccountState {
    fn from(finding: Finding) -> Self {
        match finding {
            Finding::Expiring { reconnect_by } => Self::Expiring { reconnect_by },
            Finding::NeedsUser { code, claims } => Self::NeedsUser { code, claims },
            Finding::NeedsAdmin { code } => Self::NeedsAdmin { code },
            Finding::BlockedByPolicy { code } => Self::BlockedByPolicy { code },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R49, R70: GUIDs in their one spelling and nothing else name a person.
    #[test]
    fn only_guids_name_a_person() {
        let tid = "72f988bf-86f1-41af-91ab-2d7cd011db47";
        let oid = "00000000-0000-0000-66f3-3332eca7ea81";
        assert_eq!(Identity::new(tid, oid).unwrap().oid(), oid);
        for bad in [
            "",
            "ada@contoso.example",
            "common",
            "72f988bf86f141af91ab2d7cd011db47",
            &tid.to_uppercase(),
        ] {
            assert_eq!(Identity::new(tid, bad), Err(NotAnIdentity));
            assert_eq!(Identity::new(bad, oid), Err(NotAnIdentity));
        }
    }

    /// L4: names and addresses do not reach a log through `Debug`.
    #[test]
    fn a_profile_does_not_print() {
        let profile = Profile {
            display_name: "Ada".into(),
            address: "ada@contoso.example".into(),
        };
        assert_eq!(format!("{profile:?}"), "Profile(…)");
    }
}
