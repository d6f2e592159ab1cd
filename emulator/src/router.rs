//! All routes together.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::{
    challenge, control, entra, exchange,
    graph::{self, MailSettings},
    page, scenario,
    state::EmulatorState,
};

/// Graph and Entra, spoiled where faults are set, and recorded; beside them the control routes, which are neither.
pub(crate) fn router(state: Arc<EmulatorState>, mail: MailSettings) -> Router {
    let graph = graph::router_with(Arc::clone(&state), mail).layer(middleware::from_fn_with_state(
        Arc::clone(&state),
        challenge::guard,
    ));
    let recorded = graph
        .merge(entra::router(Arc::clone(&state)))
        .fallback(entra::not_found)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            entra::serve_applications,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            scenario::spoil_answer,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            exchange::record,
        ))
        .layer(middleware::from_fn(scenario::spoil_connection));
    recorded
        .merge(entra::control(Arc::clone(&state)))
        .merge(control::router(state))
        .merge(page::assets())
}
