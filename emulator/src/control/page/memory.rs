//! What the emulator remembers: grants, sessions, refresh tokens, switches.

use maud::{Markup, html};

use super::{app_name, person_name, token};
use crate::{clock::rfc3339, state::EmulatorState, tokens::RefreshRotation, world::World};

pub(super) fn grants(state: &EmulatorState, world: &World) -> Markup {
    let grants = state.grants();
    html! {
        section.panel #grants {
            h2 { "Grants" }
            @if grants.is_empty() { p.soft { "Nobody has consented to anything." } }
            @else { div.scroll { table {
                thead { tr { th { "Who" } th { "App" } th { "Permissions" } th {} } }
                tbody { @for grant in grants.iter().take(MOST) { tr {
                    td { @match (&grant.person, &grant.tenant) {
                        (Some(person), _) => { (person_name(world, person)) }
                        (None, Some(tenant)) => { "everybody at " (world.tenant(tenant).map_or(tenant.as_str(), |known| known.name.as_str())) }
                        (None, None) => {}
                    } }
                    td { (app_name(world, &grant.client_id)) }
                    td { (grant.scopes.join(" ")) }
                    td { @if let Some(person) = &grant.person {
                        form method="post" action="/_emulator/forms/scenario" {
                            (token(state))
                            input type="hidden" name="person" value=(person);
                            input type="hidden" name="client_id" value=(grant.client_id);
                            button.plain.small type="submit" name="name" value="consent_withdrawn" { "Withdraw" }
                        }
                    } }
                } } }
            } } }
        }
    }
}

pub(super) fn sessions(state: &EmulatorState, world: &World) -> Markup {
    let sessions = state.sessions();
    html! {
        section.panel #sessions {
            h2 { "Sessions" }
            @if sessions.is_empty() { p.soft { "Nobody is signed in to any browser." } }
            @else { div.scroll { table {
                thead { tr { th { "Who" } th { "Signed in" } th { "Second factor" } th { "Browser" } th {} } }
                tbody { @for session in sessions.iter().take(MOST) { tr {
                    td { (person_name(world, &session.person)) }
                    td { (rfc3339(session.signed_in_at)) }
                    td { (if session.second_factor { "yes" } else { "no" }) }
                    td { code { (session.session_state) } }
                    td { @if session.revoked { "revoked" } @else {
                        form method="post" action="/_emulator/forms/scenario" {
                            (token(state))
                            input type="hidden" name="person" value=(session.person);
                            button.plain.small type="submit" name="name" value="sessions_revoked" { "Revoke all of theirs" }
                        }
                    } }
                } } }
            } } }
        }
    }
}

pub(super) fn refresh_tokens(state: &EmulatorState, world: &World) -> Markup {
    let families = state.refresh_families();
    html! {
        section.panel #refresh-tokens {
            h2 { "Refresh tokens" }
            @if families.is_empty() { p.soft { "None has been issued." } }
            @else { div.scroll { table {
                thead { tr { th { "Family" } th { "Whose" } th { "App" } th { "Tokens" } th { "Last issued" } th {} } }
                tbody { @for family in families.iter().rev().take(MOST) { tr {
                    td { (family.family) }
                    td { (person_name(world, &family.person)) }
                    td { (app_name(world, &family.client_id)) " " span.soft.small { (family.platform.name()) } }
                    td { (family.tokens.len()) }
                    td { (family.tokens.last().map_or_else(String::new, |token| rfc3339(token.issued_at))) }
                    td { @if family.revoked { "revoked" } }
                } } }
            } } }
        }
    }
}

pub(super) fn switches(state: &EmulatorState) -> Markup {
    let in_force = match state.switches().refresh_rotation {
        RefreshRotation::Entra => "entra",
        RefreshRotation::Strict => "strict",
        RefreshRotation::Grace(_) => "grace",
    };
    let rotations = [
        ("entra", "As Entra: used ones stay good"),
        ("strict", "Strict: each is good once"),
        ("grace", "Grace: used ones stay good for a minute"),
    ];
    html! {
        section.panel #switches {
            h2 { "Switches" }
            p { "What becomes of used refresh tokens:" }
            form.row method="post" action="/_emulator/forms/rotation" {
                (token(state))
                @for (name, text) in rotations {
                    button.button.small type="submit" name="name" value=(name) aria-pressed=(if name == in_force { "true" } else { "false" }) { (text) }
                }
            }
            p { "A new signing key takes over:" }
            form.row method="post" action="/_emulator/forms/roll-over" {
                (token(state))
                button.button.small type="submit" name="name" value="planned" { "Planned: the old one stays published" }
                button.button.small type="submit" name="name" value="emergency" { "Emergency: the old one is gone" }
            }
        }
    }
}

/// How many rows a table shows; the JSON has all.
const MOST: usize = 100;
