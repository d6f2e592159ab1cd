//! Encodings shared by the modules of this crate: base64url and the query string.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// 32 bytes as the 43 characters of base64url without padding (RFC 4648 section 5).
pub(crate) fn base64url(bytes: &[u8; 32]) -> String {
    let mut text = [0; 43];
    // Never too small: 32 bytes are 43 characters. `encode` itself would bring the printing of its impossible error
    // into the browser, 1.6 KB of it.
    let _: Result<usize, _> = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text);
    text.iter().map(|byte| char::from(*byte)).collect()
}

/// Whether `text` is exactly what [`base64url`] writes for 32 bytes.
pub(crate) fn is_base64url_of_32(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Appends `name=value`, percent-encoded, with the separator it needs.
pub(crate) fn append_pair(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.extend(utf8_percent_encode(value, UNRESERVED_KEPT));
}

/// Decodes one component of `application/x-www-form-urlencoded`: `+` is a space, broken escapes and bytes that are
/// not UTF-8 are refused.
pub(crate) fn decode_component(raw: &str) -> Option<String> {
    let bytes = raw.as_bytes();
    let well_formed = bytes.iter().enumerate().all(|(index, byte)| {
        *byte != b'%'
            || (bytes.get(index + 1).is_some_and(u8::is_ascii_hexdigit)
                && bytes.get(index + 2).is_some_and(u8::is_ascii_hexdigit))
    });
    if !well_formed {
        return None;
    }
    let spaced = raw.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .ok()
        .map(|text| text.into_owned())
}

/// RFC 3986 section 2.3: the characters that need no escape.
const UNRESERVED_KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_comes_back_as_it_was() {
        let mut query = String::new();
        append_pair(&mut query, "a", "x y/ü&=+%");
        assert_eq!(query, "a=x%20y%2F%C3%BC%26%3D%2B%25");
        assert_eq!(decode_component(&query[2..]).as_deref(), Some("x y/ü&=+%"));
    }

    #[test]
    fn broken_escapes_are_refused_not_repaired() {
        for broken in ["%", "%z", "%zz", "a%2", "%c0%af", "%ff"] {
            assert_eq!(decode_component(broken), None, "{broken}");
        }
    }
}
