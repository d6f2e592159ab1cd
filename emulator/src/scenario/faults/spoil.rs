//! Where faults strike: once within the record of exchanges, which sees the answer as the emulator meant it, and once
//! outside of it, where the answer meets the connection.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header::CONTENT_LENGTH},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, future::ready, stream};

use super::{
    FaultKind, Struck,
    answers::{self, RetryAfter},
    rewrite::rewritten,
};
use crate::{
    scenario::{line::Line, who::Seen},
    state::EmulatorState,
};

/// How an answer ends on its way, as an extension of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The connection breaks before its first byte, and nothing was processed.
    ResetBefore,
    /// The same, but the request was processed.
    ResetAfter,
    /// It breaks off in the middle.
    Truncated,
    /// Its second half comes so many milliseconds after the first.
    Slow(u64),
}

impl Ending {
    /// The word in the record of exchanges.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::Truncated => "truncated",
            Self::Slow(_) => "slow_body",
        }
    }
}

/// Middleware: lets the faults of a request strike and marks how its answer ends.
pub(crate) async fn spoil_answer(
    State(state): State<Arc<EmulatorState>>,
    request: Request,
    next: Next,
) -> Response {
    if state.faults.is_empty() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // The record in front of this has read the body whole and limited it.
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let seen = Seen::of(&state, &parts, &body);
    let Struck { kinds, held_by } = state.faults.strike(&seen);
    state.faults.until_removed(&held_by).await;
    let request = Request::from_parts(parts, Body::from(body));
    for kind in &kinds {
        if let FaultKind::Delay { milliseconds } = kind {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
        }
    }
    if kinds.contains(&FaultKind::ResetBefore) {
        return ending(StatusCode::OK.into_response(), Ending::ResetBefore);
    }
    let answer = match refusal(&state, &seen, &kinds) {
        Some(refusal) => refusal,
        None => rewritten(next.run(request).await, &kinds).await,
    };
    let slow = kinds.iter().find_map(|kind| match kind {
        FaultKind::SlowBody { milliseconds } => Some(Ending::Slow(*milliseconds)),
        _ => None,
    });
    match slow {
        _ if kinds.contains(&FaultKind::ResetAfter) => ending(answer, Ending::ResetAfter),
        _ if kinds.contains(&FaultKind::Truncate) => ending(answer, Ending::Truncated),
        Some(slow) => ending(answer, slow),
        None => answer,
    }
}

fn refusal(state: &EmulatorState, seen: &Seen, kinds: &[FaultKind]) -> Option<Response> {
    kinds.iter().find_map(|kind| match kind {
        FaultKind::Status {
            status,
            retry_after,
        } => Some(answers::refused(
            state,
            seen,
            *status,
            retry_after.map(RetryAfter::Seconds),
        )),
        FaultKind::StatusUntil {
            status,
            retry_after,
        } => {
            let date = RetryAfter::Date(state.clock.now().saturating_add(*retry_after));
            Some(answers::refused(state, seen, *status, Some(date)))
        }
        FaultKind::Html { status } => Some(answers::page(*status)),
        FaultKind::DeltaGone => Some(answers::delta_gone(state)),
        _ => None,
    })
}

fn ending(mut answer: Response, ending: Ending) -> Response {
    answer.extensions_mut().insert(ending);
    answer
}

/// Middleware around everything: breaks connections and answers that are marked so.
pub(crate) async fn spoil_connection(request: Request, next: Next) -> Response {
    let line = request.extensions().get::<ConnectInfo<Line>>().cloned();
    let answer = next.run(request).await;
    match answer.extensions().get::<Ending>() {
        None => answer,
        Some(Ending::ResetBefore | Ending::ResetAfter) => {
            if let Some(ConnectInfo(line)) = line {
                line.cut();
            }
            answer
        }
        Some(Ending::Truncated) => truncated(answer).await,
        Some(Ending::Slow(milliseconds)) => {
            let pause = Duration::from_millis(*milliseconds);
            slowed(answer, pause).await
        }
    }
}

/// The same body, its second half later.
async fn slowed(answer: Response, pause: Duration) -> Response {
    let (parts, body) = answer.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let middle = whole.len() / 2;
    let (first, second) = (whole.slice(..middle), whole.slice(middle..));
    let later = async move {
        tokio::time::sleep(pause).await;
        Ok::<Bytes, io::Error>(second)
    };
    let halves = stream::once(ready(Ok(first))).chain(stream::once(later));
    Response::from_parts(parts, Body::from_stream(halves))
}

/// The first half of a body that announces its whole length.
async fn truncated(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(whole.len().max(2)));
    let half: Result<Bytes, io::Error> = Ok(whole.slice(..whole.len() / 2));
    let broken = async {
        // The server sends what it has while the stream makes it wait; without that, nothing at all would arrive.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    let broken_off = stream::once(ready(half)).chain(stream::once(broken));
    Response::from_parts(parts, Body::from_stream(broken_off))
}
