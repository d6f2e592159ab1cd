//! All routes together.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::{control, entra, exchange, graph, page, state::EmulatorState};

/// Graph and Entra, recorded; beside them the control routes, which are not.
pub(crate) fn router(state: Arc<EmulatorState>) -> Router {
    let recorded = graph::router(Arc::clone(&state))
        .merge(entra::router(Arc::clone(&state)))
        .fallback(entra::not_found)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            exchange::record,
        ));
    recorded.merge(control::router(state)).merge(page::assets())
}
