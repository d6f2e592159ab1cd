//! Wrapping a data key with AES-256 key wrap (RFC 3394, NIST SP 800-38F; R116).
//!
//! It needs no nonce and binds no associated data. A wrapped key moved to another account gains nothing: what it opens
//! names the account's row and the key (R117).

use aes_kw::{KeyInit as _, KwAes256};
use zeroize::Zeroizing;

/// 256 bits of data key and the 64 bits that RFC 3394 adds.
pub(super) const WRAPPED_LENGTH: usize = 40;

/// Wraps `data_key` under `wrapping_key`.
#[expect(
    clippy::expect_used,
    reason = "wrapping refuses only lengths, and these are fixed by the types"
)]
pub(super) fn wrap(
    wrapping_key: &Zeroizing<[u8; 32]>,
    data_key: &Zeroizing<[u8; 32]>,
) -> [u8; WRAPPED_LENGTH] {
    let mut wrapped = [0; WRAPPED_LENGTH];
    KwAes256::new((&**wrapping_key).into())
        .wrap_key(&**data_key, &mut wrapped)
        .expect("32 bytes become 40");
    wrapped
}

/// Unwraps; `None` when the integrity check of RFC 3394 section 2.2.3 fails.
pub(super) fn unwrap(
    wrapping_key: &Zeroizing<[u8; 32]>,
    wrapped: &[u8; WRAPPED_LENGTH],
) -> Option<Zeroizing<[u8; 32]>> {
    let mut data_key = Zeroizing::new([0; 32]);
    KwAes256::new((&**wrapping_key).into())
        .unwrap_key(wrapped, &mut *data_key)
        .ok()?;
    Some(data_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> Zeroizing<[u8; 32]> {
        Zeroizing::new(std::array::from_fn(|index| index as u8))
    }

    /// R116: RFC 3394 section 4.6, 256 bits of key data under a 256-bit key.
    #[test]
    fn the_vector_of_rfc_3394_section_4_6_holds() {
        let mut data_key = Zeroizing::new([0; 32]);
        for (index, byte) in data_key.iter_mut().enumerate() {
            *byte = if index < 16 {
                index as u8 * 0x11
            } else {
                index as u8 - 16
            };
        }
        let wrapped = wrap(&counting(), &data_key);
        let hex = crate::vault::id::hex(&wrapped).to_uppercase();
        assert_eq!(
            hex,
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
        );
        assert_eq!(unwrap(&counting(), &wrapped), Some(data_key));
    }

    /// RFC 3394 section 4.3: the same code, 128 bits of key data.
    #[test]
    fn the_vector_of_rfc_3394_section_4_3_holds() {
        let key_data: [u8; 16] = std::array::from_fn(|index| index as u8 * 0x11);
        let mut wrapped = [0; 24];
        KwAes256::new((&*counting()).into())
            .wrap_key(&key_data, &mut wrapped)
            .unwrap();
        let hex = crate::vault::id::hex(&wrapped).to_uppercase();
        assert_eq!(hex, "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7");
    }

    /// R119: a changed wrapping yields no key.
    #[test]
    fn a_flipped_bit_yields_no_key() {
        let wrapped = wrap(&counting(), &Zeroizing::new([5; 32]));
        for index in 0..wrapped.len() * 8 {
            let mut flipped = wrapped;
            flipped[index / 8] ^= 1 << (index % 8);
            assert_eq!(unwrap(&counting(), &flipped), None);
        }
        assert_eq!(unwrap(&Zeroizing::new([6; 32]), &wrapped), None);
    }
}
