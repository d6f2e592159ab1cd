//! Encodings shared by the modules of this crate: base64url and the query string.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

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
    append_escaped(query, value, UNRESERVED_MARKS);
}

/// Appends `text`, of which letters, digits and the characters of `kept` stay as they are. Written out: a
/// crate's table of all 256 escapes would travel to every browser.
pub fn append_escaped(to: &mut String, text: &str, kept: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            to.push(char::from(byte));
            continue;
        }
        to.push('%');
        for half in [byte >> 4, byte & 15] {
            to.push(char::from(half + if half < 10 { b'0' } else { b'A' - 10 }));
        }
    }
}

/// Decodes one component of `application/x-www-form-urlencoded`: `+` is a space, broken escapes and bytes that are
/// not UTF-8 are refused.
pub(crate) fn decode_component(raw: &str) -> Option<String> {
    let mut bytes = raw.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => (half(bytes.next()?)? << 4) | half(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn half(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// RFC 3986 section 2.3: what needs no escape beside letters and digits.
const UNRESERVED_MARKS: &[u8] = b"-._~";

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
        for broken in ["%", "%z", "%zz", "%+1", "a%2", "%c0%af", "%ff"] {
            assert_eq!(decode_component(broken), None, "{broken}");
        }
    }
}
