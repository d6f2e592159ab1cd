//! What proves an app's identity without a secret: certificates, and credentials of other identity providers
//! (entra.md §4.1, §4.2).

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

/// A certificate that an app registered. Its thumbprints and its lifetime are those of the certificate itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// The credential's own id (`keyId`).
    pub id: String,
    /// The name administrators gave it.
    pub name: String,
    /// The X.509 certificate: PEM, or DER as base64.
    pub certificate: String,
    /// The private key (PKCS#8 PEM) for whoever wants to sign in as this app. Emulated, so not secret; Entra never has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,
}

impl Certificate {
    /// The certificate's DER; `None` if the text is neither PEM nor base64.
    pub fn der(&self) -> Option<Vec<u8>> {
        let body = match self.certificate.split_once(BEGIN) {
            Some((_, after)) => after.split("-----END").next().unwrap_or_default(),
            None => &self.certificate,
        };
        let packed: String = body.split_whitespace().collect();
        BASE64_STANDARD.decode(packed).ok()
    }
}

/// Trust in tokens that another identity provider issues for one workload (a federated identity credential).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FederatedCredential {
    /// 3 to 120 characters, fixed for ever.
    pub name: String,
    /// The `iss` that assertions must carry, letter for letter.
    pub issuer: String,
    /// The `sub` that assertions must carry, letter for letter.
    pub subject: String,
    /// The `aud` that assertions must carry.
    #[serde(default = "token_exchange")]
    pub audience: String,
    /// From when on it works, unix seconds: Entra needs minutes to spread a new one.
    #[serde(default)]
    pub usable_from: i64,
    /// The issuer's public keys. Entra fetches them; offline they are written down here.
    #[serde(default)]
    pub keys: Vec<IssuerKey>,
}

/// A public RSA key of an issuer, as its JWKS shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssuerKey {
    /// What assertions name it by.
    pub kid: String,
    /// Modulus, base64url.
    pub n: String,
    /// Exponent, base64url.
    pub e: String,
}

fn token_exchange() -> String {
    TOKEN_EXCHANGE.to_owned()
}

/// The audience of every federated assertion (entra.md §4.2).
pub const TOKEN_EXCHANGE: &str = "api://AzureADTokenExchange";
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_may_be_pem_or_base64() {
        let certificate = |text: &str| Certificate {
            id: String::new(),
            name: String::new(),
            certificate: text.into(),
            private_key: None,
        };
        let pem = "-----BEGIN CERTIFICATE-----\nAQI\n D\n-----END CERTIFICATE-----\n";
        assert_eq!(certificate(pem).der(), Some(vec![1, 2, 3]));
        assert_eq!(certificate("AQID").der(), Some(vec![1, 2, 3]));
        assert_eq!(certificate("?").der(), None);
    }
}
