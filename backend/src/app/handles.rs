//! What browsers hold: 256 random bits in base64url, of which the vault knows the hash (R56).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use connect_outlook_protocol::secret::{CompletionCode, ConsentToken, LinkToken, SessionHandle};
use std::fmt;
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};
use crate::vault::id::{
    BrowserDigest, ClaimDigest, CompletionDigest, ConsentDigest, HandleDigest, LinkDigest,
};

/// What the flow cookie holds: ties attempts to the browser that began them (R22). One for all its attempts, so the
/// cookie does not grow with their number (R55).
#[derive(Clone)]
pub struct FlowHandle(Zeroizing<String>);

impl FlowHandle {
    /// Reads a cookie's value; `None` for anything we did not make.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_handle(text).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The value in the clear, for the cookie.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn random() -> Result<Self, NoRandomness> {
        Ok(Self(Zeroizing::new(random_text()?)))
    }

    pub(super) fn digest(&self) -> BrowserDigest {
        BrowserDigest::of(&self.0)
    }
}

impl fmt::Debug for FlowHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FlowHandle(…)")
    }
}

/// Reads the digest of a claim as frames send it: SHA-256 in base64url. `None` for anything else.
#[must_use]
pub fn claim_digest(text: &str) -> Option<ClaimDigest> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(ClaimDigest::from(<[u8; 32]>::try_from(bytes).ok()?))
}

/// Reads a session cookie's value; `None` for anything we did not make, which costs no look-up then.
#[must_use]
pub fn session_handle(text: &str) -> Option<SessionHandle> {
    is_handle(text).then(|| SessionHandle::new(text.to_owned()))
}

pub(super) fn random_session_handle() -> Result<SessionHandle, NoRandomness> {
    Ok(SessionHandle::new(random_text()?))
}

pub(super) fn session_digest(handle: &SessionHandle) -> HandleDigest {
    HandleDigest::of(handle.expose())
}

/// Reads the token in a link's path; `None` for anything we did not make.
#[must_use]
pub fn link_token(text: &str) -> Option<LinkToken> {
    is_handle(text).then(|| LinkToken::new(text.to_owned()))
}

pub(super) fn random_link_token() -> Result<LinkToken, NoRandomness> {
    Ok(LinkToken::new(random_text()?))
}

pub(super) fn link_digest(token: &LinkToken) -> LinkDigest {
    LinkDigest::of(token.expose())
}

/// Reads the token in the path of a consent request's page; `None` for anything we did not make.
#[must_use]
pub fn consent_token(text: &str) -> Option<ConsentToken> {
    is_handle(text).then(|| ConsentToken::new(text.to_owned()))
}

pub(super) fn random_consent_token() -> Result<ConsentToken, NoRandomness> {
    Ok(ConsentToken::new(random_text()?))
}

pub(super) fn consent_digest(token: &ConsentToken) -> ConsentDigest {
    ConsentDigest::of(token.expose())
}

pub(super) fn random_completion_code() -> Result<CompletionCode, NoRandomness> {
    Ok(CompletionCode::new(random_text()?))
}

pub(super) fn completion_digest(code: &CompletionCode) -> CompletionDigest {
    CompletionDigest::of(code.expose())
}

fn random_text() -> Result<String, NoRandomness> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(*Zeroizing::new(random::bytes::<32>()?)))
}

/// 43 characters of base64url, ASCII checked as bytes (R70).
fn is_handle(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == 43 && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R56
    #[test]
    fn a_handle_is_256_bits_and_never_the_same() {
        let (one, two) = (random_text().unwrap(), random_text().unwrap());
        assert_ne!(one, two);
        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(one).unwrap().len(), 32);
    }

    #[test]
    fn what_we_did_not_make_is_no_handle() {
        let good = random_text().unwrap();
        assert!(session_handle(&good).is_some() && FlowHandle::parse(&good).is_some());
        for bad in [
            "",
            &good[1..],
            &format!("{good}A"),
            &good.replacen(|_| true, "+", 1),
            &"ä".repeat(43),
            &"a".repeat(8_192),
        ] {
            assert!(
                session_handle(bad).is_none() && FlowHandle::parse(bad).is_none(),
                "{bad}"
            );
        }
    }

    /// R123
    #[test]
    fn a_flow_handle_does_not_print() {
        assert_eq!(
            format!("{:?}", FlowHandle::random().unwrap()),
            "FlowHandle(…)"
        );
    }
}
