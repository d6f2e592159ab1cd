//! What came of an attempt, for the frame that sent a window away for it.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::wire::TakeClaim;

use super::bearer::Held;
use super::body::Json;
use super::codes::Code;
use super::error::Problem;
use super::{Door, attempts, cookies};

/// `POST /v1/claims`. The session goes to whoever holds handles: a cookie would stay in the frame's partition, if the
/// browser took it at all.
pub(super) async fn take(
    State(door): State<Door>,
    held: Option<Extension<Held>>,
    headers: HeaderMap,
    Json(request): Json<TakeClaim>,
) -> Result<Response, Problem> {
    if held.is_none() {
        return Err(Code::FramesNotAllowed.into());
    }
    let session = cookies::session(&headers);
    let Some(finished) = door.app.take_claim(&request.claim, session).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    Ok(attempts::told(finished))
}
