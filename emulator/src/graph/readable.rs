//! Pages of other origins may call Graph (seen so; Microsoft's samples for single-page applications do): browsers ask first,
//! and read the answers.

use axum::{
    extract::Request,
    http::{
        HeaderName, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::headers;

/// Middleware: lets pages read what lies below Graph's paths.
pub(crate) async fn readable_graph(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_ascii_lowercase();
    if PATHS.iter().any(|of_graph| path.starts_with(of_graph)) {
        readable(request, next).await
    } else {
        next.run(request).await
    }
}

/// Middleware: lets pages read everything.
pub(crate) async fn readable(request: Request, next: Next) -> Response {
    let asked = request.headers();
    if !asked.contains_key(ORIGIN) {
        return next.run(request).await;
    }
    if request.method() == Method::OPTIONS && asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        let wanted = asked.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        let mut answer = StatusCode::OK.into_response();
        headers::set(answer.headers_mut(), ALLOWED);
        let wanted = wanted.map(|wanted| (ACCESS_CONTROL_ALLOW_HEADERS, wanted));
        answer.headers_mut().extend(wanted);
        return answer;
    }
    let mut answer = next.run(request).await;
    headers::set(answer.headers_mut(), READABLE);
    answer
}

const PATHS: [&str; 3] = ["/v1.0/", "/beta/", "/oidc/userinfo"];
const ALLOWED: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (
        ACCESS_CONTROL_ALLOW_METHODS,
        "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    ),
    (ACCESS_CONTROL_MAX_AGE, "600"),
];
const READABLE: [(HeaderName, &str); 2] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (
        ACCESS_CONTROL_EXPOSE_HEADERS,
        "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, WWW-Authenticate, Retry-After",
    ),
];
