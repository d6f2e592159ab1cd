//! Hosted links as the integrator's server sees them.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::integrator::{
    AccountDetails, AccountPage, ConfirmLink, Confirmation, CreateLink, LinkCreated, LinkView,
};

use super::Door;
use super::body::{Form, Json};
use super::codes::Code;
use super::error::Problem;
use crate::app::ApiKeyId;

type Named = Result<Path<String>, PathRejection>;

/// `POST /v1/links`
pub(super) async fn create(
    State(door): State<Door>,
    Extension(key): Extension<ApiKeyId>,
    Json(request): Json<CreateLink>,
) -> Result<Response, Problem> {
    let made = door.app.create_link(key, request).await?;
    let created = LinkCreated {
        id: made.id.to_string(),
        // R34: from the settings, whatever the request says about the host.
        url: format!("{}{}/v1/open/{}", door.site, door.base, made.token.expose()),
        expires_at: made.expires_at.0,
    };
    Ok((StatusCode::CREATED, axum::Json(created)).into_response())
}

/// `GET /v1/links/{link}`
pub(super) async fn read(
    State(door): State<Door>,
    link: Named,
) -> Result<axum::Json<LinkView>, Problem> {
    let Path(link) = link.map_err(|_| Code::LinkUnknown)?;
    Ok(axum::Json(door.app.link(&link).await?))
}

/// `DELETE /v1/links/{link}`
pub(super) async fn revoke(State(door): State<Door>, link: Named) -> Result<StatusCode, Problem> {
    let Path(link) = link.map_err(|_| Code::LinkUnknown)?;
    door.app.revoke_link(&link).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/links/{link}/confirm`
pub(super) async fn confirm(
    State(door): State<Door>,
    link: Named,
    Json(request): Json<ConfirmLink>,
) -> Result<axum::Json<Confirmation>, Problem> {
    let Path(link) = link.map_err(|_| Code::LinkUnknown)?;
    Ok(axum::Json(door.app.confirm_link(&link, request).await?))
}

/// `GET /v1/accounts`
pub(super) async fn accounts(
    State(door): State<Door>,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<AccountPage>, Problem> {
    let Form(fields) = Form::read(query.unwrap_or_default().as_bytes())?;
    let cursor = match fields.as_slice() {
        [] => None,
        [(name, value)] if name == "cursor" => Some(value.as_str()),
        _ => return Err(Problem::from(Code::BadRequest).because("cursor is all that may be asked")),
    };
    Ok(axum::Json(door.app.accounts_page(cursor).await?))
}

/// `GET /v1/accounts/{account}`
pub(super) async fn account(
    State(door): State<Door>,
    account: Named,
) -> Result<axum::Json<AccountDetails>, Problem> {
    let Path(account) = account.map_err(|_| Code::AccountUnknown)?;
    Ok(axum::Json(door.app.account_details(&account).await?))
}
