//! The `Prefer` header (graph-mail §1, RFC 7240).

use axum::http::{HeaderMap, header::HeaderName};

use super::{ids::IdForm, store::BodyKind};

/// What a request prefers, and what of it the answer acknowledges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preferences {
    /// `outlook.body-content-type`: the form of `body` and `uniqueBody`.
    pub(crate) body: Option<BodyKind>,
    /// `IdType`: the form of ids.
    pub(crate) ids: IdForm,
    /// `outlook.allow-unsafe-html`: HTML as it came in, scripts included.
    pub(crate) allow_unsafe_html: bool,
    /// `odata.maxpagesize`: how many entries a page of a delta query has at most.
    pub(crate) page_size: Option<usize>,
    honoured: Vec<String>,
}

impl Preferences {
    /// Reads every `Prefer` header; what we do not know or cannot read is ignored, as RFC 7240 §2 says.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut preferences = Self::default();
        let values = headers
            .get_all(PREFER)
            .iter()
            .filter_map(|value| value.to_str().ok());
        for preference in values.flat_map(split_list) {
            if preferences.take(preference) {
                preferences.honoured.push(preference.to_owned());
            }
        }
        preferences
    }

    /// What goes into `Preference-Applied`; `None` when nothing was honoured. Only delta queries honour a page size.
    pub(crate) fn applied(&self, on_delta: bool) -> Option<String> {
        let page_size = self.page_size.filter(|_| on_delta);
        let page_size = page_size.map(|size| format!("odata.maxpagesize={size}"));
        let applied: Vec<String> = self.honoured.iter().cloned().chain(page_size).collect();
        (!applied.is_empty()).then(|| applied.join(", "))
    }

    fn take(&mut self, preference: &str) -> bool {
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        let value = value.trim().trim_matches('"');
        match (
            name.trim().to_ascii_lowercase().as_str(),
            value.to_ascii_lowercase().as_str(),
        ) {
            ("outlook.body-content-type", "text") => self.body = Some(BodyKind::Text),
            ("outlook.body-content-type", "html") => self.body = Some(BodyKind::Html),
            ("outlook.allow-unsafe-html", "" | "true") => self.allow_unsafe_html = true,
            ("odata.maxpagesize", size) => {
                let size = size
                    .parse()
                    .ok()
                    .filter(|size| (1..=LARGEST_PAGE).contains(size));
                self.page_size = size.or(self.page_size);
                return false;
            }
            ("idtype", "immutableid") => self.ids = IdForm::Immutable,
            _ => return false,
        }
        true
    }
}

/// Parts between commas that stand outside quotes.
fn split_list(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let parts = value.split(move |letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// As for `$top`.
const LARGEST_PAGE: usize = 1_000;
const PREFER: HeaderName = HeaderName::from_static("prefer");

#[cfg(test)]
mod tests {
    use super::{BodyKind, HeaderMap, IdForm, PREFER, Preferences};

    fn read(values: &[&str]) -> Preferences {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PREFER, value.parse().expect("a header value"));
        }
        Preferences::read(&headers)
    }

    #[test]
    fn values_may_be_joined_or_repeated() {
        let joined = read(&[r#"outlook.body-content-type="text", IdType="ImmutableId""#]);
        let repeated = read(&[
            r#"outlook.body-content-type="text""#,
            r#"IdType="ImmutableId""#,
        ]);
        assert_eq!(joined, repeated);
        assert_eq!(
            (joined.body, joined.ids),
            (Some(BodyKind::Text), IdForm::Immutable)
        );
        let applied = r#"outlook.body-content-type="text", IdType="ImmutableId""#;
        assert_eq!(joined.applied(false).as_deref(), Some(applied));
    }

    #[test]
    fn what_is_not_known_is_neither_honoured_nor_acknowledged() {
        let preferences = read(&[r#"respond-async, outlook.body-content-type="rtf""#]);
        assert_eq!(preferences, Preferences::default());
        assert_eq!(preferences.applied(false), None);
    }
}
