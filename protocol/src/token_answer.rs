//! Judging what the token endpoint answered: status and bytes in, decision out (RFC 6749 sections 5.1 and 5.2,
//! Microsoft: "OAuth 2.0 authorization code flow").

use serde::Deserialize;
use serde_json::Value;

use crate::refusal::{Evidence, Refusal, decode};
use crate::scope::Scopes;
use crate::secret::{AccessToken, IdToken, RefreshToken};

/// Tokens as they were issued.
#[derive(Clone, Debug)]
pub struct TokenAnswer {
    /// For Microsoft Graph.
    pub access_token: AccessToken,
    /// Life of the access token in seconds, counted from when the request was sent; always between 1 second and
    /// [`LONGEST_LIFE`].
    pub expires_in: i64,
    /// Absent: the one held so far stays good.
    pub refresh_token: Option<RefreshToken>,
    /// Absent unless `openid` was asked for.
    pub id_token: Option<IdToken>,
    /// What was granted: may be more or less than asked.
    pub scope: Scopes,
}

/// Why there are no tokens.
#[derive(Clone, Debug)]
pub enum TokenRefusal {
    /// Microsoft said no, in OAuth's words.
    Refused {
        /// In our words.
        refusal: Refusal,
        /// A claims challenge to repeat at the next sign-in, as JSON.
        claims: Option<String>,
    },
    /// The answer is none: not JSON, not of this shape, a redirect, an outage. Whether Microsoft acted is unknown.
    Unreadable {
        /// In our words; always transient.
        refusal: Refusal,
        /// What was wrong with it, without any of its content.
        why: &'static str,
    },
}

impl TokenRefusal {
    /// The refusal in our words.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        match self {
            Self::Refused { refusal, .. } | Self::Unreadable { refusal, .. } => refusal,
        }
    }
}

/// Reads an answer of the token endpoint.
///
/// # Errors
/// [`TokenRefusal`] for everything but a complete set of tokens: nothing is ever read partially.
pub fn read(status: u16, body: &[u8]) -> Result<TokenAnswer, TokenRefusal> {
    if body.len() > MAX_BODY {
        return Err(unreadable(status, "longer than any token answer"));
    }
    let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(body) else {
        return Err(unreadable(status, "not a JSON object"));
    };
    let answer = Value::Object(members);
    if answer.get("error").is_some() {
        return Err(refused(status, &answer));
    }
    if status != 200 {
        return Err(unreadable(status, "neither tokens nor an error"));
    }
    issued(answer).map_err(|why| unreadable(status, why))
}

fn issued(answer: Value) -> Result<TokenAnswer, &'static str> {
    let answer: Issued =
        serde_json::from_value(answer).map_err(|_| "a member has the wrong type")?;
    let bearer = answer
        .token_type
        .as_deref()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    if !bearer {
        return Err("the token type is not Bearer");
    }
    let access_token = answer
        .access_token
        .filter(|token| header_safe(token))
        .ok_or("no usable access token")?;
    let expires_in = answer
        .expires_in
        .as_ref()
        .and_then(seconds)
        .ok_or("no usable life time")?;
    Ok(TokenAnswer {
        access_token: AccessToken::new(access_token),
        expires_in,
        refresh_token: answer
            .refresh_token
            .filter(|token| !token.is_empty())
            .map(RefreshToken::new),
        id_token: answer
            .id_token
            .filter(|token| !token.is_empty())
            .map(IdToken::new),
        scope: Scopes::parse(&answer.scope.unwrap_or_default()),
    })
}

