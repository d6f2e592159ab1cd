//! Pages beside the flow: an error that stays on our side, the look-up of a number, and what is not here.

use axum::{extract::Query, http::StatusCode, response::Response};
use maud::html;
use serde::Deserialize;

use super::{aadsts::Aadsts, oauth_error::OAuthError, pages::ErrorPage, request_ids::RequestIds};
use crate::{page::Page, state::EmulatorState};

/// The answer for an error that the app must not hear of: a page, HTTP 400.
pub(super) fn refuse(state: &EmulatorState, ids: &RequestIds, error: &OAuthError) -> Response {
    ErrorPage {
        error,
        ids,
        now: state.clock.now(),
    }
    .page()
    .respond(StatusCode::BAD_REQUEST)
}

/// `GET /error?code=50173`: what a number means, for people.
pub(super) async fn explain(Query(asked): Query<Asked>) -> Response {
    let row = asked
        .code
        .parse()
        .ok()
        .and_then(Aadsts::numbered)
        .filter(|row| row.is_listed());
    let page = Page::card(
        "Error look-up",
        html! {
            section.panel {
                h1 { "Error look-up" }
                @match row {
                    Some(row) => {
                        p { b { "AADSTS" (row.number) } " · " code { (row.error) } }
                        p { (row.sentence.replace("{}", "…")) }
                    }
                    None => { p { "There is no entry for this number." } }
                }
                div.actions { a.button.primary href="/_emulator/" data-primary { "People and apps" } }
            }
        },
    );
    page.respond(if row.is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    })
}

/// Any path that is not served: HTML, as at Microsoft (entra.md §5.3).
pub(crate) async fn not_found() -> Response {
    let page = Page::card(
        "Not found",
        html! {
            section.panel {
                h1 { "There is nothing here" }
                p.soft { "Neither the identity platform nor Graph has this path, or the emulator does not know it yet." }
                div.actions { a.button.primary href="/_emulator/" data-primary { "People and apps" } }
            }
        },
    );
    page.respond(StatusCode::NOT_FOUND)
}

/// The number somebody looks up.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    code: String,
}
