//! `POST /$batch`: up to twenty requests in one (E53). Each goes through Graph as if it had come alone, so each is
//! authorised, throttled and spoiled by itself; the record of exchanges shows the envelope only.

mod answer;
mod request;
mod run;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::{
    access::Caller,
    answer::{Answer, Envelope, JSON},
    call::{Call, Trace},
    error::GraphError,
    serve::Graph,
};
use request::Batch;

/// What batches need: Graph itself, and the way into it.
#[derive(Clone, Debug)]
pub(crate) struct Batches {
    /// Clock, tokens, origin.
    pub(crate) graph: Arc<Graph>,
    /// Where single requests go.
    pub(crate) calls: Router,
}

/// Middleware: answers batches, and lets everything else through.
pub(crate) async fn serve(
    State(batches): State<Batches>,
    request: Request,
    next: Next,
) -> Response {
    if !is_batch(request.uri().path()) {
        return next.run(request).await;
    }
    let emulator = &batches.graph.emulator;
    let now = emulator.clock.now();
    let trace = Trace::of(request.headers());
    let outcome = match Call::read(request, now).await {
        Ok(call) => answered(&batches, call).await,
        Err(error) => Err(error),
    };
    Envelope {
        trace: &trace,
        origin: &emulator.origin,
        now,
        applied: None,
    }
    .seal(outcome)
}

async fn answered(batches: &Batches, call: Call) -> Result<Answer, GraphError> {
    Caller::identify(&batches.graph.emulator, &call.headers, call.now)?;
    if call.method != Method::POST {
        let text = "The emulated Graph takes batches by POST only.";
        return Err(GraphError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "BadRequest",
            text,
        ));
    }
    let batch = Batch::read(&call.body)?;
    let responses = run::run(&batches.calls, batch, &call.headers).await;
    let body = serde_json::json!({ "responses": responses });
    Ok(Answer::Raw {
        content_type: JSON.to_owned(),
        bytes: Bytes::from(body.to_string()),
    })
}

fn is_batch(path: &str) -> bool {
    let path = percent_decode_str(path).decode_utf8_lossy();
    path.trim_end_matches('/')
        .eq_ignore_ascii_case("/v1.0/$batch")
}
