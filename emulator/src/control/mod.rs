//! `/_emulator/…`: what tests and people use to look inside and to move time. None of it exists at Microsoft.

mod forms;
mod guard;
mod handle;
mod limits;
mod page;
mod seed;
mod settings;
mod subscriptions;
mod trouble;
mod views;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::{delete, get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use views::{GrantView, RefreshFamily, RefreshTokenView, SessionView};

use crate::{clock::rfc3339, exchange::Exchange, graph::Graph, state::EmulatorState};

/// The control routes.
pub(crate) fn router(state: Arc<EmulatorState>, graph: Arc<Graph>) -> Router {
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
        .route("/_emulator/manners", get(manners))
        .route("/_emulator/clock", get(time).post(advance))
        .route("/_emulator/people", post(seed::add_person))
        .route("/_emulator/origins", get(limits::origins))
        .route("/_emulator/limits", get(limits::show).post(limits::change))
        .route("/_emulator/exchanges/{sequence}", get(page::exchange))
        .route("/_emulator/forms/{deed}", post(forms::submit))
        .merge(trouble_and_memory())
        .merge(subscriptions::routes())
        .with_state(Arc::clone(&state))
        .merge(subscriptions::settling(Arc::clone(&graph)))
        .merge(seed::router(graph))
        .layer(middleware::from_fn_with_state(state, guard::own_names_only))
}

fn trouble_and_memory() -> Router<Arc<EmulatorState>> {
    Router::new()
        .route(
            "/_emulator/scenarios",
            get(trouble::list)
                .post(trouble::set)
                .delete(trouble::remove_all),
        )
        .route("/_emulator/scenarios/{id}", delete(trouble::remove))
        .route(
            "/_emulator/faults",
            get(trouble::faults).post(trouble::add_fault),
        )
        .route("/_emulator/faults/{id}", delete(trouble::remove))
        .route("/_emulator/grants", get(grants))
        .route("/_emulator/sessions", get(sessions))
        .route("/_emulator/refresh_tokens", get(refresh_tokens))
        .route("/_emulator/approval_requests", get(approval_requests))
        .route("/_emulator/approval_requests/{id}", post(settings::decide))
        .route(
            "/_emulator/switches",
            get(settings::switches).post(settings::change_switches),
        )
        .route("/_emulator/tenants/{tenant}", post(settings::change_tenant))
        .route("/_emulator/keys", post(settings::roll_over))
}

/// `GET /_emulator/grants`: who agreed to what.
async fn grants(State(state): State<Arc<EmulatorState>>) -> Response {
    Json(json!({ "grants": state.grants() })).into_response()
}

/// `GET /_emulator/sessions`: who is signed in to which browser.
async fn sessions(State(state): State<Arc<EmulatorState>>) -> Response {
    Json(json!({ "sessions": state.sessions() })).into_response()
}

/// `GET /_emulator/refresh_tokens`: all of them by family.
async fn refresh_tokens(State(state): State<Arc<EmulatorState>>) -> Response {
    Json(json!({ "families": state.refresh_families() })).into_response()
}

/// `GET /_emulator/approval_requests`
async fn approval_requests(State(state): State<Arc<EmulatorState>>) -> Response {
    Json(json!({ "approval_requests": state.approval_requests() })).into_response()
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

/// `GET /_emulator/manners?after=N`: how clients behaved in the exchanges after N.
async fn manners(State(state): State<Arc<EmulatorState>>, Query(range): Query<Range>) -> Response {
    Json(json!({ "manners": state.manners(range.after) })).into_response()
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
