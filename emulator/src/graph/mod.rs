//! Graph mail.

use std::sync::Arc;

use axum::Router;

use crate::state::EmulatorState;

/// The routes below `/v1.0`.
pub(crate) fn router(_state: Arc<EmulatorState>) -> Router {
    Router::new()
}
