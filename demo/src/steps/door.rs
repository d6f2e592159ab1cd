//! What page and server say to each other, seen at the demo's own door.

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;

use super::Watcher;
use super::step::{Fact, Unit};
use crate::clock::Stopwatch;
use answered::answered;
use asked::asked;
use route::Route;

mod answered;
mod asked;
mod cookie;
mod route;

/// Hands a request to the backend and its answer back, unchanged both, and tells `watcher` of them.
pub async fn pass(watcher: &Watcher, outlook: Router, request: Request) -> Response {
    watcher.collect();
    let route = Route::of(request.method(), request.uri().path());
    let (request, sent) = match measurable(&request) {
        true => match measured(request).await {
            Ok(both) => both,
            Err(()) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        },
        false => (request, Bytes::new()),
    };
    for sketch in asked(route, &sent) {
        watcher.add(sketch);
    }
    let stopwatch = Stopwatch::start();
    let answer = match outlook.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    let took = Fact::size("took", stopwatch.milliseconds(), Unit::Milliseconds);
    watcher.collect();
    let (answer, got) = whole(answer).await;
    if let Some(mut sketch) = answered(route, &answer, &got) {
        sketch.facts.extend(took);
        watcher.add(sketch);
    }
    answer
}

fn measurable(request: &Request) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    length.is_some_and(|length| length <= MOST)
}

async fn measured(request: Request) -> Result<(Request, Bytes), ()> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST).await.map_err(|_| ())?;
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), bytes))
}

/// The answer with its body, if that is known to be small; a body of unknown length passes unread.
async fn whole(answer: Response) -> (Response, Bytes) {
    let known = answer.body().size_hint().exact();
    if known.is_none_or(|length| length > LARGEST_ANSWER) {
        return (answer, Bytes::new());
    }
    let (parts, body) = answer.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => (
            Response::from_parts(parts, Body::from(bytes.clone())),
            bytes,
        ),
        Err(_) => (StatusCode::BAD_GATEWAY.into_response(), Bytes::new()),
    }
}

/// Bytes of a request that are measured: above anything the page sends.
const MOST: usize = 64 * 1024;
/// Bytes of an answer that are measured.
const LARGEST_ANSWER: u64 = 4 * 1024 * 1024;

#[cfg(test)]
mod tests;
