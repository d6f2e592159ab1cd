//! People and mail made on request (E64).

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use super::trouble::refused;
use crate::{
    graph::{Graph, NewMail, SeedError},
    state::EmulatorState,
    world::Person,
};

/// The routes that need Graph.
pub(super) fn router(graph: Arc<Graph>) -> Router {
    Router::new()
        .route("/_emulator/mailboxes/{person}/messages", post(add_mail))
        .with_state(graph)
}

/// `POST /_emulator/people`: somebody new, as a world file would say it.
pub(super) async fn add_person(
    State(state): State<Arc<EmulatorState>>,
    Json(asked): Json<Value>,
) -> Response {
    match state.add_person(asked) {
        Ok(person) => (StatusCode::CREATED, Json(person)).into_response(),
        Err(reason) => refused(&reason),
    }
}

/// `POST /_emulator/mailboxes/{address or id}/messages`: mail comes in.
async fn add_mail(
    State(graph): State<Arc<Graph>>,
    Path(person): Path<String>,
    Json(mail): Json<NewMail>,
) -> Response {
    match graph.seed(&person, &mail) {
        Ok(ids) => (StatusCode::CREATED, Json(json!({ "ids": ids }))).into_response(),
        Err(SeedError::Nobody(_)) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => refused(&error.to_string()),
    }
}

impl EmulatorState {
    /// Adds a person, described as in a world file.
    ///
    /// # Errors
    /// A sentence that says what is missing or contradicts the world.
    pub fn add_person(&self, entry: Value) -> Result<Person, String> {
        let mut added = Err(String::new());
        self.change_world(|world| added = world.add_person(entry));
        added
    }
}
