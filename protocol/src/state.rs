//! The random values that bind an answer to its question: `state` (RFC 6749 section 4.1.1), `nonce`
//! (OpenID Connect Core section 3.1.2.1), and the claim of a frame on an answer that it cannot see.
//!
//! All are 256 random bits in base64url: opaque, without data, fresh for each attempt, and short of every limit at
//! Microsoft, which strips markup from `state` and gives up on long query strings.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::encoding::{base64url, is_base64url_of_32};
use crate::pkce::Malformed;

macro_rules! random_value {
    ($(#[$doc:meta])* $name:ident, $parameter:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// 256 bits from whoever has a good source.
            #[must_use]
            pub fn from_random(bytes: [u8; 32]) -> Self {
                Self(base64url(&bytes))
            }

            /// Reads a value that came over the wire.
            ///
            /// # Errors
            /// [`Malformed`] unless it is 43 characters of base64url, as we make them.
            pub fn parse(text: &str) -> Result<Self, Malformed> {
                if is_base64url_of_32(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Malformed($parameter))
                }
            }

            /// The value in the clear.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// SHA-256 of the value: what a server keeps and looks up by.
            #[must_use]
            pub fn digest(&self) -> [u8; 32] {
                Sha256::digest(self.0.as_bytes()).into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = Malformed;

            fn try_from(text: String) -> Result<Self, Malformed> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

random_value! {
    /// Names one attempt; comes back with the redirect and is good once.
    State, "state"
}
random_value! {
    /// Ties the ID token to one attempt.
    Nonce, "nonce"
}
random_value! {
    /// Made by a frame in another site's page, which neither cookie nor channel reaches: who shows it is told how the
    /// attempt ended that was begun with its digest, once.
    Claim, "claim"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R19, R20: 256 bits, opaque, base64url only.
    #[test]
    fn a_state_is_43_characters_of_base64url() {
        let state = State::from_random([0xff; 32]);
        assert_eq!(
            state.expose(),
            "__________________________________________8"
        );
        assert_eq!(State::parse(state.expose()).unwrap(), state);
    }

    #[test]
    fn what_we_did_not_make_is_refused() {
        for bad in [
            "",
            "short",
            &"a".repeat(44),
            &"+".repeat(43),
            "<b>",
            &"a".repeat(100_000),
        ] {
            assert_eq!(State::parse(bad), Err(Malformed("state")));
            assert_eq!(Nonce::parse(bad), Err(Malformed("nonce")));
        }
    }

    /// R20: only the hash is kept. SHA-256 of 43 times "A", by `printf 'A%.0s' $(seq 43) | sha256sum`.
    #[test]
    fn the_digest_is_sha_256_of_the_text() {
        let state = State::from_random([0; 32]);
        assert_eq!(state.expose(), "A".repeat(43));
        let hex: String = state
            .digest()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a"
        );
    }
}
