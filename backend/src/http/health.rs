//! Whether the server lives, and whether it can serve. For load balancers: nothing personal, no proof asked.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::refusal::Actor;
use serde::Serialize;

use super::Door;
use super::codes::Code;
use super::error::Problem;

/// `GET /livez`: the process answers.
pub(super) async fn live() -> Response {
    axum::Json(Health {
        status: "alive",
        incident: None,
    })
    .into_response()
}

/// `GET /readyz`: the vault answers. An incident of the deployment is told and does not make it unready: what is
/// connected goes on working.
pub(super) async fn ready(State(door): State<Door>) -> Result<Response, Problem> {
    let incident = door.app.readiness().await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        Problem::from(Code::Unavailable)
    })?;
    let incident = incident.map(|incident| IncidentView {
        code: incident.code,
        actor: incident.actor,
        since: incident.since.0,
    });
    let status = if incident.is_some() {
        "degraded"
    } else {
        "ready"
    };
    Ok(axum::Json(Health { status, incident }).into_response())
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<IncidentView>,
}

#[derive(Serialize)]
struct IncidentView {
    code: &'static str,
    actor: Actor,
    since: i64,
}
