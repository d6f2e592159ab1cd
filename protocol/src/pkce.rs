//! Proof Key for Code Exchange (RFC 7636), S256 only.
//!
//! The `plain` method cannot be expressed: a [`CodeChallenge`] is always the SHA-256 of a verifier.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::encoding::{base64url, is_base64url_of_32};
use crate::secret::secret;

/// The only value of `code_challenge_method` that leaves this crate (RFC 7636 section 4.3).
pub const METHOD: &str = "S256";

secret! {
    /// A code verifier (RFC 7636 section 4.1): 43–128 unreserved characters, known to the page alone until the code
    /// is redeemed.
    VerifierText
}

/// A code verifier: made by the page, sent once, beside the code it proves.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct CodeVerifier(VerifierText);

impl CodeVerifier {
    /// 256 bits from whoever has a good source, as 43 characters of base64url (RFC 7636 section 4.1).
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(VerifierText::new(base64url(&bytes)))
    }

    /// Reads a verifier that came over the wire.
    ///
    /// # Errors
    /// [`Malformed`] unless it has 43–128 characters of the unreserved set.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(VerifierText::new(text.to_owned())))
        } else {
            Err(Malformed("code_verifier"))
        }
    }

    /// The S256 challenge of this verifier (RFC 7636 section 4.2).
    #[must_use]
    pub fn challenge(&self) -> CodeChallenge {
        let digest: [u8; 32] = Sha256::digest(self.expose().as_bytes()).into();
        CodeChallenge(base64url(&digest))
    }

    /// The value in the clear, for the one POST that carries it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CodeVerifier(…)")
    }
}

impl TryFrom<String> for CodeVerifier {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        Self::parse(&text)
    }
}

/// An S256 code challenge: base64url(SHA-256(verifier)), 43 characters. Not a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads a challenge that came over the wire.
    ///
    /// # Errors
    /// [`Malformed`] unless it is 43 characters of base64url, the only shape S256 can have.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if is_base64url_of_32(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed("code_challenge"))
        }
    }

    /// The challenge as it stands in the authorize URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` hashes to this challenge (RFC 7636 section 4.6). The time taken does not depend on where
    /// the two differ.
    #[must_use]
    pub fn matches(&self, verifier: &CodeVerifier) -> bool {
        let other = verifier.challenge();
        let difference = self
            .0
            .bytes()
            .zip(other.0.bytes())
            .fold(0, |sum, (left, right)| sum | (left ^ right));
        difference == 0
    }
}

impl TryFrom<String> for CodeChallenge {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        Self::parse(&text)
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        challenge.0
    }
}

/// A value from outside that does not have the shape of the thing it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(
    /// The parameter's name.
    pub &'static str,
);

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is malformed", self.0)
    }
}

impl std::error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 7636 appendix B, with the octets it lists.
    const OCTETS: [u8; 32] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37,
        77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];

    /// R14, R15: the published vector.
    #[test]
    fn the_vector_of_rfc_7636_appendix_b_holds() {
        let verifier = CodeVerifier::from_random(OCTETS);
        assert_eq!(
            verifier.expose(),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        assert_eq!(
            verifier.challenge().as_str(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert!(verifier.challenge().matches(&verifier));
    }

    #[test]
    fn another_verifier_does_not_match() {
        let mut other = OCTETS;
        other[31] ^= 1;
        let challenge = CodeVerifier::from_random(OCTETS).challenge();
        assert!(!challenge.matches(&CodeVerifier::from_random(other)));
    }

    #[test]
    fn a_verifier_of_the_wrong_size_or_alphabet_is_refused() {
        for bad in [
            "",
            &"a".repeat(42),
            &"a".repeat(129),
            &format!("{}=", "a".repeat(43)),
            &"ä".repeat(43),
        ] {
            assert_eq!(CodeVerifier::parse(bad), Err(Malformed("code_verifier")));
        }
        assert!(CodeVerifier::parse(&"~".repeat(128)).is_ok());
    }

    /// R14: what SHA-256 cannot have come to is no challenge.
    #[test]
    fn a_challenge_of_the_wrong_size_or_alphabet_is_refused() {
        for bad in [
            "",
            &"a".repeat(42),
            &"a".repeat(44),
            &"~".repeat(43),
            &format!("{}=", "a".repeat(42)),
            &format!("{}+", "a".repeat(42)),
        ] {
            assert_eq!(CodeChallenge::parse(bad), Err(Malformed("code_challenge")));
        }
    }

    /// R14: a verifier sent as its own challenge (method `plain`) has the right shape and proves nothing.
    #[test]
    fn plain_is_not_a_proof() {
        let verifier = CodeVerifier::from_random(OCTETS);
        let plain = CodeChallenge::parse(verifier.expose()).unwrap();
        assert!(!plain.matches(&verifier));
    }

    /// R123
    #[test]
    fn a_verifier_cannot_be_printed() {
        assert_eq!(
            format!("{:?}", CodeVerifier::from_random(OCTETS)),
            "CodeVerifier(…)"
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in ".*") {
            let _ = CodeVerifier::parse(&text);
            let _ = CodeChallenge::parse(&text);
        }

        #[test]
        fn what_is_made_is_accepted(bytes: [u8; 32]) {
            let verifier = CodeVerifier::from_random(bytes);
            prop_assert_eq!(CodeVerifier::parse(verifier.expose()).unwrap(), verifier.clone());
            prop_assert!(CodeChallenge::parse(verifier.challenge().as_str()).unwrap().matches(&verifier));
        }
    }
}
