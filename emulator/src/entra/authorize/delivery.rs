//! How an answer travels back to the app: query, fragment or form post (entra.md §3.3, §3.4).

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, LOCATION},
    },
    response::{IntoResponse, Response},
};

use crate::{
    clock::Clock,
    entra::{
        oauth_error::OAuthError, pages::FormPostPage, redirect_uri::RedirectTarget,
        request_ids::RequestIds,
    },
};

/// Where answers of a request go, by which mode, and with which state.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) target: RedirectTarget,
    pub(crate) mode: ResponseMode,
    /// What the app sent, without HTML tags.
    state: Option<String>,
}

/// `response_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// Parameters of an answer, in order.
pub(crate) type Answer = Vec<(&'static str, String)>;

impl Delivery {
    /// A delivery to `target`. HTML tags in `state` are dropped, as Entra drops them (entra 15).
    pub(crate) fn new(target: RedirectTarget, mode: ResponseMode, state: Option<&str>) -> Self {
        Self {
            target,
            mode,
            state: state.map(without_tags),
        }
    }

    /// Sends `answer` and the state, then whatever stands in `after`.
    pub(crate) fn send(&self, mut answer: Answer, after: Answer) -> Response {
        answer.extend(self.state.clone().map(|state| ("state", state)));
        answer.extend(after);
        match self.mode {
            ResponseMode::FormPost => FormPostPage {
                redirect_uri: &self.target.uri,
                fields: &answer,
            }
            .page()
            .respond(StatusCode::OK),
            ResponseMode::Query | ResponseMode::Fragment => found(&self.location(&answer)),
        }
    }

    /// Sends `answer` without the state.
    pub(crate) fn send_stateless(&self, answer: Answer) -> Response {
        let stateless = Self {
            state: None,
            ..self.clone()
        };
        stateless.send(answer, Vec::new())
    }

    /// Sends an error (entra 23, 26).
    pub(crate) fn send_error(
        &self,
        error: &OAuthError,
        ids: &RequestIds,
        clock: &Clock,
        origin: &str,
    ) -> Response {
        let mut answer = vec![
            ("error", error.row().error.to_owned()),
            ("error_description", error.description(ids, clock.now())),
        ];
        answer.extend(error.uri(origin).map(|uri| ("error_uri", uri)));
        self.send(answer, Vec::new())
    }

    /// Says that the visitor turned back on one of our pages: no description (entra 22).
    pub(crate) fn send_cancelled(&self) -> Response {
        let answer = vec![
            ("error", "access_denied".to_owned()),
            ("error_subcode", "cancel".to_owned()),
        ];
        self.send(answer, Vec::new())
    }

    fn location(&self, answer: &Answer) -> String {
        let uri = with_path(&self.target.uri);
        let encoded = encode(answer);
        match self.mode {
            ResponseMode::Fragment => format!("{uri}#{encoded}"),
            // The empty fragment wipes any that the browser would carry over (entra 13).
            _ if uri.contains('?') => format!("{uri}&{encoded}#"),
            _ => format!("{uri}?{encoded}#"),
        }
    }
}

/// A redirect (302) that nobody keeps.
pub(crate) fn found(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let headers = [
                (LOCATION, location),
                (
                    CACHE_CONTROL,
                    HeaderValue::from_static("no-store, no-cache"),
                ),
            ];
            (StatusCode::FOUND, headers).into_response()
        }
        Err(_) => (
            StatusCode::BAD_REQUEST,
            "the redirect URI cannot stand in a header",
        )
            .into_response(),
    }
}

/// A URI without a path gets a slash (entra 11).
fn with_path(uri: &str) -> String {
    let after_scheme = uri.find("://").map_or(0, |at| at + 3);
    match uri[after_scheme..].find(['/', '?', '#']) {
        Some(at) if uri[after_scheme + at..].starts_with('/') => uri.to_owned(),
        Some(at) => format!(
            "{}/{}",
            &uri[..after_scheme + at],
            &uri[after_scheme + at..]
        ),
        None => format!("{uri}/"),
    }
}

/// Form encoding as the identity platform writes it: `+` for space, hexadecimal digits in lower case (entra 26).
fn encode(answer: &Answer) -> String {
    let pairs = answer
        .iter()
        .map(|(name, value)| format!("{name}={}", encode_value(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encode_value(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) => {
                encoded.push(byte.into());
            }
            byte => encoded.push_str(&format!("%{byte:02x}")),
        }
    }
    encoded
}

/// Drops everything between `<` and `>`, brackets included; a bracket without its partner stays.
fn without_tags(state: &str) -> String {
    let mut kept = String::new();
    let mut rest = state;
    while let Some((before, after)) = rest.split_once('<') {
        let Some((_tag, after)) = after.split_once('>') else {
            break;
        };
        kept.push_str(before);
        rest = after;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// entra 11
    #[test]
    fn a_uri_without_path_gets_a_slash() {
        assert_eq!(with_path("http://localhost:3000"), "http://localhost:3000/");
        assert_eq!(
            with_path("https://app.example?a=b"),
            "https://app.example/?a=b"
        );
        assert_eq!(
            with_path("https://app.example/cb"),
            "https://app.example/cb"
        );
    }

    /// entra 26
    #[test]
    fn line_breaks_and_spaces_are_encoded_as_entra_does() {
        assert_eq!(encode_value("AADSTS1: a b\r\nc"), "AADSTS1%3a+a+b%0d%0ac");
    }

    /// entra 15
    #[test]
    fn tags_are_stripped_from_state() {
        assert_eq!(without_tags("a<b onclick=x>c</b>d"), "acd");
        assert_eq!(without_tags("1 < 2"), "1 < 2");
        assert_eq!(without_tags("plain-_~%2B"), "plain-_~%2B");
    }
}
