//! Against forged requests: a header that a foreign page cannot set, and the browser's own word on who asks (R61, R62).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::wire::{ANTI_FORGERY_HEADER, ANTI_FORGERY_VALUE};

use super::Door;
use super::codes::Code;
use super::error::Problem;

/// What a request must prove before anything of it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// That script of our own site sent it (R61, R62).
    AntiForgery,
    /// That a form of our own site sent it: no script, so no header of ours (R27, R62).
    Gesture,
    /// That it is a navigation of the whole tab; what it may do, `state` and flow cookie decide (R22).
    Return,
    /// That the integrator's server sent it: an API key, and no cookie (R65, R66).
    ApiKey,
    /// Nothing: the answer is the same for everybody.
    Open,
}

/// Lets through what script of the site sent; anything else ends here, before cookies are read.
pub(super) async fn check(State(door): State<Door>, request: Request, next: Next) -> Response {
    if is_from_the_site(request.headers(), &door.site) {
        next.run(request).await
    } else {
        tracing::info!("a request without proof of its origin was refused");
        Problem::from(Code::AntiForgery).into_response()
    }
}

/// Lets through what a form of the site sent.
pub(super) async fn gesture(State(door): State<Door>, request: Request, next: Next) -> Response {
    if is_of_the_site(request.headers(), &door.site) {
        return next.run(request).await;
    }
    tracing::info!("a form without proof of its origin was refused");
    Problem::from(Code::AntiForgery)
        .on_page(&door.base)
        .into_response()
}

/// Lets through navigations of the whole tab: no picture, no frame, no script, no look ahead.
pub(super) async fn navigation(State(door): State<Door>, request: Request, next: Next) -> Response {
    // The router hands HEAD to the handler of GET, and this GET has an effect.
    if request.method() == Method::HEAD {
        let problem = Problem::from(Code::MethodNotAllowed).into_response();
        return ([(header::ALLOW, "GET")], problem).into_response();
    }
    if is_navigation(request.headers()) {
        return next.run(request).await;
    }
    tracing::info!("a callback that is no navigation was refused");
    Problem::from(Code::AntiForgery)
        .on_page(&door.base)
        .into_response()
}

/// Browsers that say nothing of what a request is for are believed: the flow cookie does not come along with others.
fn is_navigation(headers: &HeaderMap) -> bool {
    let says = |name, wanted| match one(headers, name) {
        One::Absent => true,
        One::Value(value) => value == wanted,
        One::Unclear => false,
    };
    says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
        && matches!(one(headers, "sec-purpose"), One::Absent)
}

/// Whether script of the site sent it.
pub(super) fn is_from_the_site(headers: &HeaderMap, site: &str) -> bool {
    is_of_the_site(headers, site) && has_header(headers)
}

/// Whether the request carries the header that no form and no foreign page without leave can send.
pub(super) fn has_header(headers: &HeaderMap) -> bool {
    matches!(
        one(headers, ANTI_FORGERY_HEADER),
        One::Value(ANTI_FORGERY_VALUE)
    )
}

/// `Sec-Fetch-Site` decides where browsers send it; older ones prove themselves by an exact `Origin`. Neither is no
/// proof: `curl` has to name its origin too.
fn is_of_the_site(headers: &HeaderMap, site: &str) -> bool {
    match (
        one(headers, "sec-fetch-site"),
        one(headers, header::ORIGIN.as_str()),
    ) {
        (One::Value(from), _) => from == "same-origin",
        (One::Absent, One::Value(origin)) => origin == site,
        _ => false,
    }
}

enum One<'a> {
    Absent,
    Value(&'a str),
    /// Sent twice, or not text.
    Unclear,
}

fn one<'a>(headers: &'a HeaderMap, name: &str) -> One<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => One::Absent,
        (Some(value), None) => value.to_str().map_or(One::Unclear, One::Value),
        (Some(_), Some(_)) => One::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const SITE: &str = "https://app.example";

    fn passes(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        is_from_the_site(&headers, SITE)
    }

    const OURS: (&str, &str) = ("x-connect-outlook", "1");

    #[test]
    fn a_page_of_the_site_passes() {
        assert!(passes(&[OURS, ("sec-fetch-site", "same-origin")]));
        assert!(passes(&[
            OURS,
            ("sec-fetch-site", "same-origin"),
            ("origin", SITE)
        ]));
        assert!(passes(&[OURS, ("origin", SITE)]));
    }

    /// R61, R62, R76: everything else does not.
    #[test]
    fn nobody_else_passes() {
        for refused in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[OURS],
            &[
                ("x-connect-outlook", "0"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[OURS, OURS, ("sec-fetch-site", "same-origin")],
            &[OURS, ("sec-fetch-site", "same-site")],
            &[OURS, ("sec-fetch-site", "cross-site"), ("origin", SITE)],
            &[OURS, ("sec-fetch-site", "none")],
            &[
                OURS,
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[OURS, ("sec-fetch-site", "Same-Origin")],
            &[OURS, ("origin", "null")],
            &[OURS, ("origin", "http://app.example")],
            &[OURS, ("origin", "https://app.example:8443")],
            &[OURS, ("origin", "https://app.example.evil.example")],
            &[OURS, ("origin", "https://badapp.example")],
            &[OURS, ("origin", SITE), ("origin", SITE)],
        ] {
            assert!(!passes(refused), "{refused:?}");
        }
    }
}
