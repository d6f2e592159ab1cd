//! Hosted links and what visitors brought back to them. A link never connects by itself: the code is parked until the
//! integrator has said whose it is (R43).

mod confirm;
mod park;
mod read;
mod write;

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::AuthorizationCode;

pub use confirm::{CONFIRMING_LASTS, TakeCompletionError, Taken};
pub(super) use park::drop_parked_of_key;
pub use park::{ParkError, Parking};
pub use write::StartLinkError;

use super::id::{AccountId, ApiKeyId, CompletionId, LinkDigest, LinkId, NonceDigest};
use crate::clock::UnixTime;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Whoever signs in is welcome.
    Create,
    /// This account has to sign in again, and nobody else.
    Reconnect(AccountId),
}

/// A link about to be made.
#[derive(Clone, Debug)]
pub struct NewLink<'a> {
    /// SHA-256 of its token.
    pub token: LinkDigest,
    /// Whose it is: it ends with this key.
    pub key: ApiKeyId,
    /// What for.
    pub purpose: LinkPurpose,
    /// The integrator's own name for its user.
    pub user: &'a str,
    /// As it is to be asked.
    pub scopes: Scopes,
    /// Where the visitor goes with a completion code; registered.
    pub success_url: String,
    /// Where the visitor goes otherwise; registered.
    pub failure_url: String,
    /// From then on nobody can begin.
    pub expires_at: UnixTime,
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Names it.
    pub id: LinkId,
    /// See [`NewLink::purpose`].
    pub purpose: LinkPurpose,
    /// See [`NewLink::scopes`].
    pub scopes: Scopes,
    /// See [`NewLink::success_url`].
    pub success_url: String,
    /// See [`NewLink::failure_url`].
    pub failure_url: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// See [`NewLink::expires_at`].
    pub expires_at: UnixTime,
    /// Where it stands.
    pub state: LinkState,
}

/// Where a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Somebody may begin.
    Open,
    /// Somebody came back, and the integrator has not confirmed who.
    Parked {
        /// Until then it may.
        expires_at: UnixTime,
    },
    /// It was confirmed; the code is at Microsoft.
    Confirming,
    /// A mailbox was connected by it. For good.
    Connected {
        /// Which.
        account: AccountId,
        /// When.
        at: UnixTime,
    },
    /// It, or the key that made it, was revoked.
    Revoked,
    /// Nobody used it in time.
    Expired,
}

/// What was parked, in the hand of the one who may redeem it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Names it.
    pub completion: CompletionId,
    /// The link's.
    pub link: LinkId,
    /// From the callback.
    pub code: AuthorizationCode,
    /// That belongs to it.
    pub verifier: CodeVerifier,
    /// As the callback named it, if it did.
    pub issuer: Option<String>,
    /// See [`NewAttempt::nonce`](super::attempts::NewAttempt::nonce), as for the rest.
    pub nonce: NonceDigest,
    /// Byte for byte.
    pub redirect_uri: String,
    /// As asked.
    pub scopes: Scopes,
    /// Whose authority.
    pub tenant: Tenant,
    /// The app registration.
    pub client_id: String,
    /// Who has to have signed in; anybody if absent.
    pub account: Option<AccountId>,
}

impl LinkPurpose {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Reconnect(_) => "reconnect",
        }
    }

    /// The account that has to sign in; anybody if absent.
    #[must_use]
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Create => None,
            Self::Reconnect(account) => Some(account),
        }
    }
}
