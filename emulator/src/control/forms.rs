//! What the forms of the control page do. Each leads back to the page.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use maud::html;
use serde::Deserialize;

use super::guard::is_own_form;
use crate::{
    entra::{Decision, RollOver},
    page::Page,
    scenario::{NewScenario, ScenarioName},
    state::EmulatorState,
    tokens::RefreshRotation,
    world::TenantKind,
};

/// `POST /_emulator/forms/{deed}`
pub(super) async fn submit(
    State(state): State<Arc<EmulatorState>>,
    Path(deed): Path<String>,
    headers: HeaderMap,
    Form(form): Form<Fields>,
) -> Response {
    if !is_own_form(&state, &headers, &form.token) {
        let reason =
            "This form was not sent from the emulator’s own page. Open that page and try again.";
        return refused(StatusCode::FORBIDDEN, reason);
    }
    match act(&state, &deed, &form).await {
        Ok(section) => Redirect::to(&format!("/_emulator/#{section}")).into_response(),
        Err(reason) => refused(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
}

/// Does what the form says, and answers the section to go back to.
async fn act(state: &EmulatorState, deed: &str, form: &Fields) -> Result<&'static str, String> {
    match deed {
        "clock" => {
            state.clock.advance(form.seconds.unwrap_or(0));
            Ok("clock")
        }
        "scenario" => set_scenario(state, form),
        "remove-scenario" => {
            state.remove_scenario(form.id);
            Ok("scenarios")
        }
        "remove-all" => {
            state.remove_all_scenarios();
            Ok("scenarios")
        }
        "approve" | "deny" => {
            let approved = deed == "approve";
            state.decide_approval(
                form.id,
                if approved {
                    Decision::Approve
                } else {
                    Decision::Deny
                },
            );
            Ok("approvals")
        }
        "rotation" => set_rotation(state, form),
        "roll-over" => {
            let mode = match form.name.as_str() {
                "emergency" => RollOver::Emergency,
                _ => RollOver::Planned,
            };
            let rolled = state.entra.keys.roll_over(TenantKind::Company, mode).await;
            rolled
                .map(|_| "switches")
                .map_err(|missing| missing.to_string())
        }
        "forget-exchanges" => {
            state.exchanges.clear();
            Ok("exchanges")
        }
        _ => Err(format!("There is no form `{deed}`.")),
    }
}

fn set_scenario(state: &EmulatorState, form: &Fields) -> Result<&'static str, String> {
    let name = ScenarioName::named(&form.name);
    let name = name.ok_or_else(|| format!("There is no scenario `{}`.", form.name))?;
    let mut new = NewScenario::new(name)
        .person(&form.person)
        .app(&form.client_id);
    new.seconds = form.seconds;
    let set = state.set_scenario(&new);
    set.map(|_| "scenarios").map_err(|error| error.to_string())
}

fn set_rotation(state: &EmulatorState, form: &Fields) -> Result<&'static str, String> {
    let rotation = match form.name.as_str() {
        "entra" => RefreshRotation::Entra,
        "strict" => RefreshRotation::Strict,
        "grace" => RefreshRotation::Grace(GRACE),
        other => return Err(format!("There is no rotation `{other}`.")),
    };
    state.change_switches(|switches| switches.refresh_rotation = rotation);
    Ok("switches")
}

fn refused(status: StatusCode, reason: &str) -> Response {
    let content = html! {
        section.panel {
            h1 { "That did not work" }
            p.trouble role="alert" { (reason) }
            div.actions { a.button.primary href="/_emulator/" data-primary { "Back" } }
        }
    };
    Page::card("That did not work", content).respond(status)
}

/// The fields of all forms; each uses some.
#[derive(Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    token: String,
    #[serde(default)]
    id: u64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    client_id: String,
    #[serde(default, deserialize_with = "number_or_nothing")]
    seconds: Option<i64>,
}

/// An empty field is no number.
fn number_or_nothing<'de, D: serde::Deserializer<'de>>(field: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(field)?;
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// Seconds.
const GRACE: i64 = 60;
