//! Subscriptions and notifications, looked at and let happen.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    graph::{Graph, LifecycleEvent},
    state::EmulatorState,
};

/// The routes.
pub(super) fn routes() -> Router<Arc<EmulatorState>> {
    Router::new()
        .route("/_emulator/subscriptions", get(list))
        .route("/_emulator/subscriptions/{id}/lifecycle", post(let_happen))
        .route("/_emulator/notifications", get(traffic))
}

/// `GET /_emulator/subscriptions`: everybody's.
async fn list(State(state): State<Arc<EmulatorState>>) -> Json<Value> {
    state.notifications.expire(state.clock.now());
    Json(json!({ "subscriptions": state.notifications.views() }))
}

/// `POST /_emulator/subscriptions/{id}/lifecycle {"event": "missed"}` (E61)
async fn let_happen(
    State(state): State<Arc<EmulatorState>>,
    Path(id): Path<String>,
    Json(asked): Json<Asked>,
) -> StatusCode {
    match state.let_happen(&id, asked.event) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::NOT_FOUND,
    }
}

/// `GET /_emulator/notifications`: how many wait, and the latest attempts to deliver, oldest first.
async fn traffic(State(state): State<Arc<EmulatorState>>) -> Json<Value> {
    let (waiting, attempts) = state.notifications.traffic();
    Json(json!({ "waiting": waiting, "attempts": attempts }))
}

/// The route for those who wait until everybody has been told.
pub(super) fn settling(graph: Arc<Graph>) -> Router {
    Router::new()
        .route("/_emulator/notifications/settle", post(settle))
        .with_state(graph)
}

/// `POST /_emulator/notifications/settle`: answers once everything that is due has been tried.
async fn settle(State(graph): State<Arc<Graph>>) -> StatusCode {
    graph.settled().await;
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    event: LifecycleEvent,
}
