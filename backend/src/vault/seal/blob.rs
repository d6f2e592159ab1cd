//! The stored form of a sealed value: base64 (RFC 4648 section 4, padded) of
//! `format (1 byte) ‖ key id (16) ‖ nonce (24) ‖ ciphertext and tag (16 or more)`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// Names a key: a data key by the id of its row, a key-encryption key by a fingerprint derived from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(Uuid);

/// A sealed value taken apart. Nothing in it has been checked against a key yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) key: KeyId,
    pub(super) nonce: [u8; NONCE_LENGTH],
    /// Ciphertext with the tag at its end.
    pub(super) ciphertext: Vec<u8>,
}

/// Not a value of [`FORMAT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnknownFormat;

impl KeyId {
    pub(super) const fn new(id: Uuid) -> Self {
        Self(id)
    }

    pub(in crate::vault) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Reads what [`fmt::Display`] writes.
    pub(in crate::vault) fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    pub(in crate::vault) const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl Blob {
    pub(super) fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(HEADER_LENGTH + self.ciphertext.len());
        bytes.push(FORMAT);
        bytes.extend_from_slice(self.key.as_bytes());
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.ciphertext);
        STANDARD.encode(bytes)
    }

    /// # Errors
    /// [`UnknownFormat`] for anything that [`Blob::encode`] cannot have written. A later format is refused too, and
    /// nothing is ever taken for plaintext (R118).
    pub(super) fn decode(text: &str) -> Result<Self, UnknownFormat> {
        let bytes = STANDARD.decode(text).map_err(|_| UnknownFormat)?;
        let (&format, rest) = bytes.split_first().ok_or(UnknownFormat)?;
        let (key, rest) = rest.split_first_chunk().ok_or(UnknownFormat)?;
        let (&nonce, ciphertext) = rest.split_first_chunk().ok_or(UnknownFormat)?;
        if format != FORMAT || ciphertext.len() < TAG_LENGTH {
            return Err(UnknownFormat);
        }
        let key = KeyId(Uuid::from_bytes(*key));
        Ok(Self {
            key,
            nonce,
            ciphertext: ciphertext.to_vec(),
        })
    }
}

/// The only format so far: XChaCha20-Poly1305 with a 24-byte nonce.
pub(super) const FORMAT: u8 = 1;
pub(super) const NONCE_LENGTH: usize = 24;
pub(super) const TAG_LENGTH: usize = 16;
const HEADER_LENGTH: usize = 1 + 16 + NONCE_LENGTH;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blob(ciphertext: Vec<u8>) -> Blob {
        Blob {
            key: KeyId(Uuid::from_bytes([7; 16])),
            nonce: [9; NONCE_LENGTH],
            ciphertext,
        }
    }

    /// R118: an unknown version is an error.
    #[test]
    fn a_later_format_is_refused() {
        let mut bytes = STANDARD.decode(blob(vec![1; 20]).encode()).unwrap();
        assert_eq!(bytes[0], FORMAT);
        for format in (0..=u8::MAX).filter(|format| *format != FORMAT) {
            bytes[0] = format;
            assert_eq!(Blob::decode(&STANDARD.encode(&bytes)), Err(UnknownFormat));
        }
    }

    /// R118: plaintext is never taken for a sealed value.
    #[test]
    fn plaintext_is_refused() {
        for text in [
            "",
            "ada@contoso.example",
            "0.AXoA-refresh-token",
            "eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
        ] {
            assert_eq!(Blob::decode(text), Err(UnknownFormat));
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".*") {
            let _ = Blob::decode(&text);
        }

        #[test]
        fn reading_any_bytes_never_panics_and_what_is_read_is_written_back_alike(bytes: Vec<u8>) {
            let text = STANDARD.encode(&bytes);
            if let Ok(blob) = Blob::decode(&text) {
                prop_assert_eq!(blob.encode(), text);
            }
        }

        #[test]
        fn what_is_written_is_read(ciphertext in proptest::collection::vec(any::<u8>(), TAG_LENGTH..200)) {
            let blob = blob(ciphertext);
            prop_assert_eq!(Blob::decode(&blob.encode()), Ok(blob));
        }

        #[test]
        fn a_text_cut_short_is_refused(length in 0..TAG_LENGTH) {
            prop_assert_eq!(Blob::decode(&blob(vec![0; length]).encode()), Err(UnknownFormat));
        }
    }
}
