//! Setting several headers of an answer at once.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Sets each header, in place of a value it may have had. (`HeaderMap::extend` would add a second one.)
pub(crate) fn set<const N: usize>(
    headers: &mut HeaderMap,
    values: [(HeaderName, &'static str); N],
) {
    for (name, value) in values {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
