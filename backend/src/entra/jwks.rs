//! The keys that sign ID tokens: reading the published set (RFC 7517) and checking one signature. Pure.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;

use crate::strict_json;

/// One published key, usable for RS256 and nothing else.
#[derive(Clone, Debug)]
pub struct SigningKey {
    id: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    issuer: Option<String>,
}

impl SigningKey {
    /// Whether this key made `signature` over `message` by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        }
        .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
        .is_ok()
    }

    /// Whether the key may sign for `issuer` of `tenant_id`: Microsoft writes beside each key either the template
    /// with `{tenantid}` or one concrete issuer, and a concrete one may sign for itself only (R104). A key without
    /// an issuer belongs to a single-tenant document.
    #[must_use]
    pub fn may_sign_for(&self, issuer: &str, tenant_id: &str) -> bool {
        self.issuer
            .as_deref()
            .is_none_or(|own| own.replace("{tenantid}", tenant_id) == issuer)
    }
}

/// A published set of keys.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<SigningKey>);

/// Why a key document was not taken over.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// Not a JSON Web Key Set.
    #[error("the key document cannot be read")]
    Unreadable,
    /// More than 100 keys: not Microsoft's document.
    #[error("the key document holds too many keys")]
    TooMany,
    /// Nothing in it can sign an ID token.
    #[error("the key document holds no usable key")]
    Empty,
}

impl KeySet {
    /// Reads a JSON Web Key Set. Keys that are not RSA, not for signing, without id, or weaker than 2048 bits are
    /// passed over: `oct` keys in particular never become usable (R101).
    ///
    /// # Errors
    /// [`KeySetError`]; the caller keeps the set it has.
    pub fn read(body: &[u8]) -> Result<Self, KeySetError> {
        let document: Document = strict_json::parse(body).map_err(|_| KeySetError::Unreadable)?;
        if document.keys.len() > MAX_KEYS {
            return Err(KeySetError::TooMany);
        }
        let keys: Vec<_> = document.keys.into_iter().filter_map(usable).collect();
        if keys.is_empty() {
            return Err(KeySetError::Empty);
        }
        Ok(Self(keys))
    }

    /// The key named `id`.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&SigningKey> {
        self.0.iter().find(|key| key.id == id)
    }
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<PublishedKey>,
}

#[derive(Deserialize)]
struct PublishedKey {
    kty: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
    issuer: Option<String>,
}

fn usable(key: PublishedKey) -> Option<SigningKey> {
    let signs = key.kty.as_deref() == Some("RSA")
        && key
            .purpose
            .as_deref()
            .is_none_or(|purpose| purpose == "sig")
        && key.alg.as_deref().is_none_or(|alg| alg == "RS256");
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(key.n?).ok()?;
    let exponent = BASE64_URL_SAFE_NO_PAD.decode(key.e?).ok()?;
    let strong = (256..=1024).contains(&modulus.len());
    (signs && strong).then_some(SigningKey {
        id: key.kid.filter(|id| !id.is_empty())?,
        modulus,
        exponent,
        issuer: key.issuer,
    })
}

/// Keys in one document; Microsoft publishes about half a dozen.
const MAX_KEYS: usize = 100;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::entra::id_token::testing::{modulus, published_key, published_set};

    /// RFC 7515 appendix A.2: header, claims and signature as printed there.
    const SIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    #[test]
    fn the_vector_of_rfc_7515_appendix_a_2_holds() {
        let keys = published_set();
        let key = keys.find("rfc7515").unwrap();
        let mut signature = BASE64_URL_SAFE_NO_PAD.decode(SIGNATURE).unwrap();
        assert!(key.verifies(SIGNED.as_bytes(), &signature));
        signature[200] ^= 1;
        assert!(!key.verifies(SIGNED.as_bytes(), &signature));
        assert!(!key.verifies(SIGNED.as_bytes(), &[]));
        assert!(!key.verifies(SIGNED.as_bytes(), &[0; 256]));
    }

    /// F48, R101: `oct`, `use: enc`, other algorithms, weak or nameless keys never become usable.
    #[test]
    fn keys_that_cannot_sign_an_id_token_are_passed_over() {
        let modulus = modulus();
        let unusable = [
            json!({"kty": "oct", "kid": "k", "k": modulus, "n": modulus, "e": "AQAB"}),
            json!({"kty": "RSA", "kid": "k", "use": "enc", "n": modulus, "e": "AQAB"}),
            json!({"kty": "RSA", "kid": "k", "alg": "PS256", "n": modulus, "e": "AQAB"}),
            json!({"kty": "RSA", "kid": "", "n": modulus, "e": "AQAB"}),
            json!({"kty": "RSA", "n": modulus, "e": "AQAB"}),
            json!({"kty": "RSA", "kid": "k", "n": "AQAB", "e": "AQAB"}),
            json!({"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"}),
        ];
        let document = json!({ "keys": unusable }).to_string();
        assert!(matches!(
            KeySet::read(document.as_bytes()),
            Err(KeySetError::Empty)
        ));
    }

    /// F48
    #[test]
    fn a_flood_of_keys_is_refused_whole() {
        let document = json!({ "keys": vec![published_key(None); 5_000] }).to_string();
        assert!(matches!(
            KeySet::read(document.as_bytes()),
            Err(KeySetError::TooMany)
        ));
    }

    /// R104: a concrete issuer beside a key binds it to that tenant, the template to none.
    #[test]
    fn a_key_of_one_tenant_signs_for_no_other() {
        let read = |issuer: Option<&str>| {
            let document = json!({ "keys": [published_key(issuer)] }).to_string();
            KeySet::read(document.as_bytes()).unwrap()
        };
        let may = |keys: &KeySet, tid: &str| {
            keys.find("rfc7515")
                .unwrap()
                .may_sign_for(&format!("https://login.example/{tid}/v2.0"), tid)
        };
        let anybody = read(Some("https://login.example/{tenantid}/v2.0"));
        assert!(may(&anybody, "t-1") && may(&anybody, "t-2"));
        let one = read(Some("https://login.example/t-1/v2.0"));
        assert!(may(&one, "t-1") && !may(&one, "t-2"));
        assert!(may(&read(None), "t-1"));
    }

    proptest! {
        #[test]
        fn no_document_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = KeySet::read(&bytes);
        }
    }
}
