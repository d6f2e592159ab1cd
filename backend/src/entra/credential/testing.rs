//! Certificates for tests, made with OpenSSL. The first's key is the one printed in RFC 7515 appendix A.2, the other's was
//! made for this: both are public, so they protect nothing.

use super::{Certificate, Credential, Proof};

pub(crate) const CERTIFICATE: &str = include_str!("testing/certificate.pem");
pub(crate) const KEY: &str = include_str!("testing/key.pem");
pub(crate) const OTHER_CERTIFICATE: &str = include_str!("testing/other-certificate.pem");
pub(crate) const OTHER_KEY: &str = include_str!("testing/other-key.pem");

/// What `openssl x509 -fingerprint -sha256` says of them, the first half.
pub(crate) const THUMBPRINT: &str = "787a4464e64d3a77";
pub(crate) const OTHER_THUMBPRINT: &str = "8194992d05d01e54";

/// The first's SHA-256 in base64url.
pub(crate) const THUMBPRINT_BASE64: &str = "eHpEZOZNOnd3O8OUEcN9jRr3dCdO7m4uHXDHYcJS8Zo";

/// What `openssl x509 -dates` says of the first.
pub(crate) const NOT_BEFORE: i64 = 1_795_682_059;
pub(crate) const NOT_AFTER: i64 = 1_858_754_059;

/// The first, ready to sign.
pub(crate) fn certificate() -> Certificate {
    Certificate::read_all(&[CERTIFICATE, KEY].concat())
        .unwrap()
        .remove(0)
}

impl Credential {
    /// The secret, if it is one.
    pub(crate) fn exposed(&self) -> Option<&str> {
        match &self.proof {
            Proof::Secret(secret) => Some(secret.expose()),
            Proof::Certificate(_) => None,
        }
    }
}
