//! Scenarios, and requests for an administrator's approval.

use maud::{Markup, html};

use super::{app_name, button, person_name, token};
use crate::{
    clock::rfc3339,
    entra::Decision,
    scenario::{Concern, Nature, ScenarioName, Target},
    state::EmulatorState,
    world::World,
};

pub(super) fn scenarios(state: &EmulatorState, world: &World) -> Markup {
    html! {
        section.panel #scenarios {
            h2 { "Scenarios" }
            p { "Trouble by name, for a person, an app, or a person in one app. States hold until they are removed, events happen at once, faults spoil the next request." }
            (new_scenario(state, world))
            (active(state, world))
            details {
                summary { "What each of them does" }
                div.scroll { table {
                    thead { tr { th { "Name" } th { "Kind" } th { "Set for" } th { "What it does" } } }
                    tbody { @for name in ScenarioName::ALL { tr {
                        td { code { (name.text()) } }
                        td { (nature(*name)) }
                        td { (concern(*name)) }
                        td { (name.sentence()) }
                    } } }
                } }
            }
        }
    }
}

fn new_scenario(state: &EmulatorState, world: &World) -> Markup {
    html! {
        form.fields method="post" action="/_emulator/forms/scenario" {
            (token(state))
            div { label for="scenario" { "Scenario" } select #scenario name="name" required {
                option value="" { "Choose…" }
                @for name in ScenarioName::ALL { option value=(name.text()) { (name.text()) } }
            } }
            div { label for="scenario-person" { "Person" } select #scenario-person name="person" {
                option value="" { "everybody" }
                @for person in world.people.iter().take(MOST_LISTED) { option value=(person.id) { (person.name) } }
            } }
            div { label for="scenario-app" { "App" } select #scenario-app name="client_id" {
                option value="" { "all apps" }
                @for application in world.applications.iter().take(MOST_LISTED) { option value=(application.client_id) { (application.name) } }
            } }
            div { label for="scenario-seconds" { "Seconds, if it takes any" } input #scenario-seconds type="text" inputmode="numeric" name="seconds"; }
            div { button.button type="submit" { "Set" } }
        }
    }
}

fn active(state: &EmulatorState, world: &World) -> Markup {
    let (scenarios, faults) = (state.scenarios(), state.faults());
    html! {
        @if scenarios.is_empty() && faults.is_empty() { p.soft { "Nothing is set." } }
        @else {
            div.scroll { table {
                thead { tr { th { "Set" } th { "For" } th { "Since" } th {} } }
                tbody {
                    @for scenario in &scenarios { tr {
                        td { code { (scenario.name.text()) } }
                        td { (target(&scenario.target, world)) }
                        td { (rfc3339(scenario.since_at)) }
                        td { (button(state, "remove-scenario", scenario.id, "Remove")) }
                    } }
                    @for set in &faults { tr {
                        td { code { (set.name.map_or("fault", ScenarioName::text)) } }
                        td { (target(&set.fault.target, world)) }
                        td { @match set.fault.times { Some(left) => { (left) " more" } None => { "until removed" } } }
                        td { (button(state, "remove-scenario", set.id, "Remove")) }
                    } }
                }
            } }
            (button(state, "remove-all", 0, "Remove all"))
        }
    }
}

pub(super) fn approvals(state: &EmulatorState, world: &World) -> Markup {
    let requests = state.approval_requests();
    html! {
        section.panel #approvals {
            h2 { "Approval requests" }
            @if requests.is_empty() { p.soft { "Nobody has asked an administrator." } }
            @else { div.scroll { table {
                thead { tr { th { "Who" } th { "App" } th { "Permissions" } th { "Reason" } th { "Decision" } } }
                tbody { @for request in &requests { tr {
                    td { (person_name(world, &request.person)) }
                    td { (app_name(world, &request.client_id)) }
                    td { (request.scopes.join(" ")) }
                    td { (request.reason) }
                    td { @match request.decision {
                        Some(Decision::Approve) => { "approved" }
                        Some(Decision::Deny) => { "denied" }
                        None => {
                            (button(state, "approve", request.id, "Approve"))
                            (button(state, "deny", request.id, "Deny"))
                        }
                    } }
                } } }
            } } }
        }
    }
}

fn target(target: &Target, world: &World) -> String {
    let person = target.person.as_ref().map(|id| person_name(world, id));
    let app = target.client_id.as_ref().map(|id| app_name(world, id));
    match (person, app) {
        (Some(person), Some(app)) => format!("{person} in {app}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "everybody".to_owned(),
    }
}

fn nature(name: ScenarioName) -> &'static str {
    match name.nature() {
        Nature::State => "state",
        Nature::Event => "event",
        Nature::Fault => "fault",
    }
}

fn concern(name: ScenarioName) -> &'static str {
    match name.concern() {
        Concern::Person => "a person",
        Concern::App => "an app",
        Concern::Either => "a person, an app, or both",
    }
}

/// How many people and apps one can choose from; the others by control request.
const MOST_LISTED: usize = 100;
