//! The headers of token answers (entra.md §5.1). `Strict-Transport-Security` is left out on purpose: the emulator speaks
//! plain HTTP, and behind somebody's TLS the header would lock `localhost` to HTTPS in their browser.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, PRAGMA, X_CONTENT_TYPE_OPTIONS},
};

use super::request_ids::RequestIds;
use crate::headers;

/// Adds them to an answer. `number` is the AADSTS number, 0 for a success.
pub(crate) fn add(headers: &mut HeaderMap, ids: &RequestIds, number: u32) {
    let fixed = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CACHE_CONTROL, "no-store, no-cache"),
        (PRAGMA, "no-cache"),
        (EXPIRES, "-1"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-ms-ests-server"), "emulator"),
    ];
    headers::set(headers, fixed);
    let telemetry = format!("1,{number},0,,");
    for (name, value) in [
        ("x-ms-request-id", &ids.trace),
        ("x-ms-clitelem", &telemetry),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
