//! All routes together.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::{
    control, entra, exchange,
    graph::{self, MailSettings},
    page,
    state::EmulatorState,
};

/// Graph and Entra, recorded; beside them the control routes, which are not.
pub(crate) fn router(state: Arc<EmulatorState>, mail: MailSettings) -> Router {
    let recorded = graph::router_with(Arc::clone(&state), mail)
        .merge(entra::router(Arc::clone(&state)))
        .fallback(entra::not_found)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            entra::serve_applications,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            exchange::record,
        ));
    recorded
        .merge(entra::control(Arc::clone(&state)))
        .merge(control::router(state))
        .merge(page::assets())
}
