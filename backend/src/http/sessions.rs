//! Who is connected, signing out, disconnecting.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::wire::SessionView;

use super::codes::Code;
use super::error::Problem;
use super::{Door, cookies};

/// `GET /v1/session`
pub(super) async fn who_am_i(
    State(door): State<Door>,
    headers: HeaderMap,
) -> Result<axum::Json<SessionView>, Problem> {
    Ok(axum::Json(
        door.app.who_am_i(cookies::session(&headers)).await?,
    ))
}

/// `DELETE /v1/session`
pub(super) async fn sign_out(
    State(door): State<Door>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    door.app.sign_out(cookies::session(&headers)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .extend(cookies::clear_session().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// `DELETE /v1/accounts/{account}`
pub(super) async fn disconnect(
    State(door): State<Door>,
    headers: HeaderMap,
    account: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path(account) = account.map_err(|_| Code::AccountUnknown)?;
    door.app
        .disconnect(cookies::session(&headers), &account)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
