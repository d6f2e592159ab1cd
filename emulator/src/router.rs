//! All routes together.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::{
    challenge, control, entra, exchange,
    graph::{self, MailSettings},
    page, scenario,
    state::EmulatorState,
};

/// Graph and Entra, recorded; beside them the control routes, which are not.
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
<<<<<<< HEAD
            entra::serve_applications,
=======
            scenario::spoil_answer,
>>>>>>> 33d5ab8 (wip)
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            exchange::record,
        ));
    recorded
<<<<<<< HEAD
        .merge(entra::control(Arc::clone(&state)))
=======
        .layer(middleware::from_fn(scenario::spoil_connection))
>>>>>>> 33d5ab8 (wip)
        .merge(control::router(state))
        .merge(page::assets())
}
