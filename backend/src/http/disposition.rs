//! `Content-Disposition` of downloads (RFC 6266, RFC 8187): a name that strangers chose, made harmless.

use axum::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// To be saved under `name`, or what is left of it.
pub(super) fn attachment(name: &str) -> HeaderValue {
    let name = harmless(name);
    let plain: String = name.chars().map(plain).collect();
    let encoded = utf8_percent_encode(&name, ESCAPED);
    let text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

/// A name without folders, control characters, and those that make it read otherwise than it is; never hidden, never
/// empty, its ending kept.
fn harmless(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|letter| if PARTS.contains(&letter) { '_' } else { letter })
        .filter(|letter| !letter.is_control() && !is_invisible(*letter))
        .collect();
    let name = kept.trim_matches([' ', '.']);
    if name.is_empty() {
        return NAMELESS.to_owned();
    }
    let letters = name.chars().count();
    if letters <= LONGEST {
        return name.to_owned();
    }
    let ending = name
        .rfind('.')
        .map_or("", |at| name.get(at..).unwrap_or_default());
    let ending = if ending.chars().count() <= LONGEST_ENDING {
        ending
    } else {
        ""
    };
    let room = LONGEST - ending.chars().count();
    name.chars().take(room).chain(ending.chars()).collect()
}

/// Marks that turn the direction of writing, or take no room.
const fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{feff}'
    )
}

/// For readers that know no other than the old form, which has no way to say these.
const fn plain(letter: char) -> char {
    match letter {
        '"' | '\\' | '%' => '_',
        ' '..='~' => letter,
        _ => '_',
    }
}

/// What separates folders, drives and streams, and what shells take for more than a name.
const PARTS: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

/// Everything but `attr-char` of RFC 8187.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

const NAMELESS: &str = "attachment";
const LONGEST: usize = 120;
const LONGEST_ENDING: usize = 12;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(name: &str) -> String {
        attachment(name).to_str().unwrap().to_owned()
    }

    /// R138
    #[test]
    fn a_name_is_said_in_both_forms() {
        assert_eq!(
            said("Angebot für Ada.pdf"),
            "attachment; filename=\"Angebot f_r Ada.pdf\"; filename*=UTF-8''Angebot%20f%C3%BCr%20Ada.pdf"
        );
    }

    #[test]
    fn what_could_lead_elsewhere_is_taken_out() {
        for (name, left) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\boot.ini", "C__boot.ini"),
            ("a\r\nSet-Cookie: x=y", "aSet-Cookie_ x=y"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            (".bashrc", "bashrc"),
            ("a\"; filename=evil.exe", "a_; filename=evil.exe"),
            (" . ", NAMELESS),
            ("", NAMELESS),
        ] {
            assert_eq!(harmless(name), left, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = harmless(&format!("{}.pdf", "ä".repeat(500)));
        assert_eq!(name.chars().count(), LONGEST);
        assert!(name.ends_with("ä.pdf"));
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_header(name in ".*") {
            let text = said(&name);
            let (plain, encoded) = text
                .strip_prefix("attachment; filename=\"")
                .and_then(|rest| rest.split_once("\"; filename*=UTF-8''"))
                .unwrap();
            prop_assert!(!plain.contains(['"', '\\', '/']));
            prop_assert!(!encoded.contains([';', ' ', '"', '\'', '/']));
        }
    }
}
