//! The outermost layer: every request passes here on its way in and out.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::Door;
use super::error::{Code, Problem};
use crate::random;

/// Limits, time, panics, the log line, problems in writing, and the headers of every answer.
pub(super) async fn pass(State(door): State<Door>, request: Request, next: Next) -> Response {
    let id = correlation_id();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let method = known(request.method());
    let span = tracing::info_span!("request", %id, method, route);
    let started = Instant::now();
    let response = answer(request, next).instrument(span.clone()).await;
    let problem = response
        .extensions()
        .get::<Problem>()
        .cloned()
        .or_else(|| unwritten(&response));
    span.in_scope(|| {
        tracing::info!(
            status = response.status().as_u16(),
            code = problem.as_ref().map(Problem::code),
            ms = started.elapsed().as_millis(),
            "answered"
        );
    });
    let mut response = match problem {
        Some(problem) => with_headers_of(&response, problem.write(&id)),
        None => response,
    };
    door.headers.put_on(response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-correlation-id", id);
    }
    response
}

/// A panic is one 500 (R179); a request that takes too long is cut (R171).
async fn answer(request: Request, next: Next) -> Response {
    if is_too_large(&request) {
        return Problem::from(Code::TooLarge).into_response();
    }
    let running = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(WHOLE_REQUEST, running).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Problem::from(Code::Internal).into_response()
        }
        Err(_) => Problem::from(Code::Unavailable).into_response(),
    }
}

/// R170: the address and the headers; bodies have their limit where they are read.
fn is_too_large(request: &Request) -> bool {
    let address = request
        .uri()
        .path_and_query()
        .map_or(0, |address| address.as_str().len());
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    address > ADDRESS || headers > HEADERS
}

/// What the router itself refuses has no problem yet.
fn unwritten(response: &Response) -> Option<Problem> {
    (response.status() == StatusCode::METHOD_NOT_ALLOWED).then(|| Code::MethodNotAllowed.into())
}

/// `Allow` and cookies stay.
fn with_headers_of(old: &Response, mut new: Response) -> Response {
    let kept = |name: &&axum::http::HeaderName| KEPT.contains(&name.as_str());
    let names: Vec<_> = old.headers().keys().filter(kept).cloned().collect();
    for name in names {
        copy(old.headers(), new.headers_mut(), &name);
    }
    new
}

fn copy(from: &HeaderMap, to: &mut HeaderMap, name: &axum::http::HeaderName) {
    for value in from.get_all(name) {
        to.append(name, value.clone());
    }
}

/// A method is a word of the request's; only those that exist reach the log (R178).
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// A random UUID in the usual form: names one request in log and answer, and is no secret.
fn correlation_id() -> String {
    let bytes = random::bytes().unwrap_or_default();
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

const KEPT: [&str; 2] = ["allow", "set-cookie"];

/// Longer than Entra and Graph together may take.
const WHOLE_REQUEST: Duration = Duration::from_secs(90);

/// Bytes of path and query (R170).
const ADDRESS: usize = 8 * 1024;

/// Bytes of all headers.
const HEADERS: usize = 16 * 1024;