/// Zero, negative and absurd lives are refused or cut; a number in quotes is taken, as older servers send it.
fn seconds(value: &Value) -> Option<i64> {
    let life = match value {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    (life > 0).then(|| life.min(LONGEST_LIFE))
}

/// An access token goes into a header: nothing in it may end the line.
fn header_safe(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

fn refused(status: u16, answer: &Value) -> TokenRefusal {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let error_codes: Vec<u32> = answer
        .get("error_codes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|code| code.as_u64().and_then(|code| u32::try_from(code).ok()))
        .take(8)
        .collect();
    let evidence = Evidence {
        error: text("error").unwrap_or_default(),
        error_subcode: None,
        suberror: text("suberror"),
        description: text("error_description"),
        error_codes: &error_codes,
        status: Some(status),
    };
    let mut refusal = decode(&evidence);
    refusal.correlation_id = refusal.correlation_id.or_else(|| {
        let id = text("correlation_id")?.to_ascii_lowercase();
        crate::authority::is_guid(&id).then_some(id)
    });
    TokenRefusal::Refused {
        refusal,
        claims: text("claims")
            .filter(|claims| claims.len() <= MAX_CLAIMS)
            .map(str::to_owned),
    }
}

fn unreadable(status: u16, why: &'static str) -> TokenRefusal {
    let evidence = Evidence {
        status: Some(status),
        ..Evidence::default()
    };
    TokenRefusal::Unreadable {
        refusal: decode(&evidence),
        why,
    }
}

#[derive(Deserialize)]
struct Issued {
    token_type: Option<String>,
    access_token: Option<String>,
    expires_in: Option<Value>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    scope: Option<String>,
}

/// No access token of Microsoft's lives longer than about 28 hours; more is taken for a mistake and cut, in seconds.
pub const LONGEST_LIFE: i64 = 2 * 24 * 60 * 60;

/// R78: 256 KiB.
const MAX_BODY: usize = 256 * 1024;
const MAX_CLAIMS: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::refusal::{Actor, Class};

    fn good() -> Value {
        json!({
            "token_type": "Bearer", "scope": "Mail.Read User.Read openid", "expires_in": 4312, "ext_expires_in": 4312,
            "access_token": "EwB-opaque", "refresh_token": "0.AXo", "id_token": "a.b.c",
        })
    }

    fn judged(status: u16, body: &Value) -> Result<TokenAnswer, TokenRefusal> {
        read(status, body.to_string().as_bytes())
    }

    #[test]
    fn tokens_are_read() {
        let answer = judged(200, &good()).unwrap();
        assert_eq!(answer.expires_in, 4312);
        assert_eq!(answer.access_token.expose(), "EwB-opaque");
        assert!(answer.scope.contains("mail.read"));
    }

    /// R79: an answer without a refresh token is complete.
    #[test]
    fn an_answer_without_refresh_token_keeps_the_old_one() {
        let mut body = good();
        body.as_object_mut().unwrap().remove("refresh_token");
        assert!(judged(200, &body).unwrap().refresh_token.is_none());
    }

    /// R94, F13: missing, zero, negative, huge and quoted life times.
    #[test]
    fn a_strange_life_time_is_refused_or_cut() {
        for bad in [
            json!(null),
            json!(0),
            json!(-1),
            json!("soon"),
            json!(1e308),
            json!([]),
            json!(3.5),
        ] {
            let mut body = good();
            body["expires_in"] = bad.clone();
            assert!(
                matches!(judged(200, &body), Err(TokenRefusal::Unreadable { .. })),
                "{bad}"
            );
        }
        for (odd, taken) in [(json!("3600"), 3600), (json!(i64::MAX), LONGEST_LIFE)] {
            let mut body = good();
            body["expires_in"] = odd;
            assert_eq!(judged(200, &body).unwrap().expires_in, taken);
        }
    }

    /// R96, R178, F13
    #[test]
    fn tokens_that_cannot_be_used_are_no_tokens() {
        for (name, value) in [
            ("token_type", json!("mac")),
            ("token_type", json!(null)),
            ("access_token", json!("")),
            ("access_token", json!("a\r\nX: 1")),
            ("access_token", json!(7)),
            ("access_token", json!(null)),
        ] {
            let mut body = good();
            body[name] = value.clone();
            assert!(
                matches!(judged(200, &body), Err(TokenRefusal::Unreadable { .. })),
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn a_refusal_is_decoded_with_its_claims_and_correlation_id() {
        let body = json!({
            "error": "invalid_grant", "suberror": "basic_action", "error_codes": [50076],
            "error_description": "AADSTS50076: text\r\nTrace ID: x\r\nCorrelation ID: y\r\nTimestamp: z",
            "correlation_id": "0A1B2C3D-0000-4000-8000-00000000000F",
            "claims": "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"p\"]}}}",
        });
        let Err(TokenRefusal::Refused { refusal, claims }) = judged(400, &body) else {
            panic!("refused");
        };
        assert_eq!(
            (refusal.class, refusal.aadsts),
            (Class::StepUp, Some(50_076))
        );
        assert_eq!(
            refusal.correlation_id.as_deref(),
            Some("0a1b2c3d-0000-4000-8000-00000000000f")
        );
        assert!(claims.unwrap().contains("capolids"));
    }

    /// Microsoft answers 400 and 401 for the same things: the body decides.
    #[test]
    fn status_400_and_401_mean_the_same() {
        for status in [400, 401] {
            let body = json!({"error": "invalid_client", "error_codes": [7_000_222]});
            let refusal = judged(status, &body).unwrap_err();
            assert_eq!(
                (refusal.refusal().code, refusal.refusal().actor),
                ("secret_expired", Actor::Operator)
            );
        }
    }

    /// F10, F11, F18: whatever is not an OAuth answer is transient and is never read partially.
    #[test]
    fn what_is_no_answer_is_transient() {
        let cut = &good().to_string().into_bytes()[..40];
        let mut big = good().to_string().into_bytes();
        big.resize(MAX_BODY, b' ');
        assert!(read(200, &big).is_ok(), "to the byte");
        big.push(b' ');
        for (status, body) in [
            (200, &b""[..]),
            (200, b"<html>busy</html>"),
            (200, cut),
            (200, b"[]"),
            (200, b"{}"),
            (200, &big),
            (302, b""),
            (404, b"<html>"),
            (503, b"{\"access_token\":\"x\"}"),
            (
                500,
                b"{\"token_type\":\"Bearer\",\"access_token\":\"x\",\"expires_in\":1}",
            ),
        ] {
            let refusal = read(status, body).unwrap_err();
            assert!(
                matches!(refusal, TokenRefusal::Unreadable { .. }),
                "{status}"
            );
            assert_eq!(refusal.refusal().class, Class::Unavailable, "{status}");
        }
    }

    proptest! {
        #[test]
        fn judging_never_panics(status in 0u16..1000, body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(status, &body);
        }

        #[test]
        fn judging_json_never_panics(status in 100u16..600, error in ".{0,20}", codes in proptest::collection::vec(any::<i64>(), 0..4)) {
            let _ = judged(status, &json!({"error": error, "error_codes": codes}));
        }
    }
}
