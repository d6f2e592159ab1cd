//! All routes together.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::{control, exchange, graph, state::EmulatorState};

/// Graph and Entra, recorded; beside them the control routes, which are not.
pub(crate) fn router(state: Arc<EmulatorState>) -> Router {
    let recorded = graph::router(Arc::clone(&state));
    recorded
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            exchange::record,
        ))
        .merge(control::router(state))
}
