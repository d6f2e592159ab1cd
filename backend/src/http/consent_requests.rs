//! Consent requests as the integrator's server sees them.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::integrator::{
    ConsentRequestCreated, ConsentRequestPage, ConsentRequestView, CreateConsentRequest,
};

use super::Door;
use super::body::{Form, Json};
use super::codes::Code;
use super::error::Problem;

/// `POST /v1/consent-requests`
pub(super) async fn create(
    State(door): State<Door>,
    Json(request): Json<CreateConsentRequest>,
) -> Result<Response, Problem> {
    let made = door.app.create_consent_request(request).await?;
    let created = ConsentRequestCreated {
        url: door.app.consent_address(&made.token),
        request: made.view,
    };
    Ok((StatusCode::CREATED, axum::Json(created)).into_response())
}

/// `GET /v1/consent-requests`
pub(super) async fn list(
    State(door): State<Door>,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<ConsentRequestPage>, Problem> {
    let Form(fields) = Form::read(query.unwrap_or_default().as_bytes())?;
    let cursor = match fields.as_slice() {
        [] => None,
        [(name, value)] if name == "cursor" => Some(value.as_str()),
        _ => return Err(Problem::from(Code::BadRequest).because("cursor is all that may be asked")),
    };
    Ok(axum::Json(door.app.consent_requests_page(cursor).await?))
}

/// `GET /v1/consent-requests/{request}`
pub(super) async fn read(
    State(door): State<Door>,
    request: Result<Path<String>, PathRejection>,
) -> Result<axum::Json<ConsentRequestView>, Problem> {
    let Path(request) = request.map_err(|_| Code::ConsentUnknown)?;
    Ok(axum::Json(door.app.consent_request(&request).await?))
}
