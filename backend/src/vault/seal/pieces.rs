//! Sealing a file piece by piece: the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, "Online
//! Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015) over XChaCha20-Poly1305.
//!
//! Every file has a key of its own, from the key-encryption key and a random salt, so counted nonces never repeat. A
//! piece opens only in its place, the last one only as the last: nothing can be moved, left out or cut off unnoticed.

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use ring::hkdf;
use zeroize::Zeroizing;

/// Seals or opens the pieces of one file, in order.
pub(in crate::vault) struct Pieces {
    cipher: XChaCha20Poly1305,
    header: Vec<u8>,
    next: u64,
}

/// A piece that was changed, moved, cut off, or sealed under another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vault) struct NotAPiece;

impl Pieces {
    /// `header` is how the file begins; it is protected with every piece, and ends with the salt.
    pub(super) fn new(root: &Zeroizing<[u8; 32]>, header: &[u8], salt: &[u8; SALT_LENGTH]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new((&*file_key(root, salt)).into()),
            header: header.to_vec(),
            next: 0,
        }
    }

    /// Seals in place.
    #[expect(
        clippy::expect_used,
        reason = "the cipher refuses only messages beyond 256 GiB, and pieces are small"
    )]
    pub(in crate::vault) fn seal(&mut self, piece: &mut Vec<u8>, last: bool) {
        let nonce = self.count(last);
        self.cipher
            .encrypt_in_place(&nonce, &self.header, piece)
            .expect("below the cipher's limit");
    }

    /// Opens in place.
    pub(in crate::vault) fn open(
        &mut self,
        piece: &mut Vec<u8>,
        last: bool,
    ) -> Result<(), NotAPiece> {
        let nonce = self.count(last);
        self.cipher
            .decrypt_in_place(&nonce, &self.header, piece)
            .map_err(|_| NotAPiece)
    }

    /// Fifteen zeros, the piece's number, and whether it is the last.
    fn count(&mut self, last: bool) -> XNonce {
        let mut nonce = [0; 24];
        nonce[15..23].copy_from_slice(&self.next.to_be_bytes());
        nonce[23] = u8::from(last);
        self.next += 1;
        nonce.into()
    }
}

#[expect(
    clippy::expect_used,
    reason = "HKDF refuses only more than 255 times 32 bytes, and this is 32"
)]
fn file_key(root: &Zeroizing<[u8; 32]>, salt: &[u8; SALT_LENGTH]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(&**root)
        .expand(&[b"connect-outlook export"], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut *key))
        .expect("32 bytes from HKDF-SHA-256");
    key
}

/// Random bytes that make a file's key its own.
pub(in crate::vault) const SALT_LENGTH: usize = 32;
/// What sealing adds to a piece.
pub(in crate::vault) const PIECE_OVERHEAD: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(salt: u8) -> Pieces {
        Pieces::new(&Zeroizing::new([1; 32]), b"header", &[salt; SALT_LENGTH])
    }

    fn sealed() -> [Vec<u8>; 3] {
        let mut writer = pieces(7);
        [(b"one", false), (b"two", false), (b"end", true)].map(|(text, last)| {
            let mut piece = text.to_vec();
            writer.seal(&mut piece, last);
            assert_eq!(piece.len(), 3 + PIECE_OVERHEAD);
            piece
        })
    }

    fn open(reader: &mut Pieces, piece: &[u8], last: bool) -> Result<Vec<u8>, NotAPiece> {
        let mut piece = piece.to_vec();
        reader.open(&mut piece, last).map(|()| piece)
    }

    #[test]
    fn pieces_open_in_their_order() {
        let [one, two, end] = sealed();
        let mut reader = pieces(7);
        assert_eq!(open(&mut reader, &one, false).unwrap(), b"one");
        assert_eq!(open(&mut reader, &two, false).unwrap(), b"two");
        assert_eq!(open(&mut reader, &end, true).unwrap(), b"end");
    }

    /// R117 for files.
    #[test]
    fn a_piece_opens_nowhere_else() {
        let [one, two, end] = sealed();
        for (piece, last) in [(&two, false), (&end, true), (&end, false), (&one, true)] {
            assert_eq!(open(&mut pieces(7), piece, last), Err(NotAPiece));
        }
        assert_eq!(open(&mut pieces(8), &one, false), Err(NotAPiece));
        let mut other_header = Pieces::new(&Zeroizing::new([1; 32]), b"Header", &[7; SALT_LENGTH]);
        assert_eq!(open(&mut other_header, &one, false), Err(NotAPiece));
        let mut other_key = Pieces::new(&Zeroizing::new([2; 32]), b"header", &[7; SALT_LENGTH]);
        assert_eq!(open(&mut other_key, &one, false), Err(NotAPiece));
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let [one, ..] = sealed();
        for bit in 0..one.len() * 8 {
            let mut flipped = one.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&mut pieces(7), &flipped, false), Err(NotAPiece));
        }
    }

    /// The key of a file is that of RFC 5869 with our label, worked out with Python's hmac module.
    #[test]
    fn the_key_of_a_file_is_hkdf() {
        let key = file_key(&Zeroizing::new([1; 32]), &[7; SALT_LENGTH]);
        assert_eq!(
            crate::vault::id::hex(&*key),
            "c0015ff45986845867ddc8c0c8fcab23fe6d96708427c1fe2f4cd3068dabc3de"
        );
    }
}
