//! What came in and what went out.

use maud::{Markup, html};

use super::token;
use crate::{
    clock::rfc3339,
    exchange::{Exchange, RecordedBody},
    state::EmulatorState,
};

pub(super) fn latest(state: &EmulatorState) -> Markup {
    let mut latest = state.exchanges.after(0);
    latest.reverse();
    latest.truncate(LATEST);
    html! {
        section.panel #exchanges {
            h2 { "Latest exchanges" }
            @if latest.is_empty() { p.soft { "None yet." } }
            @else {
                div.scroll { table {
                    thead { tr { th { "Time" } th { "Request" } th { "Status" } } }
                    tbody { @for exchange in &latest { tr {
                        td { (rfc3339(exchange.time)) }
                        td { a href={ "/_emulator/exchanges/" (exchange.sequence) } { code { (exchange.method) " " (exchange.path) } } }
                        td { (exchange.status) @if let Some(fault) = exchange.fault { " " span.soft.small { (fault) } } }
                    } } }
                } }
                form method="post" action="/_emulator/forms/forget-exchanges" {
                    (token(state))
                    button.plain.small type="submit" { "Forget them" }
                }
            }
        }
    }
}

/// One exchange with everything that was kept of it.
pub(super) fn whole(exchange: &Exchange) -> Markup {
    let query = &exchange.query;
    html! {
        section.panel {
            h1 { (exchange.method) " " (exchange.path) }
            p.soft { (rfc3339(exchange.time)) " · status " (exchange.status) @if let Some(fault) = exchange.fault { " · " (fault) } }
            a.button.primary href="/_emulator/#exchanges" data-primary { "Back to all" }
        }
        @if !query.is_empty() {
            section.panel { h2 { "Query" } (pairs(url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())))) }
        }
        section.panel { h2 { "Request" } (pairs(exchange.request_headers.iter().cloned())) (body(&exchange.request_body)) }
        section.panel { h2 { "Answer" } (pairs(exchange.response_headers.iter().cloned())) (body(&exchange.response_body)) }
    }
}

fn pairs(pairs: impl Iterator<Item = (String, String)>) -> Markup {
    html! {
        div.scroll { table { tbody { @for (name, value) in pairs { tr { td { code { (name) } } td { code { (value) } } } } } } }
    }
}

fn body(body: &RecordedBody) -> Markup {
    html! {
        @if body.length > 0 {
            pre { (body.text) }
            @if body.length > body.text.len() { p.soft.small { (body.length) " bytes in all" } }
        }
    }
}

/// How many exchanges the page shows; the JSON has all that are kept.
const LATEST: usize = 25;
