//! Codes and refresh tokens: opaque text that knows whether it arrived whole. Entra answers a truncated value differently
//! from one it does not know (entra 42, 70), so the text ends in a checksum of itself.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::random;

/// A fresh value: `prefix`, 500 unpredictable bytes as base64url, and the checksum.
pub(super) fn fresh(prefix: &str) -> String {
    let body = format!("{prefix}{}", random::text::<500>());
    let checksum = checksum(&body);
    body + &checksum
}

/// Whether `text` is a value as [`fresh`] makes them, complete and unchanged.
pub(super) fn is_whole(text: &str) -> bool {
    let split = text
        .len()
        .checked_sub(CHECKSUM_LENGTH)
        .filter(|at| text.is_char_boundary(*at));
    split.is_some_and(|at| checksum(&text[..at]) == text[at..])
}

fn checksum(body: &str) -> String {
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(body));
    text.truncate(CHECKSUM_LENGTH);
    text
}

const CHECKSUM_LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_values_are_whole() {
        let value = fresh("1.A");
        assert!(is_whole(&value));
        assert!(!is_whole(&value[..value.len() - 1]));
        assert!(!is_whole(&value[1..]));
        assert!(!is_whole(""));
        assert!(!is_whole("äöüäöüäöüäöü"));
    }
}
