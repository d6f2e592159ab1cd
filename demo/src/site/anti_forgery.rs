//! The demo's own routes move clocks and empty vaults: no other site may call them. The rules are the backend's (R61, R62).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Middleware: demands the header that a page of another site cannot set, and that the page is of `origin`.
pub(super) async fn demand(
    State(origin): State<Arc<str>>,
    request: Request,
    next: Next,
) -> Response {
    if is_ours(request.headers(), &origin) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "anti_forgery\n").into_response()
    }
}

fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    };
    let from_here = match only("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => !headers.contains_key("sec-fetch-site") && only(ORIGIN.as_str()) == Some(origin),
    };
    from_here && only("x-connect-outlook") == Some("1")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn asked(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(name, value);
        }
        is_ours(&map, "http://localhost:8400")
    }

    /// R61, R62
    #[test]
    fn only_a_page_of_this_site_may_call() {
        let header = ("x-connect-outlook", "1");
        assert!(asked(&[header, ("sec-fetch-site", "same-origin")]));
        assert!(asked(&[header, ("origin", "http://localhost:8400")]));
        assert!(!asked(&[("sec-fetch-site", "same-origin")]));
        assert!(!asked(&[header]));
        assert!(!asked(&[header, ("origin", "null")]));
        assert!(!asked(&[header, ("origin", "http://localhost:84000")]));
        for site in ["same-site", "cross-site", "none", ""] {
            assert!(
                !asked(&[
                    header,
                    ("sec-fetch-site", site),
                    ("origin", "http://localhost:8400")
                ]),
                "{site}"
            );
        }
        assert!(!asked(&[
            header,
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site")
        ]));
        assert!(!asked(&[
            ("x-connect-outlook", "2"),
            ("sec-fetch-site", "same-origin")
        ]));
    }
}
