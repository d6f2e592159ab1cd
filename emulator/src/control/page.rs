//! `/_emulator/`: who and what there is, for people.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use maud::{Markup, html};

use crate::{
    clock::rfc3339,
    configuration::Configuration,
    exchange::Exchange,
    page::{Page, Width},
    state::EmulatorState,
    world::{Application, World},
};

/// `GET /_emulator/`
pub(super) async fn overview(State(state): State<Arc<EmulatorState>>) -> Response {
    let world = state.world();
    let now = state.clock.now();
    let mut latest = state.exchanges.after(0);
    latest.reverse();
    latest.truncate(LATEST);
    let content = html! {
        section.panel {
            h1 { "The emulated Microsoft" }
            p { "Entra and Graph mail at " code { (state.origin) } ". It is now " time datetime=(rfc3339(now)) { (rfc3339(now)) } " here." }
            p.soft.small {
                "Programs read the same at " a href="/_emulator/world" { "world" } " and "
                a href="/_emulator/clock" { "clock" } ", and move time by POST."
            }
            a.button.primary href="/_emulator/exchanges" data-primary { "Everything that happened, as JSON" }
        }
        @if let Some(configuration) = Configuration::of(&state.origin, &world, now) {
            section.panel { h2 { "Configuration for your backend" } pre { (configuration) } }
        }
        (people(&world))
        (applications(&world, now))
        (exchanges(&latest))
    };
    Page {
        title: "The emulated Microsoft".into(),
        width: Width::Sheet,
        script: None,
        content,
    }
    .respond(StatusCode::OK)
}

fn people(world: &World) -> Markup {
    html! {
        section.panel {
            h2 { "People" }
            div.scroll { table {
                thead { tr { th { "Name" } th { "Address" } th { "Password" } th { "Tenant" } th { "Role" } } }
                tbody { @for person in world.people.iter().take(MOST_PEOPLE) { tr {
                    td { (person.name) }
                    td { (person.address) }
                    td { code { (person.password) } }
                    td { (world.tenant(&person.tenant).map_or("", |tenant| tenant.name.as_str())) }
                    td { (if person.is_administrator() { "administrator" } else { "member" }) @if !person.mailbox { ", no mailbox" } }
                } } }
            } }
        }
    }
}

fn applications(world: &World, now: i64) -> Markup {
    html! {
        section.panel {
            h2 { "App registrations" }
            div.scroll { table {
                thead { tr { th { "Name" } th { "Client id" } th { "Redirect URIs" } th { "Secrets" } } }
                tbody { @for application in &world.applications { (application_row(application, now)) } }
            } }
        }
    }
}

fn application_row(application: &Application, now: i64) -> Markup {
    html! { tr {
        td { (application.name) }
        td { code { (application.client_id) } }
        td { @for redirect in &application.redirect_uris {
            div { code { (redirect.uri) } " " span.soft.small { (redirect.platform.name()) } }
        } }
        td { @for secret in &application.secrets {
            div { code { (secret.value) } @if secret.expires_at <= now { " " span.soft.small { "expired" } } }
        } }
    } }
}

fn exchanges(latest: &[Exchange]) -> Markup {
    html! {
        section.panel {
            h2 { "Latest exchanges" }
            @if latest.is_empty() { p.soft { "None yet." } }
            @else { div.scroll { table {
                thead { tr { th { "Time" } th { "Request" } th { "Status" } } }
                tbody { @for exchange in latest { tr {
                    td { (rfc3339(exchange.time)) }
                    td { code { (exchange.method) " " (exchange.path) } }
                    td { (exchange.status) }
                } } }
            } } }
        }
    }
}

/// How many exchanges the page shows; the JSON has all that are kept.
const LATEST: usize = 25;
/// How many people the page shows; the JSON has all.
const MOST_PEOPLE: usize = 100;
