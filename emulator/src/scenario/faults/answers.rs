//! The answers of faults that refuse: in the JSON of Entra or of Graph, or as HTML.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{Html, IntoResponse, Response},
};
use serde_json::json;

use crate::{
    clock::rfc3339, entra::unavailable, graph::http_date, random, scenario::who::Seen,
    state::EmulatorState,
};

/// When to come back.
#[derive(Clone, Copy, Debug)]
pub(super) enum RetryAfter {
    /// After so many seconds.
    Seconds(i64),
    /// At this time, unix seconds.
    Date(i64),
}

impl RetryAfter {
    fn text(self) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Date(at) => http_date(at),
        }
    }
}

/// A refusal of this status: OAuth's JSON from Entra, Graph's from Graph.
pub(super) fn refused(
    state: &EmulatorState,
    seen: &Seen,
    status: u16,
    retry_after: Option<RetryAfter>,
) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut answer = match seen.is_graph() {
        true => graph(state, status),
        false => unavailable(state, status),
    };
    let retry_after = retry_after.and_then(|after| HeaderValue::from_str(&after.text()).ok());
    answer
        .headers_mut()
        .extend(retry_after.map(|after| (RETRY_AFTER, after)));
    answer
}

/// A gateway's page, as it comes from in front of the service.
pub(super) fn page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reason = status.canonical_reason().unwrap_or("Error");
    let body = format!(
        "<!DOCTYPE html>\r\n<html><head><title>{reason}</title></head><body><h2>{reason}</h2><hr><p>Emulated trouble.</p></body></html>\r\n"
    );
    (status, Html(body)).into_response()
}

/// 410 for a delta token (graph-mail §10).
pub(super) fn delta_gone(state: &EmulatorState) -> Response {
    let message = "The sync state generation is not found; generation=149;[highest=157].";
    graph_error(state, StatusCode::GONE, "SyncStateNotFound", message)
}

fn graph(state: &EmulatorState, status: StatusCode) -> Response {
    let (code, message) = match status.as_u16() {
        429 => (
            "TooManyRequests",
            "Too many requests. Please retry after some time.",
        ),
        503 => (
            "serviceNotAvailable",
            "The service is temporarily unavailable.",
        ),
        _ => ("generalException", "An emulated error occurred."),
    };
    graph_error(state, status, code, message)
}

fn graph_error(state: &EmulatorState, status: StatusCode, code: &str, message: &str) -> Response {
    let request = random::guid();
    let inner = json!({
        "date": rfc3339(state.clock.now()).trim_end_matches('Z'),
        "request-id": request,
        "client-request-id": request,
    });
    let error = json!({ "code": code, "message": message, "innerError": inner });
    (status, Json(json!({ "error": error }))).into_response()
}
