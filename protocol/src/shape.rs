//! What the values of a callback may look like, wherever they are read: in the address by the page, in a body by the
//! server.

use serde::de::{Deserialize as _, Deserializer, Error as _};

use crate::secret::AuthorizationCode;

/// Bytes at most, and whether there may be several lines.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    limit: usize,
    lines: bool,
}

impl Shape {
    /// Whether `value` is of this shape: something, not too much of it, and nothing that steers a terminal or a header.
    pub(crate) fn fits(self, value: &str) -> bool {
        let plain =
            |character: char| !character.is_control() || (self.lines && "\r\n".contains(character));
        !value.is_empty() && value.len() <= self.limit && value.chars().all(plain)
    }
}

/// Codes have hundreds of characters, with personal accounts up to some thousands.
pub(crate) const CODE: Shape = Shape {
    limit: 8 * 1024,
    lines: false,
};
/// What people write.
pub(crate) const PROSE: Shape = Shape {
    limit: 8 * 1024,
    lines: true,
};
/// What programs switch on.
pub(crate) const WORD: Shape = Shape {
    limit: 512,
    lines: false,
};

/// For serde: a code of its shape.
pub(crate) fn read_code<'de, D: Deserializer<'de>>(from: D) -> Result<AuthorizationCode, D::Error> {
    let code = AuthorizationCode::deserialize(from)?;
    if CODE.fits(code.expose()) {
        Ok(code)
    } else {
        Err(D::Error::custom("not the shape of a code"))
    }
}

/// For serde: a word.
pub(crate) fn read_word<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    fitting(WORD, String::deserialize(from)?)
}

/// For serde: a word, or nothing.
pub(crate) fn read_word_if_any<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)?
        .map(|value| fitting(WORD, value))
        .transpose()
}

/// For serde: prose, or nothing.
pub(crate) fn read_prose_if_any<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)?
        .map(|value| fitting(PROSE, value))
        .transpose()
}

fn fitting<E: serde::de::Error>(shape: Shape, value: String) -> Result<String, E> {
    if shape.fits(&value) {
        Ok(value)
    } else {
        Err(E::custom("empty, too long or not printable"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_something_bounded_and_printable() {
        assert!(CODE.fits("0.AX+z/M.C507_BAY!*$"));
        assert!(PROSE.fits("AADSTS65004: No.\r\nTrace ID: x"));
        for bad in [
            "",
            "a\0",
            "a\r\nX: 1",
            "\u{1b}[2J",
            &"a".repeat(8 * 1024 + 1),
        ] {
            assert!(!CODE.fits(bad), "{bad:?}");
        }
        assert!(!PROSE.fits("\u{1b}[2J"));
        assert!(!WORD.fits(&"a".repeat(513)));
    }
}
