//! Certificates with their keys, from PEM.

use std::fmt;
use std::sync::Mutex;

use ring::digest;
use ring::rsa::KeyPair;
use ring::signature::KeyPair as _;
use rustls::pki_types::pem::{PemObject as _, SectionKind};
use zeroize::Zeroizing;

use super::assertion::Signed;
use super::x509;
use crate::clock::UnixTime;

/// A certificate that the registration knows, and the key that proves it is ours.
pub struct Certificate {
    pub(super) key: KeyPair,
    /// SHA-256 of its DER.
    pub(super) thumbprint: [u8; 32],
    not_before: UnixTime,
    not_after: UnixTime,
    /// The assertion in use.
    pub(super) signed: Mutex<Option<Signed>>,
}

/// Why a text gives no certificate to sign with. It is not repeated: it holds a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No PEM, or a block of it that is broken.
    #[error("is not PEM with CERTIFICATE and PRIVATE KEY blocks")]
    NotPem,
    /// A block that calls itself a certificate.
    #[error("holds a certificate that cannot be read")]
    Unreadable,
    /// Microsoft takes RSA keys for this.
    #[error("holds a private key that is not RSA with 2048 to 4096 bits, unencrypted")]
    Key,
    /// Nothing to sign with.
    #[error("holds no certificate whose private key stands beside it")]
    NoPair,
    /// A key that would lie around for nothing.
    #[error("holds a private key that belongs to none of its certificates")]
    LostKey,
}

impl Certificate {
    /// Reads certificates and their RSA keys (PKCS #8 or PKCS #1), in any order. Certificates without a key, such as
    /// issuers, are left out. The first in the text comes first.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn read_all(pem: &str) -> Result<Vec<Self>, CertificateError> {
        let (mut certificates, mut keys) = (Vec::new(), Vec::new());
        let blocks = <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes());
        for block in blocks {
            let (kind, der) = block.map_err(|_| CertificateError::NotPem)?;
            let der = Zeroizing::new(der);
            match kind {
                SectionKind::Certificate => certificates.push(der),
                SectionKind::PrivateKey => keys.push(KeyPair::from_pkcs8(&der)),
                SectionKind::RsaPrivateKey => keys.push(KeyPair::from_der(&der)),
                SectionKind::EcPrivateKey => return Err(CertificateError::Key),
                _ => return Err(CertificateError::NotPem),
            }
        }
        let keys: Result<Vec<_>, _> = keys.into_iter().collect();
        let mut keys = keys.map_err(|_| CertificateError::Key)?;
        let mut pairs = Vec::new();
        for der in &certificates {
            pairs.extend(Self::pair(der, &mut keys)?);
        }
        match (pairs.is_empty(), keys.is_empty()) {
            (false, true) => Ok(pairs),
            (_, false) => Err(CertificateError::LostKey),
            (true, true) => Err(CertificateError::NoPair),
        }
    }

    /// The certificate with its key, which is taken out of `keys`; `None` if it is not among them.
    fn pair(der: &[u8], keys: &mut Vec<KeyPair>) -> Result<Option<Self>, CertificateError> {
        let read = x509::read(der).ok_or(CertificateError::Unreadable)?;
        let Some(at) = keys
            .iter()
            .position(|key| key.public_key().as_ref() == read.public_key)
        else {
            return Ok(None);
        };
        let mut thumbprint = [0; 32];
        thumbprint.copy_from_slice(digest::digest(&digest::SHA256, der).as_ref());
        Ok(Some(Self {
            key: keys.remove(at),
            thumbprint,
            not_before: read.not_before,
            not_after: read.not_after,
            signed: Mutex::default(),
        }))
    }

    /// When it begins to be good.
    #[must_use]
    pub const fn not_before(&self) -> UnixTime {
        self.not_before
    }

    /// When it stops.
    #[must_use]
    pub const fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// The first 16 hexadecimal digits of the SHA-256 of its DER.
    pub(super) fn short_thumbprint(&self) -> String {
        let first = self.thumbprint.iter().take(8);
        first.map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Certificate")
            .field(&self.short_thumbprint())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{
        CERTIFICATE, KEY, NOT_AFTER, NOT_BEFORE, OTHER_CERTIFICATE, OTHER_KEY, OTHER_THUMBPRINT,
        THUMBPRINT,
    };
    use super::*;

    fn read(blocks: &[&str]) -> Result<Vec<String>, CertificateError> {
        let all = Certificate::read_all(&blocks.concat())?;
        Ok(all.iter().map(Certificate::short_thumbprint).collect())
    }

    /// Thumbprints and times as OpenSSL prints them.
    #[test]
    fn the_end_is_the_certificates_own() {
        let all = Certificate::read_all(&[CERTIFICATE, KEY].concat()).unwrap();
        assert_eq!(
            (
                all[0].short_thumbprint().as_str(),
                all[0].not_before(),
                all[0].not_after()
            ),
            (THUMBPRINT, UnixTime(NOT_BEFORE), UnixTime(NOT_AFTER))
        );
    }

    #[test]
    fn each_certificate_finds_its_key_wherever_it_stands() {
        let both = read(&[CERTIFICATE, OTHER_CERTIFICATE, OTHER_KEY, KEY]).unwrap();
        assert_eq!(both, [THUMBPRINT, OTHER_THUMBPRINT]);
        let with_issuer = read(&[KEY, CERTIFICATE, OTHER_CERTIFICATE]).unwrap();
        assert_eq!(with_issuer, [THUMBPRINT]);
    }

    #[test]
    fn what_cannot_sign_is_told() {
        let cut = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n";
        for (blocks, error) in [
            (&["words"][..], CertificateError::NoPair),
            (&[CERTIFICATE], CertificateError::NoPair),
            (&[KEY], CertificateError::LostKey),
            (&[CERTIFICATE, OTHER_KEY], CertificateError::LostKey),
            (&[CERTIFICATE, cut], CertificateError::Key),
            (
                &[
                    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                    KEY,
                ],
                CertificateError::Unreadable,
            ),
            (
                &["-----BEGIN CERTIFICATE-----\nAAAA"],
                CertificateError::NotPem,
            ),
            (
                &["-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"],
                CertificateError::Key,
            ),
        ] {
            assert_eq!(read(blocks).unwrap_err(), error, "{blocks:?}");
        }
    }
}
