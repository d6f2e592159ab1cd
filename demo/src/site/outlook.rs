//! `/outlook/…`: the backend, with somebody at the door who notes what goes by.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::ground::Ground;
use crate::steps::door;

/// Hands a request to the backend.
pub(super) async fn pass(State(ground): State<Arc<Ground>>, request: Request) -> Response {
    // Held until the answer is there: starting over waits for it.
    match ground.house().await.as_ref() {
        Some(house) => door::pass(house.watcher(), house.outlook(), request).await,
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
