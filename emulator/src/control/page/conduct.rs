//! How clients behaved, and where Graph says no to them.

use maud::{Markup, html};

use crate::{manners::Manner, state::EmulatorState};

/// The rules for clients, and what broke them.
pub(super) fn manners(state: &EmulatorState) -> Markup {
    html! {
        section.panel #manners {
            h2 { "Manners" }
            p { "Rules for clients, judged by the latest exchanges." }
            div.scroll { table {
                thead { tr { th { "Rule" } th { "Requests" } th { "Kept" } } }
                tbody { @for manner in state.manners(0) { tr {
                    td { (manner.sentence) }
                    td { (manner.checked) }
                    td { (verdict(&manner)) }
                } } }
            } }
        }
    }
}

fn verdict(manner: &Manner) -> Markup {
    html! {
        @if manner.checked == 0 { span.soft { "not put to the test" } }
        @else if manner.holds { "yes" }
        @else {
            "no:"
            @for sequence in manner.broken_by.iter().rev().take(MOST_NAMED) {
                " " a href={ "/_emulator/exchanges/" (sequence) } { (sequence) }
            }
        }
    }
}

/// Every limit of Graph as it is set.
pub(super) fn limits(state: &EmulatorState) -> Markup {
    let limits = serde_json::to_value(state.switches().graph_limits).unwrap_or_default();
    html! {
        section.panel #limits {
            h2 { "Limits of Graph" }
            p { "For one app and one mailbox. " code { "POST /_emulator/limits" } " changes them; 0 means none. Large attachments go to " code { (state.upload_origin) } "." }
            div.scroll { table {
                thead { tr { th { "Limit" } th { "Now" } } }
                tbody { @for (name, value) in limits.as_object().into_iter().flatten() { tr {
                    td { code { (name) } }
                    td { (value) }
                } } }
            } }
        }
    }
}

/// Broken rules name at most so many exchanges.
const MOST_NAMED: usize = 10;
