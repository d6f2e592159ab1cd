//! Who is connected, signing out, disconnecting.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use connect_outlook_protocol::wire::SessionList;

use super::codes::Code;
use super::error::Problem;
use super::{Door, cookies};
use crate::app::{EndedSessions, SessionAfter, SessionError};

/// `GET /v1/session`: 204 in a browser that is not connected. Pages ask on every view, and browsers write each
/// answer above 399 into the console of people who did nothing wrong.
pub(super) async fn who_am_i(
    State(door): State<Door>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !cookies::shows_session(&headers) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    match door.app.who_am_i(cookies::session(&headers)).await {
        Ok(session) => Ok(axum::Json(session).into_response()),
        Err(gone @ SessionError::None) => Ok(without_cookie(Problem::from(gone))),
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /v1/session`
pub(super) async fn sign_out(
    State(door): State<Door>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    door.app.sign_out(cookies::session(&headers)).await?;
    Ok(without_cookie(StatusCode::NO_CONTENT))
}

/// `GET /v1/sessions`
pub(super) async fn list(
    State(door): State<Door>,
    headers: HeaderMap,
) -> Result<axum::Json<SessionList>, Problem> {
    let sessions = door.app.sessions(cookies::session(&headers)).await?;
    Ok(axum::Json(sessions))
}

/// `DELETE /v1/sessions`: everywhere, here included.
pub(super) async fn end_all(
    State(door): State<Door>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ended = door.app.end_sessions(cookies::session(&headers), None);
    answer_ended(ended.await?)
}

/// `DELETE /v1/sessions/{session}`
pub(super) async fn end_one(
    State(door): State<Door>,
    headers: HeaderMap,
    session: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let Path(session) = session.map_err(|_| Code::SessionUnknown)?;
    let ended = door
        .app
        .end_sessions(cookies::session(&headers), Some(&session));
    answer_ended(ended.await?)
}

fn answer_ended(ended: EndedSessions) -> Result<Response, Problem> {
    match ended {
        EndedSessions::Others => Ok(StatusCode::NO_CONTENT.into_response()),
        EndedSessions::ThisToo => Ok(without_cookie(StatusCode::NO_CONTENT)),
        EndedSessions::Unknown => Err(Code::SessionUnknown.into()),
    }
}

/// `DELETE /v1/accounts/{account}`; the last account takes the session with it.
pub(super) async fn disconnect(
    State(door): State<Door>,
    headers: HeaderMap,
    account: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let Path(account) = account.map_err(|_| Code::AccountUnknown)?;
    let disconnected = door.app.disconnect(cookies::session(&headers), &account);
    Ok(match disconnected.await? {
        SessionAfter::Open => StatusCode::NO_CONTENT.into_response(),
        SessionAfter::Ended => without_cookie(StatusCode::NO_CONTENT),
    })
}

/// An answer that takes the session's cookie away.
fn without_cookie(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response
        .headers_mut()
        .extend(cookies::clear_session().map(|cookie| (header::SET_COOKIE, cookie)));
    response
}
