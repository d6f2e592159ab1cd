//! What can be switched: rotation, loops, tenants' policies, keys, approvals.

use std::{mem::take, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::trouble::refused;
use crate::{
    entra::{Decision, RollOver},
    state::EmulatorState,
    switches::Switches,
    tokens::RefreshRotation,
    world::{ConsentPolicy, TenantKind},
};

/// `GET /_emulator/switches`
pub(super) async fn switches(State(state): State<Arc<EmulatorState>>) -> Json<Value> {
    let switches = state.switches();
    let (rotation, grace) = match switches.refresh_rotation {
        RefreshRotation::Entra => ("entra", None),
        RefreshRotation::Strict => ("strict", None),
        RefreshRotation::Grace(seconds) => ("grace", Some(seconds)),
    };
    Json(json!({
        "refresh_rotation": rotation,
        "grace_seconds": grace,
        "loop_threshold": switches.loop_threshold,
        "notifications": switches.notifications,
        "access_token_life": switches.access_token_life,
        "sending_delay": switches.sending_delay,
        "too_large_is_bad_request": switches.too_large_is_bad_request,
        "empty_pages": switches.empty_pages,
        "delta": switches.delta,
    }))
}

/// `POST /_emulator/switches`: changes those that are named.
pub(super) async fn change_switches(
    State(state): State<Arc<EmulatorState>>,
    Json(mut asked): Json<AskedSwitches>,
) -> Response {
    let notifications = match merged(
        &state.switches().notifications,
        take(&mut asked.notifications),
    ) {
        Ok(notifications) => notifications,
        Err(error) => return refused(&format!("`notifications`: {error}")),
    };
    let delta = match merged(&state.switches().delta, take(&mut asked.delta)) {
        Ok(delta) => delta,
        Err(error) => return refused(&format!("`delta`: {error}")),
    };
    let grace = asked.grace_seconds.unwrap_or(DEFAULT_GRACE);
    let rotation = match asked.refresh_rotation.as_deref() {
        None => None,
        Some("entra") => Some(RefreshRotation::Entra),
        Some("strict") => Some(RefreshRotation::Strict),
        Some("grace") => Some(RefreshRotation::Grace(grace)),
        Some(other) => return refused(&format!("`{other}` is not one of entra, strict and grace")),
    };
    state.change_switches(|switches| {
        if let Some(rotation) = rotation {
            switches.refresh_rotation = rotation;
        }
        switches.notifications = notifications;
        switches.delta = delta;
        asked.apply(switches);
    });
    switches(State(state)).await.into_response()
}

/// `POST /_emulator/tenants/{tenant}`: changes a tenant's consent policy and whether approval can be asked for.
pub(super) async fn change_tenant(
    State(state): State<Arc<EmulatorState>>,
    Path(name): Path<String>,
    Json(asked): Json<AskedTenant>,
) -> Response {
    let Some(id) = state
        .world()
        .tenant_named(&name)
        .map(|tenant| tenant.id.clone())
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    state.change_world(|world| {
        for tenant in world.tenants.iter_mut().filter(|tenant| tenant.id == id) {
            if let Some(policy) = asked.consent_policy {
                tenant.consent_policy = policy;
            }
            if let Some(workflow) = asked.approval_workflow {
                tenant.approval_workflow = workflow;
            }
        }
    });
    Json(state.world().tenant(&id)).into_response()
}

/// `POST /_emulator/keys`: a new key takes over (entra 7).
pub(super) async fn roll_over(
    State(state): State<Arc<EmulatorState>>,
    Json(asked): Json<AskedRollOver>,
) -> Response {
    match state
        .entra
        .keys
        .roll_over(asked.kind, asked.roll_over)
        .await
    {
        Ok(kid) => Json(json!({ "kid": kid })).into_response(),
        Err(missing) => (StatusCode::INTERNAL_SERVER_ERROR, missing.to_string()).into_response(),
    }
}

/// `POST /_emulator/approval_requests/{id}`: an administrator decides.
pub(super) async fn decide(
    State(state): State<Arc<EmulatorState>>,
    Path(id): Path<u64>,
    Json(asked): Json<AskedDecision>,
) -> StatusCode {
    match state.decide_approval(id, asked.decision) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::NOT_FOUND,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedSwitches {
    refresh_rotation: Option<String>,
    grace_seconds: Option<i64>,
    /// 0 switches loop detection off.
    loop_threshold: Option<usize>,
    /// Seconds; 0 lets Entra's random lives come back.
    access_token_life: Option<i64>,
    /// Those of [`NotificationSwitches`](crate::NotificationSwitches) that change.
    #[serde(default)]
    notifications: Map<String, Value>,
    /// Seconds.
    sending_delay: Option<u32>,
    too_large_is_bad_request: Option<bool>,
    empty_pages: Option<bool>,
    /// Those of [`DeltaSwitches`](crate::DeltaSwitches) that change.
    #[serde(default)]
    delta: Map<String, Value>,
}

impl AskedSwitches {
    /// Changes those that any value fits.
    fn apply(&self, switches: &mut Switches) {
        if let Some(threshold) = self.loop_threshold {
            switches.loop_threshold = (threshold > 0).then_some(threshold);
        }
        if let Some(life) = self.access_token_life {
            switches.access_token_life = (life > 0).then_some(life);
        }
        if let Some(delay) = self.sending_delay {
            switches.sending_delay = i64::from(delay);
        }
        if let Some(is_bad_request) = self.too_large_is_bad_request {
            switches.too_large_is_bad_request = is_bad_request;
        }
        if let Some(empty_pages) = self.empty_pages {
            switches.empty_pages = empty_pages;
        }
    }
}

/// `current` with the members that are named in `changes`.
fn merged<T: Serialize + DeserializeOwned>(
    current: &T,
    changes: Map<String, Value>,
) -> Result<T, serde_json::Error> {
    let mut value = serde_json::to_value(current)?;
    if let Value::Object(members) = &mut value {
        members.extend(changes);
    }
    serde_json::from_value(value)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedTenant {
    consent_policy: Option<ConsentPolicy>,
    approval_workflow: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedRollOver {
    roll_over: RollOver,
    #[serde(default = "company")]
    kind: TenantKind,
}

fn company() -> TenantKind {
    TenantKind::Company
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedDecision {
    decision: Decision,
}

/// Seconds.
const DEFAULT_GRACE: i64 = 60;
