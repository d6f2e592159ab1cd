//! How the deployment proves who it is: by a client secret, or by a certificate whose key signs an assertion
//! (entra.md §4.1). Several at once: the first that Microsoft accepts is used, so that a new one can stand beside the old.

mod assertion;
mod certificate;
mod ring;
#[cfg(test)]
pub(crate) mod testing;
mod x509;

use std::fmt;

use connect_outlook_protocol::secret::ClientSecret;
use zeroize::Zeroizing;

pub use certificate::{Certificate, CertificateError};
pub(super) use ring::Held;
pub use ring::{Credentials, Ended};

use crate::clock::UnixTime;
use crate::random::NoRandomness;

/// One of the deployment's credentials.
pub struct Credential {
    name: String,
    proof: Proof,
    expires_at: Option<UnixTime>,
}

enum Proof {
    Secret(ClientSecret),
    Certificate(Box<Certificate>),
}

/// What may be told about a credential.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CredentialFacts {
    /// Tells it from the others, in logs and events. Never made from a secret.
    pub name: String,
    /// When Microsoft stops accepting it, if that is known.
    pub expires_at: Option<UnixTime>,
}

/// Fields of a form. The values are secret.
pub(super) type Fields = Vec<(&'static str, Zeroizing<String>)>;

impl Credential {
    /// A client secret. Its end is known only from whoever made it; `position` counts from 1 and names one whose end is
    /// not known.
    #[must_use]
    pub fn secret(secret: ClientSecret, expires_at: Option<UnixTime>, position: usize) -> Self {
        let name = match expires_at {
            Some(end) => format!("secret that ends at {end}"),
            None => format!("secret {position}"),
        };
        Self {
            name,
            proof: Proof::Secret(secret),
            expires_at,
        }
    }

    /// A certificate, named by its thumbprint.
    #[must_use]
    pub fn certificate(certificate: Certificate) -> Self {
        Self {
            name: format!("certificate {}", certificate.short_thumbprint()),
            expires_at: Some(certificate.not_after()),
            proof: Proof::Certificate(Box::new(certificate)),
        }
    }

    /// What may be told about it.
    #[must_use]
    pub fn facts(&self) -> CredentialFacts {
        CredentialFacts {
            name: self.name.clone(),
            expires_at: self.expires_at,
        }
    }

    /// The form fields that prove who asks.
    fn fields(
        &self,
        client_id: &str,
        audience: &str,
        now: UnixTime,
    ) -> Result<Fields, NoRandomness> {
        Ok(match &self.proof {
            Proof::Secret(secret) => {
                vec![("client_secret", Zeroizing::new(secret.expose().to_owned()))]
            }
            Proof::Certificate(certificate) => vec![
                (
                    "client_assertion_type",
                    Zeroizing::new(ASSERTION_TYPE.to_owned()),
                ),
                (
                    "client_assertion",
                    certificate.assertion(client_id, audience, now)?,
                ),
            ],
        })
    }

    /// Eight bytes of a hash, in hexadecimal. Microsoft's secrets have far too many random bits to be found by it.
    fn mark(&self, client_id: &str) -> String {
        let own = match &self.proof {
            Proof::Secret(secret) => secret.expose(),
            Proof::Certificate(_) => &self.name,
        };
        let text = Zeroizing::new(format!("connect-outlook credential\n{client_id}\n{own}"));
        let digest = ::ring::digest::digest(&::ring::digest::SHA256, text.as_bytes());
        let bytes = digest.as_ref().iter().take(8);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether it is within its time, as far as that is known.
    fn is_in_its_time(&self, now: UnixTime) -> bool {
        let begun = match &self.proof {
            Proof::Secret(_) => true,
            Proof::Certificate(certificate) => certificate.not_before() <= now,
        };
        begun && self.expires_at.is_none_or(|end| now < end)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Credential")
            .field(&self.name)
            .finish()
    }
}

/// RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
