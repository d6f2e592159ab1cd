//! Trouble by name: scenarios, faults, switches, and the page where people set them.

mod approvals;
mod authorize;
mod challenges;
mod control_page;
mod control_routes;
mod corpus;
mod faults;
mod keys;
mod pages;
mod properties;
mod readme;
mod refresh;
mod second_factor;
mod world_files;

use connect_outlook_emulator::scenario::{NewScenario, ScenarioName};

use crate::support::{App, Stage, TokenAnswer};

/// Sets `name` for somebody in all apps, and answers its number.
fn set(stage: &Stage, name: ScenarioName, person: &str) -> Option<u64> {
    let new = NewScenario::new(name).person(person);
    stage.emulator.set_scenario(&new).expect("suits").id
}

/// Sets `name` for the demo, whoever uses it.
fn set_for_demo(stage: &Stage, name: ScenarioName) -> Option<u64> {
    let new = NewScenario::new(name).app(App::DEMO.client_id);
    stage.emulator.set_scenario(&new).expect("suits").id
}

async fn refreshed(stage: &Stage, app: &App, tokens: &TokenAnswer) -> TokenAnswer {
    let form = app.refresh(tokens.text("refresh_token"));
    stage.token("common", &form).await
}
