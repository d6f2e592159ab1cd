//! Judging an ID token: whose browser came back, according to Microsoft (OpenID Connect Core §3.1.3.7, R101–R113).
//!
//! Pure: token, keys, expectations and time in, person out. The order is the rule: shape, header, key, signature, and
//! only then the claims.

mod claims;
mod compact;
#[cfg(test)]
pub(crate) mod testing;

use connect_outlook_protocol::authority::Authority;
use connect_outlook_protocol::secret::{AccessToken, IdToken};

use crate::clock::UnixTime;
use crate::entra::jwks::KeySet;

/// Who signed in.
///
/// `tenant_id` with `object_id` is the account's key. Name and address are for people to read: the tenant's
/// administrator sets them to anything (R49).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Directory signed into, a lower-case GUID (`tid`).
    pub tenant_id: String,
    /// The person's object in that directory, a lower-case GUID (`oid`).
    pub object_id: String,
    /// For display only (`name`).
    pub display_name: Option<String>,
    /// For display only (`preferred_username`, else `email`).
    pub address: Option<String>,
}

/// What the token must agree with.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// Who may issue it and whom it may name.
    pub authority: &'a Authority,
    /// Directories that may sign in; empty means whoever the authority admits (R105).
    pub allowed_tenants: &'a [String],
    /// Our app registration.
    pub client_id: &'a str,
    /// Whether a nonce is the attempt's, of which only the hash is kept; `None` for the token of a refresh, which
    /// carries no nonce.
    pub nonce: Option<&'a (dyn Fn(&str) -> bool + Sync)>,
    /// Issued in the same answer; compared with `at_hash` where the token has one.
    pub access_token: &'a AccessToken,
}

/// Why a token does not prove who signed in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Longer than 16 KiB (R109).
    #[error("the id token is too long")]
    TooLong,
    /// Not three strict base64url parts with JSON objects of plain members.
    #[error("the id token is malformed: {0}")]
    Malformed(&'static str),
    /// A header we do not accept.
    #[error("the id token's header is not acceptable: {0}")]
    Header(&'static str),
    /// Signed by a key we do not know: fetch the keys once more, then judge again.
    #[error("the id token is signed by an unknown key")]
    UnknownKey(String),
    /// The key did not make this signature.
    #[error("the id token's signature is wrong")]
    Signature,
    /// A claim is missing, of the wrong type, or disagrees.
    #[error("the id token's claim {0} does not hold")]
    Claim(&'static str),
}

/// The person a token proves.
///
/// # Errors
/// [`IdTokenError`]; nothing that came in the same answer may be used then (R36).
pub fn judge(
    token: &IdToken,
    keys: &KeySet,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<Person, IdTokenError> {
    let parts = compact::split(token.expose())?;
    let key_id = compact::key_id(parts.header)?;
    let Some(key) = keys.find(&key_id) else {
        return Err(IdTokenError::UnknownKey(key_id));
    };
    let signature = compact::decode(parts.signature)?;
    if !key.verifies(parts.signed.as_bytes(), &signature) {
        return Err(IdTokenError::Signature);
    }
    let claims = claims::read(parts.claims)?;
    claims::person(&claims, key, expected, now)
}

/// Characters of the longest ID token we look at (R109).
const MAX_LENGTH: usize = 16 * 1024;

#[cfg(test)]
mod tests;
