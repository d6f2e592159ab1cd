//! Where the emulator listens, and where its Graph says no.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::trouble::refused;
use crate::{graph::GraphLimits, state::EmulatorState};

/// `GET /_emulator/origins`
pub(super) async fn origins(State(state): State<Arc<EmulatorState>>) -> Json<Value> {
    let EmulatorState {
        origin,
        upload_origin,
        ..
    } = &*state;
    Json(json!({ "entra": origin, "graph": origin, "uploads": upload_origin }))
}

/// `GET /_emulator/limits`
pub(super) async fn show(State(state): State<Arc<EmulatorState>>) -> Json<GraphLimits> {
    Json(state.switches().graph_limits)
}

/// `POST /_emulator/limits`: changes those that are named.
pub(super) async fn change(
    State(state): State<Arc<EmulatorState>>,
    Json(asked): Json<Value>,
) -> Response {
    match state.switches().graph_limits.changed(&asked) {
        Err(reason) => refused(&reason),
        Ok(limits) => {
            state.change_switches(|switches| switches.graph_limits = limits.clone());
            Json(limits).into_response()
        }
    }
}
