//! PKCE as the identity platform checks it (RFC 7636; entra 19, 41). Written here anew: an emulator that shared code with
//! its clients would share their mistakes.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{aadsts, oauth_error::OAuthError, parameters::Parameters};

/// What the authorize request promised about the verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// The verifier itself; assumed when no method is named.
    Plain(String),
    /// base64url of its SHA-256.
    Sha256(String),
}

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`; `None` when the request has neither.
    ///
    /// # Errors
    /// 50149 unknown method, 501491 bad size or alphabet, 50147 a method without a challenge.
    pub(crate) fn of(request: &Parameters) -> Result<Option<Self>, OAuthError> {
        let Some(value) = request.get("code_challenge") else {
            let expected = request
                .sent("code_challenge")
                .or(request.get("code_challenge_method"));
            return expected.map_or(Ok(None), |_| Err((&aadsts::CHALLENGE_MISSING).into()));
        };
        let wrap = match request.get("code_challenge_method") {
            None | Some("plain") => Self::Plain,
            Some("S256") => Self::Sha256,
            Some(other) => return Err(OAuthError::about(&aadsts::CHALLENGE_METHOD, other)),
        };
        match well_formed(value) {
            true => Ok(Some(wrap(value.to_owned()))),
            false => Err((&aadsts::CHALLENGE_SIZE).into()),
        }
    }

    /// Whether `verifier` is the one the challenge was made from.
    pub(crate) fn matches(&self, verifier: &str) -> bool {
        well_formed(verifier)
            && match self {
                Self::Plain(promised) => promised == verifier,
                Self::Sha256(promised) => {
                    *promised == BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
                }
            }
    }
}

/// 43 to 128 characters of RFC 3986's unreserved set (RFC 7636 §4.1, §4.2).
fn well_formed(value: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&value.len()) && value.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<Option<Challenge>, u32> {
        Challenge::of(&Parameters::read(form.as_bytes())).map_err(|error| error.row().number)
    }

    /// RFC 7636 appendix B.
    #[test]
    fn the_published_vector_matches() {
        let challenge = read(
            "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
        )
        .expect("reads");
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(challenge.as_ref().expect("there").matches(verifier));
        assert!(
            !challenge
                .expect("there")
                .matches("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl")
        );
    }

    /// entra 19
    #[test]
    fn a_missing_method_means_plain() {
        let verifier = "a".repeat(43);
        let challenge = read(&format!("code_challenge={verifier}"))
            .expect("reads")
            .expect("there");
        assert!(challenge.matches(&verifier) && !challenge.matches(&"b".repeat(43)));
    }

    /// entra 19
    #[test]
    fn bad_sizes_and_methods_are_refused() {
        let (short, long, fits) = ("a".repeat(42), "a".repeat(129), "a".repeat(43));
        assert_eq!(
            read(&format!(
                "code_challenge={short}&code_challenge_method=S256"
            )),
            Err(501_491)
        );
        assert_eq!(
            read(&format!("code_challenge={long}&code_challenge_method=S256")),
            Err(501_491)
        );
        assert_eq!(
            read(&format!("code_challenge={fits}&code_challenge_method=s256")),
            Err(50_149)
        );
        assert_eq!(read("code_challenge_method=S256"), Err(50_147));
        assert_eq!(read("code_challenge="), Err(50_147));
        assert_eq!(read("scope=openid"), Ok(None));
    }
}
