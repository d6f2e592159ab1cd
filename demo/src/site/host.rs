//! One name only: what is asked for by another one is sent to `localhost`, or is not for us (DNS rebinding).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, LOCATION};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Middleware: lets requests pass whose `Host` is that of `origin`.
pub(super) async fn demand(
    State(origin): State<Arc<str>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let (_, ours) = origin.split_once("//").unwrap_or_default();
    if host == Some(ours) {
        return next.run(request).await;
    }
    let (_, port) = ours.rsplit_once(':').unwrap_or_default();
    let numeric = [format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
    let mistyped = numeric.iter().any(|name| Some(name.as_str()) == host);
    if mistyped && request.method() == Method::GET {
        return (
            StatusCode::TEMPORARY_REDIRECT,
            [(LOCATION, format!("{origin}/"))],
        )
            .into_response();
    }
    let text = format!("this is {origin}/ and no other site\n");
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}
