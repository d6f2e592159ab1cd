//! The operating system's randomness, as the values the emulator hands out.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// `N` unpredictable bytes.
#[expect(
    clippy::expect_used,
    reason = "a machine without randomness cannot emulate a token issuer; nothing can go on"
)]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// `N` unpredictable bytes as base64url text.
pub(crate) fn text<const N: usize>() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes::<N>())
}

/// A fresh GUID in lower case.
pub(crate) fn guid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A whole number from `lowest` to `highest`, both included; evenly enough for lifetimes and orders.
pub(crate) fn between(lowest: i64, highest: i64) -> i64 {
    let span = (highest - lowest).unsigned_abs().saturating_add(1);
    let picked = u64::from_le_bytes(bytes()) % span;
    lowest.saturating_add_unsigned(picked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_their_bounds() {
        assert!((0..1000).all(|_| (3600..=5400).contains(&between(3600, 5400))));
        assert_eq!(between(7, 7), 7);
    }
}
