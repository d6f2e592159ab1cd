//! Request parameters as they were sent: nothing trimmed, nothing repaired (entra.md §4, entra 52).

use axum::http::{HeaderMap, header::CONTENT_TYPE};

/// Names and values of a query or a form, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// Reads a query or a form body: `+` is a space, percent escapes are decoded, once.
    pub(crate) fn read(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded);
        Self {
            pairs: pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        }
    }

    /// Reads a body that says it is a form; any other body has no parameters.
    pub(crate) fn read_form(headers: &HeaderMap, body: &[u8]) -> Self {
        let media_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        match media_type.split(';').next().unwrap_or_default().trim() {
            form if form.eq_ignore_ascii_case("application/x-www-form-urlencoded") => {
                Self::read(body)
            }
            _ => Self::default(),
        }
    }

    /// The first value under this name, unless it is empty: Entra treats empty as missing.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.sent(name).filter(|value| !value.is_empty())
    }

    /// The first value under this name, empty or not.
    pub(crate) fn sent(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether this name stands there more than once (RFC 6749 §3.1 forbids it).
    pub(crate) fn repeats(&self, name: &str) -> bool {
        self.pairs
            .iter()
            .filter(|(candidate, _)| candidate == name)
            .count()
            > 1
    }

    /// The first name that stands there more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.pairs
            .iter()
            .map(|(name, _)| name.as_str())
            .find(|name| self.repeats(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_quotes_and_spaces() {
        let parameters = Parameters::read(b"a=%22quoted%22&b=+x+&c=&d=1%2B1");
        assert_eq!(parameters.get("a"), Some("\"quoted\""));
        assert_eq!(parameters.get("b"), Some(" x "));
        assert_eq!(
            (parameters.get("c"), parameters.sent("c")),
            (None, Some(""))
        );
        assert_eq!(parameters.get("d"), Some("1+1"));
    }

    #[test]
    fn repetition_is_seen() {
        assert_eq!(Parameters::read(b"a=1&b=2&b=2").repeated(), Some("b"));
        assert_eq!(Parameters::read(b"a=1&b=2").repeated(), None);
    }
}
