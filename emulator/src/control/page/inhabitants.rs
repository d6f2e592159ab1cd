//! People and app registrations.

use maud::{Markup, html};

use crate::world::{Application, ConditionalAccess, Person, World};

pub(super) fn people(world: &World) -> Markup {
    html! {
        section.panel #people {
            h2 { "People" }
            div.scroll { table {
                thead { tr { th { "Name" } th { "Address" } th { "Password" } th { "Tenant" } th { "Notes" } } }
                tbody { @for person in world.people.iter().take(MOST_PEOPLE) { tr {
                    td { (person.name) }
                    td { (person.address) }
                    td { code { (person.password) } }
                    td { (world.tenant(&person.tenant).map_or("", |tenant| tenant.name.as_str())) }
                    td { (notes(person, world)) }
                } } }
            } }
        }
    }
}

fn notes(person: &Person, world: &World) -> String {
    let mut notes = Vec::new();
    if person.is_administrator() {
        notes.push("administrator".to_owned());
    }
    if !person.mailbox {
        notes.push("no mailbox".to_owned());
    }
    if person.disabled {
        notes.push("disabled".to_owned());
    }
    if person.conditional_access == ConditionalAccess::Block {
        notes.push("blocked by policy".to_owned());
    }
    let guest_in = person
        .guest_in
        .iter()
        .filter_map(|guest| world.tenant(&guest.tenant));
    notes.extend(guest_in.map(|tenant| format!("guest at {}", tenant.name)));
    notes.join(", ")
}

pub(super) fn applications(world: &World, now: i64) -> Markup {
    html! {
        section.panel #apps {
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

/// How many people the page shows; the JSON has all.
const MOST_PEOPLE: usize = 100;
