//! Claims challenges in `WWW-Authenticate` (Microsoft: "Claims challenges, claims requests and client capabilities").
//! Pure.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// The claims that Graph wants a token to meet, as JSON. Several headers may stand there, with their parameters in any
/// order; what cannot be read is no challenge.
pub(super) fn claims<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<String> {
    headers
        .into_iter()
        .filter(|header| header.len() <= LONGEST && is_bearer(header))
        .find_map(|header| decode(parameter(header, "claims")?))
}

fn is_bearer(header: &str) -> bool {
    let scheme = header.split_whitespace().next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("bearer")
}

/// The value of `name="value"`.
fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = header;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].chars().next_back();
        let after = &rest[at + name.len()..];
        let begins = before.is_none_or(|letter| letter == ',' || letter.is_whitespace());
        if let Some(value) = after.strip_prefix("=\"").filter(|_| begins) {
            return value.split('"').next();
        }
        rest = after;
    }
    None
}

fn decode(text: &str) -> Option<String> {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&STANDARD, lenient).decode(text).ok()?;
    let json = String::from_utf8(bytes).ok()?;
    let is_object = serde_json::from_str::<Value>(&json).is_ok_and(|value| value.is_object());
    is_object.then_some(json)
}

/// Characters of a header that is looked at.
const LONGEST: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;
    const ENCODED: &str =
        "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==";

    #[test]
    fn a_challenge_is_found_among_others_in_any_order() {
        for headers in [
            vec![format!(
                r#"Bearer realm="", authorization_uri="https://login.example/", error="insufficient_claims", claims="{ENCODED}""#
            )],
            vec![
                "Basic realm=\"\"".to_owned(),
                format!(
                    r#"bearer claims="{}",error="insufficient_claims""#,
                    ENCODED.trim_end_matches('=')
                ),
            ],
            vec![format!(r#"Bearer x_claims="no", claims="{ENCODED}""#)],
        ] {
            let found = claims(headers.iter().map(String::as_str));
            assert_eq!(found.as_deref(), Some(CLAIMS), "{headers:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_challenge() {
        for header in [
            "",
            "Bearer",
            r#"Bearer error="invalid_token""#,
            r#"Bearer claims="""#,
            r#"Bearer claims="!!!""#,
            r#"Bearer claims="W10=""#,
            r#"Bearer claims=eyJ9"#,
            &format!(r#"Negotiate claims="{ENCODED}""#),
        ] {
            assert_eq!(claims([header]), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(text in ".*") {
            let _ = claims([format!("Bearer {text}").as_str()]);
        }
    }
}
