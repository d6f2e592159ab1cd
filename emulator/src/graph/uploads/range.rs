//! `Content-Range: bytes {first}-{last}/{total}`, as parts of an upload say it (RFC 9110 §14.4).

/// The part of a file that a request carries. `first <= last < total` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    /// Number of its first byte.
    pub(crate) first: u64,
    /// Number of its last byte.
    pub(crate) last: u64,
    /// Bytes of the whole file.
    pub(crate) total: u64,
}

impl ContentRange {
    /// Reads a header's value; `None` for what is not of this form, or describes no part.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (unit, rest) = text.split_once(' ')?;
        let (range, total) = rest.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let range = Self {
            first: number(first)?,
            last: number(last)?,
            total: number(total)?,
        };
        let sound = range.first <= range.last && range.last < range.total;
        (unit.eq_ignore_ascii_case("bytes") && sound).then_some(range)
    }

    /// Bytes that it has.
    pub(crate) fn length(&self) -> u64 {
        self.last - self.first + 1
    }
}

/// Digits only: no sign, no blanks.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::ContentRange;
    use proptest::prelude::*;

    #[test]
    fn the_documented_form_is_read() {
        let range = ContentRange::parse("bytes 2097152-3483321/3483322").expect("a range");
        assert_eq!((range.first, range.length()), (2_097_152, 1_386_170));
        assert_eq!(range.total, 3_483_322);
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "",
            "bytes",
            "bytes 0-1",
            "bytes 0-1/*",
            "bytes */2",
            "bytes 1-0/2",
            "bytes 0-2/2",
            "bytes 0-1/2 ",
            "bytes  0-1/2",
            "bytes +0-1/2",
            "bytes -1-1/2",
            "items 0-1/2",
            "bytes=0-1/2",
            "bytes 0-99999999999999999999/99999999999999999999999",
        ] {
            assert_eq!(ContentRange::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_a_part_of_the_file(text in "(bytes|BYTES|b)? ?[0-9]{0,3}-?[0-9]{0,3}/?[0-9*]{0,3}") {
            if let Some(range) = ContentRange::parse(&text) {
                prop_assert!(range.first <= range.last && range.last < range.total);
                let written = format!("bytes {}-{}/{}", range.first, range.last, range.total);
                prop_assert_eq!(ContentRange::parse(&written), Some(range));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            let _ = ContentRange::parse(&text);
        }
    }
}
