//! Headers of every answer (R158, R160, R162). What the backend sets itself stays as it is.
//!
//! No `Strict-Transport-Security`: the demo speaks http on loopback, where RFC 6797 §7.2 forbids the header.

use axum::extract::Request;
use axum::http::HeaderName;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;

/// What goes on an answer that does not say otherwise.
#[derive(Clone, Debug)]
pub(super) struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    /// Headers with this content security policy.
    pub(super) fn new(policy: &str) -> Self {
        let named = |name, value: &str| Some((name, HeaderValue::from_str(value).ok()?));
        let fixed = |name, value| {
            Some((
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            ))
        };
        let all = [
            named(CONTENT_SECURITY_POLICY, policy),
            named(X_CONTENT_TYPE_OPTIONS, "nosniff"),
            named(REFERRER_POLICY, "no-referrer"),
            named(CACHE_CONTROL, "no-store"),
            fixed("cross-origin-opener-policy", "same-origin"),
            fixed("cross-origin-resource-policy", "same-origin"),
            fixed("permissions-policy", PERMISSIONS),
        ];
        Self(all.into_iter().flatten().collect())
    }
}

/// Middleware that adds them.
pub(super) async fn add(
    axum::extract::State(headers): axum::extract::State<Headers>,
    request: Request,
    next: Next,
) -> Response {
    let mut answer = next.run(request).await;
    for (name, value) in headers.0 {
        answer.headers_mut().entry(name).or_insert(value);
    }
    answer
}

const PERMISSIONS: &str =
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_can_be_sent() {
        assert_eq!(Headers::new("default-src 'none'").0.len(), 7);
    }
}
