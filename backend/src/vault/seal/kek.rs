//! One key-encryption key, as the working keys derived from it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hkdf;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::blob::KeyId;
use super::cipher::SealingKey;

/// The key as given is forgotten once these are derived.
pub(super) struct KeyEncryptionKey {
    pub(super) id: KeyId,
    pub(super) wrapping: Zeroizing<[u8; 32]>,
    pub(super) attempts: SealingKey,
    pub(super) exports: Zeroizing<[u8; 32]>,
}

impl KeyEncryptionKey {
    /// HKDF-SHA-256 (RFC 5869) with one label for each purpose (R122). The fingerprint that names the key is derived
    /// likewise, so it tells nothing about the others and needs no bookkeeping.
    pub(super) fn derive(root: &Zeroizing<[u8; 32]>) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"connect-outlook vault").extract(&**root);
        let mut id = [0; 16];
        id.copy_from_slice(&expand(&root, b"key id")[..16]);
        let id = KeyId::new(Uuid::from_bytes(id));
        Self {
            id,
            wrapping: expand(&root, b"wrap data keys"),
            attempts: SealingKey::new(id, &expand(&root, b"seal attempts")),
            exports: expand(&root, b"seal exports"),
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "HKDF refuses only more than 255 times 32 bytes, and this is 32"
)]
fn expand(root: &hkdf::Prk, label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    root.expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut *key))
        .expect("32 bytes from HKDF-SHA-256");
    key
}

/// Reads 64 hexadecimal digits or 44 characters of base64.
pub(super) fn read_key(word: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        for (byte, pair) in key.iter_mut().zip(word.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        return Some(key);
    }
    let decoded = Zeroizing::new(STANDARD.decode(word).ok()?);
    key.copy_from_slice(decoded.get(..32).filter(|_| decoded.len() == 32)?);
    Some(key)
}
