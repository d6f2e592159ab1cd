//! Scenarios in the address of a sign-in: `emulator.scenario=mfa_required,token_throttled`. No parameter of Microsoft's
//! has a dot in its name.

use axum::{http::StatusCode, response::Response};
use maud::html;

use crate::{entra::parameters::Parameters, page::Page, scenario::ScenarioName};

/// The scenarios that `parameters` ask for.
///
/// # Errors
/// The word that is no name of one.
pub(super) fn read(parameters: &Parameters) -> Result<Vec<ScenarioName>, String> {
    let words = parameters.get(PARAMETER).unwrap_or_default().split(',');
    words
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| ScenarioName::named(word).ok_or_else(|| word.to_owned()))
        .collect()
}

/// The page for a word that is no scenario. None of Microsoft's numbers stands on it: Microsoft knows nothing of this.
pub(super) fn refuse(word: &str) -> Response {
    let content = html! {
        section.panel {
            h1 { "There is no such scenario" }
            p.trouble role="alert" { code { (PARAMETER) } " names " code { (word) } ", which is none of the emulator’s scenarios." }
            div.actions { a.button.primary href="/_emulator/#scenarios" data-primary { "See the scenarios" } }
        }
    };
    Page::card("No such scenario", content).respond(StatusCode::BAD_REQUEST)
}

const PARAMETER: &str = "emulator.scenario";
