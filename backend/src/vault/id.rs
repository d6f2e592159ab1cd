//! Names of rows and digests of secrets: each its own type, so that none can stand in another's place.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::error::VaultError;
use crate::random;

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Reads the hyphenated lower-case form that [`fmt::Display`] writes; nothing else is accepted.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let id = Self(Uuid::try_parse(text).ok()?);
                (id.to_string() == text).then_some(id)
            }

            /// A new one from the operating system's randomness (R129).
            pub(super) fn random() -> Result<Self, VaultError> {
                Ok(Self(random_uuid()?))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }
    };
}

row_id! {
    /// Names one mailbox connection for as long as the vault knows it; a reconnect keeps it. An identifier, not a
    /// secret (R56).
    AccountId
}
row_id! {
    /// Names the row of one session. What opens the session is the handle, never this (R56).
    SessionId
}
row_id! {
    /// Names one event, for a receiver that wants to see each once.
    EventId
}

row_id! {
    /// Names one refresh, from the lease to its end: the same in the intent and in logs.
    RefreshId
}
row_id! {
    /// Names one API key; what opens is the key, never this.
    ApiKeyId
}
row_id! {
    /// Names one hosted link; what opens it is its token, never this.
    LinkId
}
row_id! {
    /// Names what one visitor brought back to a link.
    CompletionId
}
row_id! {
    /// Names one webhook; what its receiver verifies by is its secret, never this.
    WebhookId
}
row_id! {
    /// Names one consent request; what opens its page is a token, never this.
    ConsentRequestId
}
row_id! {
    /// Names one running process among those that share a vault (R82).
    OwnerId
}

row_id! {
    /// Names one try to send a letter: whoever has it may have Microsoft send it, and nobody else.
    RunId
}

impl OwnerId {
    /// A name that no other process has, nor this one after a restart.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn new() -> Result<Self, VaultError> {
        Self::random()
    }
}

macro_rules! digest {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// SHA-256 of `text`, the value as it travels.
            #[must_use]
            pub fn of(text: &str) -> Self {
                Self(Sha256::digest(text.as_bytes()).into())
            }

            /// The form that stands in the database: 64 hexadecimal digits.
            pub(super) fn to_column(self) -> String {
                hex(&self.0)
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(digest: [u8; 32]) -> Self {
                Self(digest)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

digest! {
    /// SHA-256 of a session handle: all that the vault ever sees of it (R56).
    HandleDigest
}
digest! {
    /// SHA-256 of a `state` value (R20).
    StateDigest
}
digest! {
    /// SHA-256 of the flow cookie that ties an attempt to one browser (R22).
    BrowserDigest
}
digest! {
    /// SHA-256 of a `nonce`. The ID token's claim is hashed and compared with this (R108).
    NonceDigest
}

digest! {
    /// SHA-256 of an idempotency key.
    KeyDigest
}
digest! {
    /// SHA-256 of an idempotency key and the letter that goes with it.
    LetterDigest
}
digest! {
    /// SHA-256 of an API key (R66).
    ApiKeyDigest
}
digest! {
    /// SHA-256 of a link's token (R40).
    LinkDigest
}
digest! {
    /// SHA-256 of a completion code (R44).
    CompletionDigest
}
digest! {
    /// SHA-256 of a token that opens the page of a consent request.
    ConsentDigest
}
digest! {
    /// SHA-256 of a link's id and the integrator's own name for its user: enough to compare, and no use elsewhere.
    UserDigest
}

impl UserDigest {
    /// Two names never meet: an id has one length.
    pub(super) fn at(link: LinkId, user: &str) -> Self {
        Self::of(&format!("{link} {user}"))
    }
}

digest! {
    /// SHA-256 of a frame's claim on the end of an attempt.
    ClaimDigest
}

impl ClaimDigest {
    pub(super) fn from_column(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

impl NonceDigest {
    pub(super) fn from_column(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

impl HandleDigest {
    pub(super) fn from_column(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(digest)
}

pub(super) fn random_uuid() -> Result<Uuid, VaultError> {
    Ok(uuid::Builder::from_random_bytes(random::bytes()?).into_uuid())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R70: one spelling only, compared as bytes.
    #[test]
    fn an_id_has_one_spelling() {
        let id = AccountId::random().unwrap();
        let text = id.to_string();
        assert_eq!(AccountId::parse(&text), Some(id));
        for other in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("{{{text}}}"),
            format!("urn:uuid:{text}"),
        ] {
            assert_eq!(AccountId::parse(&other), None, "{other}");
        }
    }

    /// FIPS 180-2 appendix B.1.
    #[test]
    fn a_digest_is_sha_256() {
        let column = NonceDigest::of("abc").to_column();
        assert_eq!(
            column,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            NonceDigest::from_column(&column),
            Some(NonceDigest::of("abc"))
        );
    }

    #[test]
    fn a_column_that_is_no_digest_is_refused() {
        for bad in [
            "",
            "ba78",
            &"g".repeat(64),
            &"ä".repeat(32),
            &"+1".repeat(32),
        ] {
            assert_eq!(NonceDigest::from_column(bad), None, "{bad}");
        }
    }
}
