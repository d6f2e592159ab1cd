//! Starting an attempt and the two ways it ends.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::wire::{FinishAttempt, RefuseAttempt, StartAttempt};

use super::body::Json;
use super::error::Problem;
use super::{Door, cookies};
use crate::app::Finished;

/// `POST /v1/attempts`
pub(super) async fn start(
    State(door): State<Door>,
    headers: HeaderMap,
    Json(request): Json<StartAttempt>,
) -> Result<Response, Problem> {
    let (browser, session) = (cookies::flow(&headers), cookies::session(&headers));
    let (started, browser) = door.app.start_attempt(request, browser, session).await?;
    let cookie = cookies::set_flow(&browser, FLOW_LASTS);
    let mut response = (StatusCode::CREATED, axum::Json(started)).into_response();
    response
        .headers_mut()
        .extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// `POST /v1/sessions`
pub(super) async fn finish(
    State(door): State<Door>,
    headers: HeaderMap,
    Json(request): Json<FinishAttempt>,
) -> Result<Response, Problem> {
    let (browser, session) = (cookies::flow(&headers), cookies::session(&headers));
    let finished = door.app.finish_attempt(request, browser, session).await?;
    Ok(told(finished))
}

/// The outcome, and the session's cookie if there is a session.
pub(super) fn told(finished: Finished) -> Response {
    let cookie = finished
        .session
        .and_then(|session| cookies::set_session(&session.handle, session.lasts));
    let mut response = axum::Json(finished.outcome).into_response();
    response
        .headers_mut()
        .extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// `POST /v1/attempts/refusals`
pub(super) async fn refuse(
    State(door): State<Door>,
    headers: HeaderMap,
    Json(request): Json<RefuseAttempt>,
) -> Result<Response, Problem> {
    let outcome = door
        .app
        .refuse_attempt(request, cookies::flow(&headers))
        .await?;
    Ok(axum::Json(outcome).into_response())
}

/// Seconds the flow cookie stays: longer than any attempt, so that a late visitor is told "expired" and not "not yours".
pub(super) const FLOW_LASTS: i64 = 60 * 60;
