//! All routes together.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::{
    challenge, control, entra, exchange,
    graph::{self, Batches, Graph},
    page, scenario,
    state::EmulatorState,
};

/// Graph and Entra, spoiled where faults are set, and recorded; beside them the control routes, which are neither.
pub(crate) fn router(state: Arc<EmulatorState>, graph: Arc<Graph>) -> Router {
    let calls = graph::router(Arc::clone(&graph)).layer(middleware::from_fn_with_state(
        Arc::clone(&state),
        challenge::guard,
    ));
    let batches = Batches {
        graph: Arc::clone(&graph),
        calls: spoiled(calls.clone(), &state, &graph),
    };
    let recorded = calls
        .layer(middleware::from_fn_with_state(batches, graph::batches))
        .merge(entra::router(Arc::clone(&state)))
        .fallback(entra::not_found)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            entra::serve_applications,
        ));
    recorded_and_spoiled(recorded, &state, &graph)
        .layer(middleware::from_fn(graph::readable_graph))
        .merge(entra::control(Arc::clone(&state)))
        .merge(control::router(state, graph))
        .merge(page::assets())
}

/// The upload host, spoiled and recorded like the rest.
pub(crate) fn upload_router(state: &Arc<EmulatorState>, graph: &Arc<Graph>) -> Router {
    recorded_and_spoiled(graph::upload_router(Arc::clone(graph)), state, graph)
        .layer(middleware::from_fn(graph::readable))
}

fn recorded_and_spoiled(routes: Router, state: &Arc<EmulatorState>, graph: &Arc<Graph>) -> Router {
    spoiled(routes, state, graph)
        .layer(middleware::from_fn_with_state(
            Arc::clone(state),
            exchange::record,
        ))
        .layer(middleware::from_fn(scenario::spoil_connection))
}

/// Counted first, so that a request that a fault delays is in flight meanwhile.
fn spoiled(routes: Router, state: &Arc<EmulatorState>, graph: &Arc<Graph>) -> Router {
    routes
        .layer(middleware::from_fn_with_state(
            Arc::clone(state),
            scenario::spoil_answer,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(graph),
            graph::throttle,
        ))
}
