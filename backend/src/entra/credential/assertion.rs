//! The assertion: a JWT that says who asks, to whom, and for how long, signed with the certificate's key.

use std::sync::PoisonError;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::RSA_PSS_SHA256;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Certificate;
use crate::clock::UnixTime;
use crate::random::{self, NoRandomness};

/// An assertion and the time it serves for.
pub(super) struct Signed {
    text: Zeroizing<String>,
    /// To whom it is addressed, and by whom.
    about: (String, String),
    from: UnixTime,
    until: UnixTime,
}

impl Certificate {
    /// An assertion for `audience`, the token endpoint: the one at hand until little of its life is left, so that a
    /// signature is made every nine minutes and not for every request.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        now: UnixTime,
    ) -> Result<Zeroizing<String>, NoRandomness> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let about = (client_id.to_owned(), audience.to_owned());
        if let Some(signed) = &*signed
            && signed.about == about
            && (signed.from..signed.until).contains(&now)
        {
            return Ok(signed.text.clone());
        }
        let id = Uuid::from_bytes(random::bytes()?);
        let text = self.sign(client_id, audience, id, now)?;
        *signed = Some(Signed {
            text: text.clone(),
            about,
            from: now,
            until: now.plus(LIFE - SPARE),
        });
        Ok(text)
    }

    /// PS256 with the SHA-256 thumbprint, as Microsoft documents it now.
    fn sign(
        &self,
        client_id: &str,
        audience: &str,
        id: Uuid,
        now: UnixTime,
    ) -> Result<Zeroizing<String>, NoRandomness> {
        let header = json!({
            "alg": "PS256",
            "typ": "JWT",
            "x5t#S256": BASE64_URL_SAFE_NO_PAD.encode(self.thumbprint),
        });
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": id.to_string(),
            "iat": now.0,
            "nbf": now.0,
            "exp": now.plus(LIFE).0,
        });
        let encode = |json: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let mut text = Zeroizing::new(format!("{}.{}", encode(header), encode(claims)));
        let mut signature = vec![0; self.key.public().modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(&RSA_PSS_SHA256, &random, text.as_bytes(), &mut signature)
            .map_err(|_| NoRandomness)?;
        text.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut text);
        Ok(text)
    }
}

/// Seconds an assertion is good for. Microsoft recommends five to ten minutes.
const LIFE: i64 = 600;

/// Seconds before its end at which it is not used any more: the request has to arrive, and clocks differ.
const SPARE: i64 = 60;

#[cfg(test)]
mod tests {
    use ring::signature::{KeyPair as _, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::Value;

    use super::super::testing::{THUMBPRINT_BASE64, certificate};
    use super::*;

    const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
    const ENDPOINT: &str = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn part(text: &str) -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    }

    /// R99, entra.md §4.1, RFC 7523 §3: the members Microsoft documents and no other, under a signature that anybody can check.
    #[test]
    fn it_has_the_documented_form() {
        let certificate = certificate();
        let text = certificate.assertion(CLIENT, ENDPOINT, NOW).unwrap();
        let [header, claims, signature] = text.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts")
        };
        assert_eq!(
            part(header),
            json!({"alg": "PS256", "typ": "JWT", "x5t#S256": THUMBPRINT_BASE64})
        );
        let mut claims = part(claims);
        let id = claims["jti"].take();
        assert!(Uuid::parse_str(id.as_str().unwrap()).is_ok());
        assert_eq!(
            claims,
            json!({
                "aud": ENDPOINT, "iss": CLIENT, "sub": CLIENT, "jti": null,
                "iat": NOW.0, "nbf": NOW.0, "exp": NOW.0 + 600,
            })
        );
        let (signed, _) = text.rsplit_once('.').unwrap();
        let key = UnparsedPublicKey::new(
            &RSA_PSS_2048_8192_SHA256,
            certificate.key.public_key().as_ref(),
        );
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        key.verify(signed.as_bytes(), &signature).unwrap();
    }

    /// R99: signing is the costly part: an assertion serves for nearly all its life, and never where it does not fit.
    #[test]
    fn it_is_signed_anew_only_when_its_life_is_nearly_over() {
        let certificate = certificate();
        let at = |client: &str, seconds| {
            certificate
                .assertion(client, ENDPOINT, NOW.plus(seconds))
                .unwrap()
        };
        let first = at(CLIENT, 0);
        assert_eq!(first, at(CLIENT, 539));
        let second = at(CLIENT, 540);
        assert_ne!(first, second);
        let named = |text: &str| part(text.split('.').nth(1).unwrap())["jti"].clone();
        assert_ne!(named(&first), named(&second));
        assert_ne!(second, at("another", 541));
        let third = at(CLIENT, 542);
        assert_ne!(third, at(CLIENT, 541), "nothing from the future (F40)");
    }
}
