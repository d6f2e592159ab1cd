//! The record of every exchange: what came in and what went out, for assertions and for people who want to see the flow.

use std::{collections::VecDeque, sync::Arc, sync::Mutex};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, request, response},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, Limited};
use serde::Serialize;

use crate::{clock::Clock, lock::lock, scenario::Ending, state::EmulatorState};

/// One request and its answer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Exchange {
    /// Counts from 1 in the order of completion; never used twice.
    pub sequence: u64,
    /// When the request arrived, unix seconds of the emulator's clock.
    pub time: i64,
    /// Request method.
    pub method: String,
    /// Request path, as it was sent.
    pub path: String,
    /// Request query without the question mark; empty if there was none.
    pub query: String,
    /// Request headers in order, names in lower case.
    pub request_headers: Vec<(String, String)>,
    /// Request body as text.
    pub request_body: RecordedBody,
    /// Status of the answer.
    pub status: u16,
    /// Headers of the answer in order, names in lower case.
    pub response_headers: Vec<(String, String)>,
    /// Body of the answer as text.
    pub response_body: RecordedBody,
    /// How a fault ended the connection, in which case the client saw less than stands here: `reset_before`,
    /// `reset_after` or `truncated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
}

impl Exchange {
    /// The first request header with this name (lower case).
    pub fn request_header(&self, name: &str) -> Option<&str> {
        first(&self.request_headers, name)
    }

    /// The first header of the answer with this name (lower case).
    pub fn response_header(&self, name: &str) -> Option<&str> {
        first(&self.response_headers, name)
    }

    fn weight(&self) -> usize {
        self.request_body.text.len() + self.response_body.text.len()
    }
}

/// A body as it is kept.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RecordedBody {
    /// Its first 64 KiB; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// Its whole length in bytes.
    pub length: usize,
}

impl RecordedBody {
    fn of(bytes: &Bytes) -> Self {
        let kept = bytes.get(..KEPT_BODY).unwrap_or(bytes);
        Self {
            text: String::from_utf8_lossy(kept).into_owned(),
            length: bytes.len(),
        }
    }
}

/// The latest exchanges, oldest first: as many as the capacity says, and no more than 32 MiB of bodies.
#[derive(Debug)]
pub struct Exchanges {
    capacity: usize,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    kept: VecDeque<Exchange>,
    last_sequence: u64,
    /// Bytes of all kept bodies.
    weight: usize,
}

impl Exchanges {
    /// A record that keeps the latest `capacity` exchanges.
    pub fn keeping(capacity: usize) -> Self {
        Self {
            capacity,
            log: Mutex::default(),
        }
    }

    /// The kept exchanges after sequence number `after` (0 for all), oldest first.
    pub fn after(&self, after: u64) -> Vec<Exchange> {
        lock(&self.log)
            .kept
            .iter()
            .filter(|exchange| exchange.sequence > after)
            .cloned()
            .collect()
    }

    /// Forgets all of them. Sequence numbers go on.
    pub fn clear(&self) {
        let mut log = lock(&self.log);
        log.kept.clear();
        log.weight = 0;
    }

    fn add(&self, mut exchange: Exchange) {
        let mut log = lock(&self.log);
        log.last_sequence += 1;
        exchange.sequence = log.last_sequence;
        log.weight += exchange.weight();
        log.kept.push_back(exchange);
        while log.kept.len() > self.capacity || log.weight > MOST_KEPT {
            let Some(oldest) = log.kept.pop_front() else {
                break;
            };
            log.weight -= oldest.weight();
        }
    }
}

/// Middleware that records an exchange once its answer is complete.
pub(crate) async fn record(
    State(state): State<Arc<EmulatorState>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = whole(body).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut exchange = begun(&state.clock, &parts, &body);
    let (parts, answer) = next
        .run(Request::from_parts(parts, Body::from(body)))
        .await
        .into_parts();
    let Ok(answer) = whole(answer).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    complete(&mut exchange, &parts, &answer);
    state.exchanges.add(exchange);
    Response::from_parts(parts, Body::from(answer))
}

async fn whole(body: Body) -> Result<Bytes, ()> {
    let collected = Limited::new(body, LARGEST_BODY)
        .collect()
        .await
        .map_err(|_| ())?;
    Ok(collected.to_bytes())
}

fn begun(clock: &Clock, request: &request::Parts, body: &Bytes) -> Exchange {
    Exchange {
        sequence: 0,
        time: clock.now(),
        method: request.method.to_string(),
        path: request.uri.path().to_owned(),
        query: request.uri.query().unwrap_or_default().to_owned(),
        request_headers: pairs(&request.headers),
        request_body: RecordedBody::of(body),
        status: 0,
        response_headers: Vec::new(),
        response_body: RecordedBody::default(),
        fault: None,
    }
}

fn complete(exchange: &mut Exchange, answer: &response::Parts, body: &Bytes) {
    exchange.status = answer.status.as_u16();
    exchange.response_headers = pairs(&answer.headers);
    exchange.response_body = RecordedBody::of(body);
    exchange.fault = answer
        .extensions
        .get::<Ending>()
        .map(|ending| ending.text());
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
        .collect()
}

fn first<'headers>(headers: &'headers [(String, String)], name: &str) -> Option<&'headers str> {
    headers
        .iter()
        .find(|(candidate, _)| candidate == name)
        .map(|(_, value)| value.as_str())
}

/// How much of a body is kept.
const KEPT_BODY: usize = 64 * 1024;
/// How much of all bodies together is kept.
const MOST_KEPT: usize = 32 * 1024 * 1024;
/// The largest body taken in or given out: above Graph's largest slice of an upload (60 MiB).
const LARGEST_BODY: usize = 64 * 1024 * 1024;
