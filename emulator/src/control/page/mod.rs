//! `/_emulator/`: who and what there is, what is set and what happened, for people. One page, forms without scripts.

mod conduct;
mod exchanges;
mod inhabitants;
mod memory;
mod trouble;

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};

use crate::{
    clock::rfc3339,
    configuration::Configuration,
    page::{Page, Width},
    state::EmulatorState,
    world::{ClientId, PersonId, World},
};

/// `GET /_emulator/`
pub(super) async fn overview(State(state): State<Arc<EmulatorState>>) -> Response {
    let world = state.world();
    let now = state.clock.now();
    let content = html! {
        section.panel {
            h1 { "The emulated Microsoft" }
            p { "Entra and Graph mail at " code { (state.origin) } ". It is now " time datetime=(rfc3339(now)) { (rfc3339(now)) } " here." }
            (contents())
            a.button.primary href="/_emulator/exchanges" data-primary { "Everything that happened, as JSON" }
        }
        (clock(&state))
        (trouble::scenarios(&state, &world))
        (trouble::approvals(&state, &world))
        (inhabitants::people(&world))
        (inhabitants::applications(&world, now))
        (memory::grants(&state, &world))
        (memory::sessions(&state, &world))
        (memory::refresh_tokens(&state, &world))
        (memory::switches(&state))
        (conduct::limits(&state))
        (conduct::manners(&state))
        @if let Some(configuration) = Configuration::of(&state.origin, &world, now) {
            section.panel #configuration { h2 { "Configuration for your backend" } pre { (configuration) } }
        }
        (exchanges::latest(&state))
    };
    sheet("The emulated Microsoft", content).respond(StatusCode::OK)
}

/// `GET /_emulator/exchanges/{sequence}`: one exchange, readable.
pub(super) async fn exchange(
    State(state): State<Arc<EmulatorState>>,
    Path(sequence): Path<u64>,
) -> Response {
    let kept = state.exchanges.after(sequence.saturating_sub(1));
    match kept.first().filter(|found| found.sequence == sequence) {
        Some(found) => {
            let title = format!("Exchange {sequence}");
            sheet(&title, exchanges::whole(found)).respond(StatusCode::OK)
        }
        None => crate::entra::not_found().await.into_response(),
    }
}

fn sheet(title: &str, content: Markup) -> Page {
    Page {
        title: title.into(),
        width: Width::Sheet,
        script: None,
        content,
    }
}

fn contents() -> Markup {
    let sections = [
        ("clock", "Clock"),
        ("scenarios", "Scenarios"),
        ("approvals", "Approval requests"),
        ("people", "People"),
        ("apps", "Apps"),
        ("grants", "Grants"),
        ("sessions", "Sessions"),
        ("refresh-tokens", "Refresh tokens"),
        ("switches", "Switches"),
        ("limits", "Limits"),
        ("manners", "Manners"),
        ("exchanges", "Exchanges"),
    ];
    html! {
        nav.contents aria-label="Sections" {
            @for (anchor, name) in sections { a href={ "#" (anchor) } { (name) } }
        }
    }
}

fn clock(state: &EmulatorState) -> Markup {
    let steps = [
        (600, "10 minutes"),
        (3_600, "1 hour"),
        (86_400, "1 day"),
        (7_776_000, "90 days"),
        (10_368_000, "120 days"),
    ];
    html! {
        section.panel #clock {
            h2 { "Clock" }
            p { "Everything here goes by it: codes, tokens, secrets, messages. It is now " b { (rfc3339(state.clock.now())) } "." }
            form.row method="post" action="/_emulator/forms/clock" {
                (token(state))
                @for (seconds, name) in steps {
                    button.button.small type="submit" name="seconds" value=(seconds) { "+ " (name) }
                }
            }
        }
    }
}

/// The hidden field that shows that a form is ours.
fn token(state: &EmulatorState) -> Markup {
    html! { input type="hidden" name="token" value=(state.form_token); }
}

/// A form that is one button about one thing.
fn button(state: &EmulatorState, deed: &str, id: u64, name: &str) -> Markup {
    html! {
        form method="post" action={ "/_emulator/forms/" (deed) } {
            (token(state))
            button.plain.small type="submit" name="id" value=(id) { (name) }
        }
    }
}

fn person_name(world: &World, id: &PersonId) -> String {
    let guest =
        |person: &&crate::world::Person| person.guest_in.iter().any(|guest| guest.id == *id);
    let known = world.person(id).or_else(|| world.people.iter().find(guest));
    known.map_or_else(|| id.to_string(), |person| person.name.clone())
}

fn app_name(world: &World, id: &ClientId) -> String {
    let known = world.application(id.as_str());
    known.map_or_else(|| id.to_string(), |application| application.name.clone())
}
