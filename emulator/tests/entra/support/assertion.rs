//! Signing client assertions with the key of the world's certificate, as a client does.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use ring::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use serde_json::{Value, json};

use super::{App, Stage};

/// The holder of the ledger's private key.
pub(crate) struct Signer {
    pair: RsaKeyPair,
    /// The certificate's DER.
    certificate: Vec<u8>,
}

impl Signer {
    pub(crate) fn of(stage: &Stage) -> Self {
        let world = stage.emulator.world();
        let ledger = world
            .application(App::LEDGER.client_id)
            .expect("registered");
        let registered = &ledger.certificates[0];
        let key = registered.private_key.as_deref().expect("a private key");
        Self {
            pair: RsaKeyPair::from_pkcs8(&unarmoured(key)).expect("a key"),
            certificate: unarmoured(&registered.certificate),
        }
    }

    /// The claims of a proper assertion for the token endpoint of `tenant`.
    pub(crate) fn claims(&self, stage: &Stage, tenant: &str) -> Value {
        let now = stage.emulator.clock().now();
        json!({
            "aud": stage.url(&format!("/{tenant}/oauth2/v2.0/token")),
            "iss": App::LEDGER.client_id,
            "sub": App::LEDGER.client_id,
            "jti": "5b1fa4b3-1df3-4b0e-8d0a-000000000001",
            "nbf": now,
            "exp": now + 600,
        })
    }

    /// PS256 with `x5t#S256`, as the documentation says.
    pub(crate) fn modern(&self, claims: &Value) -> String {
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.certificate));
        self.sign(
            &json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint }),
            claims,
        )
    }

    /// RS256 with `x5t`, as older libraries do.
    pub(crate) fn old(&self, claims: &Value) -> String {
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.certificate);
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(thumbprint);
        self.sign(
            &json!({ "alg": "RS256", "typ": "JWT", "x5t": thumbprint }),
            claims,
        )
    }

    /// A JWT signed by the algorithm that `header` names.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        match header["alg"].as_str() {
            Some("PS256") => {
                self.pair
                    .sign(&RSA_PSS_SHA256, &random, signed.as_bytes(), &mut signature)
            }
            _ => self.pair.sign(
                &RSA_PKCS1_SHA256,
                &random,
                signed.as_bytes(),
                &mut signature,
            ),
        }
        .expect("signs");
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// Modulus and exponent, base64url.
    pub(crate) fn public_key(&self) -> (String, String) {
        let key: RsaPublicKeyComponents<Vec<u8>> = self.pair.public().into();
        (
            BASE64_URL_SAFE_NO_PAD.encode(key.n),
            BASE64_URL_SAFE_NO_PAD.encode(key.e),
        )
    }
}

/// What stands between the lines of dashes.
fn unarmoured(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let packed: String = lines.collect();
    BASE64_STANDARD.decode(packed).expect("base64")
}
