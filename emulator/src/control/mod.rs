//! `/_emulator/…`: what tests and people use to look inside and to move time. None of it exists at Microsoft.

mod page;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};

use crate::{clock::rfc3339, exchange::Exchange, state::EmulatorState};

/// The control routes.
pub(crate) fn router(state: Arc<EmulatorState>) -> Router {
    Router::new()
        .route("/_emulator/", get(page::overview))
        .route(
            "/_emulator",
            get(|| async { Redirect::permanent("/_emulator/") }),
        )
        .route("/_emulator/world", get(world))
        .route(
            "/_emulator/exchanges",
            get(exchanges).delete(forget_exchanges),
        )
        .route("/_emulator/clock", get(time).post(advance))
        .with_state(state)
}

/// `GET /_emulator/world`: tenants, people and app registrations with their secrets.
async fn world(State(state): State<Arc<EmulatorState>>) -> Response {
    Json(&*state.world()).into_response()
}

/// `GET /_emulator/exchanges?after=N`: the kept exchanges with a sequence number above N, oldest first.
async fn exchanges(
    State(state): State<Arc<EmulatorState>>,
    Query(range): Query<Range>,
) -> Json<ExchangeList> {
    Json(ExchangeList {
        exchanges: state.exchanges.after(range.after),
    })
}

/// `DELETE /_emulator/exchanges`: forgets them.
async fn forget_exchanges(State(state): State<Arc<EmulatorState>>) -> StatusCode {
    state.exchanges.clear();
    StatusCode::NO_CONTENT
}

/// `GET /_emulator/clock`: the time everything goes by.
async fn time(State(state): State<Arc<EmulatorState>>) -> Json<Time> {
    Json(Time::at(state.clock.now()))
}

/// `POST /_emulator/clock {"advance_seconds": N}`: moves it and answers the new time. The body must be JSON, so that a
/// foreign page cannot send it without the browser asking first.
async fn advance(State(state): State<Arc<EmulatorState>>, Json(by): Json<Advance>) -> Json<Time> {
    Json(Time::at(state.clock.advance(by.advance_seconds)))
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    after: u64,
}

#[derive(Serialize)]
struct ExchangeList {
    exchanges: Vec<Exchange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: i64,
}

#[derive(Serialize)]
struct Time {
    /// Unix seconds.
    now: i64,
    rfc3339: String,
}

impl Time {
    fn at(now: i64) -> Self {
        Self {
            now,
            rfc3339: rfc3339(now),
        }
    }
}
