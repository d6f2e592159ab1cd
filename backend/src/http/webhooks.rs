//! Webhooks as the integrator's server manages them.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::integrator::{
    CreateWebhook, DeliveryList, Redeliver, Redelivering, RotateSecret, TestBegun, WebhookList,
    WebhookSecretTold, WebhookView,
};

use super::Door;
use super::body::{Form, Json};
use super::codes::Code;
use super::error::Problem;
use crate::app::ApiKeyId;

type Named = Result<Path<String>, PathRejection>;

fn name(webhook: Named) -> Result<String, Problem> {
    let Path(webhook) = webhook.map_err(|_| Code::WebhookUnknown)?;
    Ok(webhook)
}

/// `POST /v1/webhooks`
pub(super) async fn create(
    State(door): State<Door>,
    Extension(key): Extension<ApiKeyId>,
    Json(request): Json<CreateWebhook>,
) -> Result<Response, Problem> {
    let made = door.app.create_webhook(key, request).await?;
    Ok((StatusCode::CREATED, axum::Json(made)).into_response())
}

/// `GET /v1/webhooks`
pub(super) async fn list(State(door): State<Door>) -> Result<axum::Json<WebhookList>, Problem> {
    Ok(axum::Json(door.app.webhooks().await?))
}

/// `GET /v1/webhooks/{webhook}`
pub(super) async fn read(
    State(door): State<Door>,
    webhook: Named,
) -> Result<axum::Json<WebhookView>, Problem> {
    Ok(axum::Json(door.app.webhook(&name(webhook)?).await?))
}

/// `DELETE /v1/webhooks/{webhook}`
pub(super) async fn remove(
    State(door): State<Door>,
    webhook: Named,
) -> Result<StatusCode, Problem> {
    door.app.remove_webhook(&name(webhook)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/webhooks/{webhook}/enable`
pub(super) async fn enable(
    State(door): State<Door>,
    webhook: Named,
) -> Result<StatusCode, Problem> {
    door.app.enable_webhook(&name(webhook)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/webhooks/{webhook}/secret`
pub(super) async fn rotate(
    State(door): State<Door>,
    webhook: Named,
    Json(request): Json<RotateSecret>,
) -> Result<axum::Json<WebhookSecretTold>, Problem> {
    let webhook = name(webhook)?;
    let told = door.app.rotate_webhook_secret(&webhook, &request).await?;
    Ok(axum::Json(told))
}

/// `POST /v1/webhooks/{webhook}/test`
pub(super) async fn test(State(door): State<Door>, webhook: Named) -> Result<Response, Problem> {
    let begun: TestBegun = door.app.test_webhook(&name(webhook)?).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(begun)).into_response())
}

/// `GET /v1/webhooks/{webhook}/deliveries`
pub(super) async fn deliveries(
    State(door): State<Door>,
    webhook: Named,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<DeliveryList>, Problem> {
    let Form(fields) = Form::read(query.unwrap_or_default().as_bytes())?;
    let cursor = match fields.as_slice() {
        [] => None,
        [(name, value)] if name == "cursor" => Some(value.as_str()),
        _ => return Err(Problem::from(Code::BadRequest).because("cursor is all that may be asked")),
    };
    let list = door.app.webhook_deliveries(&name(webhook)?, cursor).await?;
    Ok(axum::Json(list))
}

/// `POST /v1/webhooks/{webhook}/redeliveries`
pub(super) async fn redeliver(
    State(door): State<Door>,
    webhook: Named,
    Json(request): Json<Redeliver>,
) -> Result<Response, Problem> {
    let begun: Redelivering = door.app.redeliver(&name(webhook)?, &request).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(begun)).into_response())
}
