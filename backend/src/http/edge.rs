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

use super::codes::Code;
use super::error::Problem;
use super::headers::Headers;
use crate::{meters, random};

/// Limits, time, panics, the log line, problems in writing, and the headers of every answer.
pub(super) async fn pass(State(house): State<Headers>, request: Request, next: Next) -> Response {
    let id = correlation_id();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let method = known(request.method());
    let span = tracing::info_span!("request", %id, method, %route);
    let started = Instant::now();
    let response = answer(request, next).instrument(span.clone()).await;
    let problem = response
        .extensions()
        .get::<Problem>()
        .cloned()
        .or_else(|| unwritten(&response));
    meters::answer(&route, method, response.status().as_u16());
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
    house.put_on(response.headers_mut());
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

/// `Allow`, cookies and what stands for them stay.
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

const KEPT: [&str; 6] = [
    "allow",
    "set-cookie",
    // What a page of another named site has to see of a problem too.
    "access-control-allow-origin",
    "access-control-expose-headers",
    "vary",
    "x-connect-outlook-session",
];

/// Longer than Entra and Graph together may take.
const WHOLE_REQUEST: Duration = Duration::from_secs(90);

/// Bytes of path and query (R170).
const ADDRESS: usize = 8 * 1024;

/// Bytes of all headers.
const HEADERS: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::clock::awaited::is_about;

    async fn asked(path: &str) -> (StatusCode, HeaderMap, String) {
        let router = Router::new()
            .route(
                "/panic",
                get(async || -> &'static str { panic!("hunter2") }),
            )
            .route("/fine", get(async || "fine"))
            .route("/never", get(async || pending::<&'static str>().await))
            .layer(from_fn_with_state(
                Headers::new("https://login.example", &[]),
                pass,
            ));
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (
            parts.status,
            parts.headers,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    /// R179, F70, L13: one 500 that tells nothing, and the next request is fine.
    #[tokio::test]
    async fn a_panic_is_one_problem_and_says_nothing_of_its_cause() {
        let (status, headers, body) = asked("/panic").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            body.contains("\"code\":\"internal\"") && !body.contains("hunter2"),
            "{body}"
        );
        assert!(body.contains(headers["x-correlation-id"].to_str().unwrap()));
        assert_eq!(asked("/fine").await.0, StatusCode::OK);
    }

    /// R171
    #[tokio::test(start_paused = true)]
    async fn a_request_that_takes_for_ever_is_cut() {
        let begun = Instant::now();
        let (status, headers, _) = asked("/never").await;
        let took = begun.elapsed();
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(headers.contains_key("retry-after"));
        assert!(is_about(took, Duration::from_secs(90)), "{took:?}");
    }

    #[tokio::test]
    async fn every_answer_has_an_id_of_its_own() {
        let (one, two) = (asked("/fine").await.1, asked("/fine").await.1);
        assert_ne!(one["x-correlation-id"], two["x-correlation-id"]);
    }
}
