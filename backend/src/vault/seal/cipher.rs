//! Sealing one field with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).
//!
//! Its nonce has 192 bits: random ones do not meet in any number of uses that could occur, so no counter is kept (R115
//! asks for one with 96-bit nonces).

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::SealError;
use super::blob::{Blob, FORMAT, KeyId, TAG_LENGTH};
use super::place::Place;
use crate::random::{self, NoRandomness};

/// A key that seals fields: an account's data key, or the key for attempts.
pub(in crate::vault) struct SealingKey {
    id: KeyId,
    cipher: XChaCha20Poly1305,
}

impl SealingKey {
    pub(super) fn new(id: KeyId, key: &Zeroizing<[u8; 32]>) -> Self {
        Self {
            id,
            cipher: XChaCha20Poly1305::new((&**key).into()),
        }
    }

    /// Seals `plaintext` for `place`. Two calls never give the same text (R114).
    #[expect(
        clippy::expect_used,
        reason = "the cipher refuses only messages beyond 256 GiB, and no string is that long"
    )]
    pub(in crate::vault) fn seal(
        &self,
        place: Place<'_>,
        plaintext: &str,
    ) -> Result<String, NoRandomness> {
        let nonce = random::bytes()?;
        // Room for the tag from the start: a buffer that moves would leave plaintext behind.
        let mut buffer = Zeroizing::new(Vec::with_capacity(plaintext.len() + TAG_LENGTH));
        buffer.extend_from_slice(plaintext.as_bytes());
        self.cipher
            .encrypt_in_place(
                &XNonce::from(nonce),
                &place.associated_data(FORMAT, self.id),
                &mut *buffer,
            )
            .expect("below the cipher's limit");
        Ok(Blob {
            key: self.id,
            nonce,
            ciphertext: buffer.to_vec(),
        }
        .encode())
    }

    /// Opens what was sealed for this very `place` under this very key.
    ///
    /// # Errors
    /// [`SealError::UnknownFormat`] and [`SealError::Damaged`]; no byte of the value leaves then (R119).
    pub(in crate::vault) fn open(
        &self,
        place: Place<'_>,
        sealed: &str,
    ) -> Result<Zeroizing<String>, SealError> {
        let damaged = || SealError::Damaged {
            place: place.to_string(),
        };
        let blob = Blob::decode(sealed).map_err(|_| SealError::UnknownFormat {
            place: place.to_string(),
        })?;
        if blob.key != self.id {
            return Err(damaged());
        }
        let mut buffer = Zeroizing::new(blob.ciphertext);
        self.cipher
            .decrypt_in_place(
                &XNonce::from(blob.nonce),
                &place.associated_data(FORMAT, self.id),
                &mut *buffer,
            )
            .map_err(|_| damaged())?;
        let text = std::str::from_utf8(&buffer).map_err(|_| damaged())?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// The key that a sealed value says it needs, without opening it.
pub(in crate::vault) fn key_of(place: Place<'_>, sealed: &str) -> Result<KeyId, SealError> {
    Blob::decode(sealed)
        .map(|blob| blob.key)
        .map_err(|_| SealError::UnknownFormat {
            place: place.to_string(),
        })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::place::Field;
    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::new(
            KeyId::new(uuid::Uuid::from_bytes([byte; 16])),
            &Zeroizing::new([byte; 32]),
        )
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks_exact(2);
        digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// R114: the published vector, draft-irtf-cfrg-xchacha-03 appendix A.3.1.
    #[test]
    fn the_cipher_is_xchacha20_poly1305() {
        let key: [u8; 32] = std::array::from_fn(|index| 0x80 + index as u8);
        let nonce: [u8; 24] = std::array::from_fn(|index| 0x40 + index as u8);
        let associated_data = bytes("50515253c0c1c2c3c4c5c6c7");
        let mut buffer =
            b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
                           future, sunscreen would be it."
                .to_vec();
        XChaCha20Poly1305::new(&key.into())
            .encrypt_in_place(&nonce.into(), &associated_data, &mut buffer)
            .unwrap();
        let expected = "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f\
                        4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f\
                        76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49";
        assert_eq!(buffer, bytes(expected));
    }

    #[test]
    fn what_was_sealed_opens_in_its_place() {
        let place = Place::new(Field::AccessToken, "row");
        for text in ["", "opaque", &"t".repeat(20_000)] {
            let sealed = key(1).seal(place, text).unwrap();
            assert_eq!(*key(1).open(place, &sealed).unwrap(), text);
        }
    }

    /// R114: two encryptions of one value differ; nonces do not repeat.
    #[test]
    fn no_nonce_comes_twice() {
        let (key, place) = (key(1), Place::new(Field::AccessToken, "row"));
        let nonce = |_| {
            Blob::decode(&key.seal(place, "the same").unwrap())
                .unwrap()
                .nonce
        };
        assert_eq!((0..20_000).map(nonce).collect::<HashSet<_>>().len(), 20_000);
    }

    /// R117: another field, another row or another key, and it stays shut.
    #[test]
    fn a_moved_value_does_not_open() {
        for field in Field::ALL {
            let sealed = key(1).seal(Place::new(field, "row"), "secret").unwrap();
            for other in Field::ALL {
                let opened = key(1).open(Place::new(other, "row"), &sealed);
                assert_eq!(
                    opened.is_ok(),
                    field == other,
                    "{field:?} read as {other:?}"
                );
                assert!(
                    key(1)
                        .open(Place::new(other, "other row"), &sealed)
                        .is_err()
                );
                assert!(key(2).open(Place::new(other, "row"), &sealed).is_err());
            }
        }
    }

    /// R117: the key's name is protected too, not only its bytes.
    #[test]
    fn the_same_bytes_under_another_name_do_not_open() {
        let place = Place::new(Field::AccessToken, "row");
        let sealed = key(1).seal(place, "secret").unwrap();
        let renamed = SealingKey {
            id: key(2).id,
            ..key(1)
        };
        let mut blob = Blob::decode(&sealed).unwrap();
        blob.key = renamed.id;
        assert!(matches!(
            renamed.open(place, &blob.encode()),
            Err(SealError::Damaged { .. })
        ));
    }

    /// R118: a value that names another key than the one at hand is not tried with it, although it would open.
    #[test]
    fn a_value_that_names_another_key_does_not_open() {
        let place = Place::new(Field::AccessToken, "row");
        let mut blob = Blob::decode(&key(1).seal(place, "secret").unwrap()).unwrap();
        blob.key = key(2).id;
        assert!(matches!(
            key(1).open(place, &blob.encode()),
            Err(SealError::Damaged { .. })
        ));
    }

    /// R119, F51: one bit anywhere, and there is an error that names the place and no bytes.
    #[test]
    fn a_flipped_bit_is_noticed_wherever_it_is() {
        let place = Place::new(Field::RefreshToken, "row");
        let blob = Blob::decode(&key(1).seal(place, "secret").unwrap()).unwrap();
        for index in 0..blob.ciphertext.len() * 8 {
            let mut flipped = blob.clone();
            flipped.ciphertext[index / 8] ^= 1 << (index % 8);
            let error = key(1).open(place, &flipped.encode()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "grants.sealed_refresh_token of row row does not open"
            );
        }
    }
}
