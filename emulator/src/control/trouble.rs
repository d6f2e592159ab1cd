//! `/_emulator/scenarios` and `/_emulator/faults`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    scenario::{Concern, Fault, FaultKind, Nature, NewScenario, ScenarioName, Target, TargetError},
    state::EmulatorState,
};

/// `GET /_emulator/scenarios`: all names with a sentence each, and what is set.
pub(super) async fn list(State(state): State<Arc<EmulatorState>>) -> Response {
    let names: Vec<Described> = ScenarioName::ALL.iter().map(Described::of).collect();
    let faults = state.faults();
    let faults: Vec<_> = faults
        .into_iter()
        .filter(|fault| fault.name.is_some())
        .collect();
    Json(json!({ "names": names, "active": state.scenarios(), "faults": faults })).into_response()
}

/// `POST /_emulator/scenarios`: sets one.
pub(super) async fn set(
    State(state): State<Arc<EmulatorState>>,
    Json(asked): Json<Asked>,
) -> Response {
    let Some(name) = ScenarioName::named(&asked.name) else {
        return refused(&format!("there is no scenario `{}`", asked.name));
    };
    let new = NewScenario {
        name,
        person: asked.person,
        client_id: asked.client_id,
        seconds: asked.seconds,
        milliseconds: asked.milliseconds,
        times: asked.times,
    };
    match state.set_scenario(&new) {
        Ok(set) => (StatusCode::CREATED, Json(set)).into_response(),
        Err(unsuitable) => refused(&unsuitable.to_string()),
    }
}

/// `DELETE /_emulator/scenarios/{id}` and `DELETE /_emulator/faults/{id}`.
pub(super) async fn remove(
    State(state): State<Arc<EmulatorState>>,
    Path(id): Path<u64>,
) -> StatusCode {
    match state.remove_scenario(id) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::NOT_FOUND,
    }
}

/// `DELETE /_emulator/scenarios`: removes all, faults included.
pub(super) async fn remove_all(State(state): State<Arc<EmulatorState>>) -> StatusCode {
    state.remove_all_scenarios();
    StatusCode::NO_CONTENT
}

/// `GET /_emulator/faults`: those that are set.
pub(super) async fn faults(State(state): State<Arc<EmulatorState>>) -> Response {
    Json(json!({ "faults": state.faults() })).into_response()
}

/// `POST /_emulator/faults`: spoils the next requests.
pub(super) async fn add_fault(
    State(state): State<Arc<EmulatorState>>,
    Json(asked): Json<AskedFault>,
) -> Response {
    let person = Some(asked.person.as_str());
    match target(&state, person, Some(&asked.client_id)) {
        Err(unknown) => refused(&unknown.to_string()),
        Ok(_) if !asked.kind.is_sound() => {
            refused("a status is a number from 400 to 599, and waiting takes at most ten minutes")
        }
        Ok(target) => {
            let fault = Fault {
                kind: asked.kind,
                path: asked.path,
                query: asked.query,
                target,
                times: (asked.times != 0).then_some(asked.times),
            };
            (StatusCode::CREATED, Json(state.add_fault(fault))).into_response()
        }
    }
}

fn target(
    state: &EmulatorState,
    person: Option<&str>,
    client_id: Option<&str>,
) -> Result<Target, TargetError> {
    Target::named(person, client_id, &state.world())
}

/// 422 with the reason.
pub(super) fn refused(reason: &str) -> Response {
    let body = Json(json!({ "error": reason }));
    (StatusCode::UNPROCESSABLE_ENTITY, body).into_response()
}

#[derive(Serialize)]
struct Described {
    name: &'static str,
    sentence: &'static str,
    nature: Nature,
    concern: Concern,
}

impl Described {
    fn of(name: &ScenarioName) -> Self {
        Self {
            name: name.text(),
            sentence: name.sentence(),
            nature: name.nature(),
            concern: name.concern(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    name: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    client_id: String,
    seconds: Option<i64>,
    milliseconds: Option<u64>,
    times: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct AskedFault {
    #[serde(flatten)]
    kind: FaultKind,
    #[serde(default)]
    path: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    client_id: String,
    /// How many requests; 0 for all until it is removed.
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}
