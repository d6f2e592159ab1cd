//! What Microsoft's redirect says: a code, or a refusal (RFC 6749 section 4.1.2, RFC 9207).
//!
//! The parameters come from outside and are read strictly: each at most once, none empty, no code beside an error.
//! A parameter that nobody here needs is passed over, and tokens in the address are never read.

use std::fmt;

use crate::encoding::decode_component;
use crate::secret::AuthorizationCode;
use crate::shape::{CODE, PROSE, Shape, WORD};
use crate::state::State;

/// A redirect that belongs to an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callback {
    /// The visitor agreed.
    Code {
        /// To be redeemed once.
        code: AuthorizationCode,
        /// Names the attempt.
        state: State,
        /// The issuer, if the server says it (RFC 9207 section 2).
        issuer: Option<String>,
    },
    /// Microsoft, a policy or the visitor refused.
    Refused {
        /// Names the attempt.
        state: State,
        /// In Microsoft's words: to be decoded, never shown.
        refusal: RefusedCallback,
    },
}

impl Callback {
    /// Names the attempt.
    #[must_use]
    pub const fn state(&self) -> &State {
        match self {
            Self::Code { state, .. } | Self::Refused { state, .. } => state,
        }
    }
}

/// The parameters of a refusal, as they came. Text for programs and logs; what people read is ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedCallback {
    /// The OAuth error, such as `access_denied`.
    pub error: String,
    /// `cancel` when the visitor turned back on Microsoft's pages.
    pub error_subcode: Option<String>,
    /// Prose with an AADSTS number, trace and correlation ids.
    pub error_description: Option<String>,
    /// Microsoft's finer class.
    pub suberror: Option<String>,
    /// A claims challenge to repeat at the next attempt.
    pub claims: Option<String>,
}

/// Why a redirect cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackError {
    /// A parameter stands there twice.
    Repeated(&'static str),
    /// A parameter is missing, empty, too long or not of its shape.
    Malformed(&'static str),
    /// Both a code and an error.
    CodeAndError,
    /// More parameters or bytes than any answer has.
    TooLong,
}

impl fmt::Display for CallbackError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeated(name) => write!(formatter, "{name} is repeated"),
            Self::Malformed(name) => write!(formatter, "{name} is missing or malformed"),
            Self::CodeAndError => formatter.write_str("code and error together"),
            Self::TooLong => formatter.write_str("too long"),
        }
    }
}

impl std::error::Error for CallbackError {}

/// Whether a query or fragment could be an answer of ours: `state` beside `code` or `error`. Pages use it to leave
/// other people's addresses alone.
#[must_use]
pub fn looks_like_callback(text: &str) -> bool {
    let has = |name: &str| pairs(text).any(|(found, _)| found == name);
    has("state") && (has("code") || has("error"))
}

/// Reads the query (behind `?`) or fragment (behind `#`) of a redirect; a leading `?`, `#` or `/` and the empty `#`
/// that Microsoft puts at the end of queries are tolerated.
///
/// # Errors
/// [`CallbackError`]: the redirect is not to be used; nothing was decided.
pub fn parse(text: &str) -> Result<Callback, CallbackError> {
    within_bounds(text)?;
    let state = required(text, "state", WORD)?;
    let state = State::parse(&state).map_err(|malformed| CallbackError::Malformed(malformed.0))?;
    let code = optional(text, "code", CODE)?;
    let error = optional(text, "error", WORD)?;
    match (code, error) {
        (Some(_), Some(_)) => Err(CallbackError::CodeAndError),
        (None, None) => Err(CallbackError::Malformed("code")),
        (Some(code), None) => Ok(Callback::Code {
            code: AuthorizationCode::new(code),
            state,
            issuer: optional(text, "iss", WORD)?,
        }),
        (None, Some(error)) => Ok(Callback::Refused {
            state,
            refusal: RefusedCallback {
                error,
                error_subcode: optional(text, "error_subcode", WORD)?,
                error_description: optional(text, "error_description", PROSE)?,
                suberror: optional(text, "suberror", WORD)?,
                claims: optional(text, "claims", PROSE)?,
            },
        }),
    }
}

/// # Errors
/// [`CallbackError::TooLong`].
pub(crate) fn within_bounds(text: &str) -> Result<(), CallbackError> {
    if text.len() > MAX_LENGTH || pairs(text).count() > MAX_PARAMETERS {
        return Err(CallbackError::TooLong);
    }
    Ok(())
}

pub(crate) fn required(
    text: &str,
    name: &'static str,
    shape: Shape,
) -> Result<String, CallbackError> {
    optional(text, name, shape)?.ok_or(CallbackError::Malformed(name))
}

pub(crate) fn optional(
    text: &str,
    name: &'static str,
    shape: Shape,
) -> Result<Option<String>, CallbackError> {
    let mut found = pairs(text).filter(|(key, _)| *key == name);
    let Some((_, raw)) = found.next() else {
        return Ok(None);
    };
    if found.next().is_some() {
        return Err(CallbackError::Repeated(name));
    }
    let value = decode_component(raw).ok_or(CallbackError::Malformed(name))?;
    if !shape.fits(&value) {
        return Err(CallbackError::Malformed(name));
    }
    Ok(Some(value))
}

pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.trim_start_matches(['?', '#', '/'])
        .trim_end_matches('#')
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// A redirect is bounded by what browsers put into an address.
const MAX_LENGTH: usize = 32 * 1024;
const MAX_PARAMETERS: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STATE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

    #[test]
    fn a_code_is_read_from_query_and_fragment_alike() {
        for text in [
            format!("?code=0.AX%2Bz&state={STATE}&session_state=11111111-2222#"),
            format!("#code=0.AX%2Bz&state={STATE}&session_state=11111111-2222"),
            format!("#/code=0.AX%2Bz&state={STATE}"),
        ] {
            let Callback::Code {
                code,
                state,
                issuer,
            } = parse(&text).unwrap()
            else {
                panic!("a code");
            };
            assert_eq!(
                (code.expose(), state.expose(), issuer),
                ("0.AX+z", STATE, None)
            );
            assert!(looks_like_callback(&text));
        }
    }

    #[test]
    fn a_cancelled_sign_in_comes_without_a_description() {
        let text = format!("error=access_denied&error_subcode=cancel&state={STATE}");
        let Callback::Refused { refusal, .. } = parse(&text).unwrap() else {
            panic!("a refusal");
        };
        assert_eq!(refusal.error, "access_denied");
        assert_eq!(refusal.error_subcode.as_deref(), Some("cancel"));
        assert_eq!(refusal.error_description, None);
    }

    #[test]
    fn a_description_keeps_its_lines() {
        let text = format!(
            "error=access_denied&error_description=AADSTS65004%3a+No.%0d%0aTrace+ID%3a+x&state={STATE}"
        );
        let Callback::Refused { refusal, .. } = parse(&text).unwrap() else {
            panic!("a refusal");
        };
        assert_eq!(
            refusal.error_description.as_deref(),
            Some("AADSTS65004: No.\r\nTrace ID: x")
        );
    }

    /// R29: each parameter at most once, none empty, not both answers.
    #[test]
    fn duplicates_empty_values_and_contradictions_are_refused() {
        let cases = [
            (
                format!("code=a&code=b&state={STATE}"),
                CallbackError::Repeated("code"),
            ),
            (
                format!("code=a&state={STATE}&state={STATE}"),
                CallbackError::Repeated("state"),
            ),
            (
                format!("code=a&error=b&state={STATE}"),
                CallbackError::CodeAndError,
            ),
            (
                format!("code=&state={STATE}"),
                CallbackError::Malformed("code"),
            ),
            (
                format!("code=a%00b&state={STATE}"),
                CallbackError::Malformed("code"),
            ),
            (
                format!("code=a%0d%0aX: 1&state={STATE}"),
                CallbackError::Malformed("code"),
            ),
            (
                format!("code=%zz&state={STATE}"),
                CallbackError::Malformed("code"),
            ),
            (
                format!("code={}&state={STATE}", "a".repeat(10_000)),
                CallbackError::Malformed("code"),
            ),
            (format!("state={STATE}"), CallbackError::Malformed("code")),
            ("code=a".to_owned(), CallbackError::Malformed("state")),
            (
                "code=a&state=".to_owned(),
                CallbackError::Malformed("state"),
            ),
            (
                "code=a&state=<b>".to_owned(),
                CallbackError::Malformed("state"),
            ),
            (
                format!("code=a&state[]={STATE}"),
                CallbackError::Malformed("state"),
            ),
            ("a=b&".repeat(500), CallbackError::TooLong),
            ("x".repeat(1_000_000), CallbackError::TooLong),
        ];
        for (text, expected) in cases {
            assert_eq!(
                parse(&text),
                Err(expected),
                "{}",
                &text[..text.len().min(80)]
            );
        }
    }

    #[test]
    fn tokens_in_an_address_are_never_read() {
        let text = format!("access_token=x&id_token=y&state={STATE}");
        assert_eq!(parse(&text), Err(CallbackError::Malformed("code")));
        assert!(!looks_like_callback(&text));
    }

    #[test]
    fn an_address_of_somebody_else_is_left_alone() {
        for text in ["", "#", "#section-2", "?page=2", "?state=open", "?error=1"] {
            assert!(!looks_like_callback(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in ".{0,400}") {
            let _ = parse(&text);
            let _ = looks_like_callback(&text);
        }

        #[test]
        fn whatever_code_was_issued_is_read_back(code in "[ -~]{1,200}") {
            let mut text = format!("state={STATE}");
            crate::encoding::append_pair(&mut text, "code", &code);
            let Callback::Code { code: read, .. } = parse(&text).unwrap() else {
                panic!("a code");
            };
            prop_assert_eq!(read.expose(), code.as_str());
        }
    }
}
