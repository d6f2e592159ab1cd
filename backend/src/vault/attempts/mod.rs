//! Attempts: one sign-in each, from its start to the redirect back. Bound to a browser and a purpose, good once.

mod begin;
mod claim;
mod room;
mod take;

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::pkce::{CodeChallenge, CodeVerifier};
use connect_outlook_protocol::scope::Scopes;

pub use begin::{AttemptCaps, BeginAttemptError, OPEN_ATTEMPTS};
pub use claim::AttemptEnd;
pub(in crate::vault) use room::Room;
pub use take::TakeAttemptError;

use super::id::{
    AccountId, BrowserDigest, ClaimDigest, ConsentRequestId, HandleDigest, LinkId, NonceDigest,
    StateDigest,
};
use crate::clock::UnixTime;

/// What an attempt is for. One begun for one purpose cannot end as another (R28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptKind {
    /// Connecting a mailbox; the page hands the code over.
    Connect,
    /// Connecting a mailbox; Microsoft's redirect hands the code over.
    ServerConnect,
    /// An administrator's consent for a tenant.
    AdminConsent,
    /// The sign-in that shows which tenant it was for. No mailbox comes of it.
    ConsentSignIn,
}

/// Who made the code verifier and holds it (design: page-driven or server-driven).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The page did; the vault knows the challenge only.
    Page(CodeChallenge),
    /// The server did; the vault keeps the verifier, sealed.
    Server(CodeVerifier),
}

/// An attempt about to begin. All of it comes back unchanged when it is taken.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    /// SHA-256 of the `state` in the authorize URL.
    pub state: StateDigest,
    /// SHA-256 of the flow cookie of the browser.
    pub browser: BrowserDigest,
    /// Whether that cookie was made for this attempt: the browser has begun no other, and begins none beside it.
    pub first_of_browser: bool,
    /// What it is for.
    pub kind: AttemptKind,
    /// The PKCE half that stays here.
    pub proof: Proof,
    /// SHA-256 of the `nonce` in the authorize URL.
    pub nonce: NonceDigest,
    /// Byte for byte as in the authorize URL (R33).
    pub redirect_uri: String,
    /// As asked.
    pub scopes: Scopes,
    /// Whose authority.
    pub tenant: Tenant,
    /// The app registration.
    pub client_id: String,
    /// Where the page wants to go afterwards; checked by the caller.
    pub return_to: Option<String>,
    /// The session that its end replaces, where the end itself cannot see the browser's cookie.
    pub session: Option<HandleDigest>,
    /// The account that has to sign in; anybody if absent.
    pub account: Option<AccountId>,
    /// The hosted link it belongs to, if any.
    pub link: Option<LinkId>,
    /// Who shows what this is the digest of is told the end, and nobody else.
    pub claim: Option<ClaimDigest>,
    /// The consent request that it is about, if it connects nothing.
    pub consent: Option<ConsentRequestId>,
    /// The domain of the hints: at which organisation the visitor is expected to be. Nothing is proved by it.
    pub domain: Option<String>,
    /// From then on it cannot be taken; at most ten minutes ahead (R24).
    pub expires_at: UnixTime,
}

/// An attempt that was taken: the caller, and nobody else, may redeem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// See [`NewAttempt::browser`]; absent where the code was parked meanwhile.
    pub browser: Option<BrowserDigest>,
    /// See [`NewAttempt::proof`].
    pub proof: Proof,
    /// See [`NewAttempt::nonce`].
    pub nonce: NonceDigest,
    /// See [`NewAttempt::redirect_uri`].
    pub redirect_uri: String,
    /// See [`NewAttempt::scopes`].
    pub scopes: Scopes,
    /// See [`NewAttempt::tenant`].
    pub tenant: Tenant,
    /// See [`NewAttempt::client_id`].
    pub client_id: String,
    /// See [`NewAttempt::return_to`].
    pub return_to: Option<String>,
    /// See [`NewAttempt::session`].
    pub session: Option<HandleDigest>,
    /// See [`NewAttempt::account`].
    pub account: Option<AccountId>,
    /// See [`NewAttempt::link`].
    pub link: Option<LinkId>,
    /// See [`NewAttempt::claim`].
    pub claim: Option<ClaimDigest>,
    /// See [`NewAttempt::consent`].
    pub consent: Option<ConsentRequestId>,
    /// See [`NewAttempt::domain`].
    pub domain: Option<String>,
    /// When it began.
    pub created_at: UnixTime,
}

impl AttemptKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::ServerConnect => "server_connect",
            Self::AdminConsent => "admin_consent",
            Self::ConsentSignIn => "consent_sign_in",
        }
    }
}
