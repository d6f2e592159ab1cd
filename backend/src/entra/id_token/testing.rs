//! Tokens for tests, signed with the key pair printed in RFC 7515 appendix A.2: it is public, so it protects nothing.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};

use crate::entra::jwks::KeySet;

/// The key as Microsoft would publish it, with `issuer` beside it.
pub(crate) fn published_key(issuer: Option<&str>) -> Value {
    let mut key =
        json!({"kty": "RSA", "use": "sig", "kid": "rfc7515", "n": modulus(), "e": "AQAB"});
    if let Some(issuer) = issuer {
        key["issuer"] = issuer.into();
    }
    key
}

/// A set with that one key, good for any tenant.
pub(crate) fn published_set() -> KeySet {
    KeySet::read(
        json!({ "keys": [published_key(None)] })
            .to_string()
            .as_bytes(),
    )
    .unwrap()
}

/// The key's modulus as a JWK has it.
pub(crate) fn modulus() -> Value {
    jwk()["n"].clone()
}

/// Signs `claims` under `header`.
pub(crate) fn sign(header: &Value, claims: &Value) -> String {
    sign_text(&header.to_string(), &claims.to_string())
}

/// Signs any text, JSON or not.
pub(crate) fn sign_text(header: &str, claims: &str) -> String {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!(
        "{}.{}",
        encode(header.as_bytes()),
        encode(claims.as_bytes())
    );
    let key = key_pair();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", encode(&signature))
}

#[expect(non_snake_case, reason = "ring names the fields as the RFC does")]
fn key_pair() -> KeyPair {
    let jwk = jwk();
    let number = |name: &str| {
        BASE64_URL_SAFE_NO_PAD
            .decode(jwk[name].as_str().unwrap())
            .unwrap()
    };
    let public_key = PublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    let [d, p, q, dP, dQ, qInv] = ["d", "p", "q", "dp", "dq", "qi"].map(number);
    KeyPair::from_components(&KeyPairComponents {
        public_key,
        d,
        p,
        q,
        dP,
        dQ,
        qInv,
    })
    .unwrap()
}

fn jwk() -> Value {
    serde_json::from_str(include_str!("rfc7515.jwk.json")).unwrap()
}
