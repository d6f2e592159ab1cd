//! Signing out of the browser's session (entra.md §13, entra 80). Refresh tokens are untouched.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::Response,
};

use super::{
    authority::Authority, authorize::found, browsers::BrowserId, error_page, pages::signed_out,
    parameters::Parameters, redirect_uri, request_ids::RequestIds,
};
use crate::{state::EmulatorState, world::World};

/// `GET /{tenant}/oauth2/v2.0/logout`
pub(super) async fn by_link(
    State(state): State<Arc<EmulatorState>>,
    Path(segment): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    sign_out(
        &state,
        &segment,
        &headers,
        &Parameters::read(query.unwrap_or_default().as_bytes()),
    )
}

/// `POST /{tenant}/oauth2/v2.0/logout`
pub(super) async fn by_form(
    State(state): State<Arc<EmulatorState>>,
    Path(segment): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    sign_out(
        &state,
        &segment,
        &headers,
        &Parameters::read_form(&headers, &body),
    )
}

fn sign_out(
    state: &EmulatorState,
    segment: &str,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Response {
    let world = state.world();
    if let Err(unknown) = Authority::named(segment, &world) {
        return error_page::refuse(state, &RequestIds::of(parameters, headers), &unknown);
    }
    if let Some(browser) = BrowserId::of(headers) {
        state.entra.browsers.sign_out(&browser);
    }
    let mut answer = match return_address(parameters, &world) {
        Some(address) => found(&address),
        None => signed_out().respond(StatusCode::OK),
    };
    answer
        .headers_mut()
        .insert(SET_COOKIE, BrowserId::forgotten());
    answer
}

/// Where the browser goes from here: only to a redirect URI that some app has registered, with the caller's state.
fn return_address(parameters: &Parameters, world: &World) -> Option<String> {
    let asked = parameters.get("post_logout_redirect_uri")?;
    let mut registered = world
        .applications
        .iter()
        .flat_map(|application| &application.redirect_uris);
    registered.find(|registered| redirect_uri::same(&registered.uri, asked))?;
    let Some(state) = parameters.get("state") else {
        return Some(asked.to_owned());
    };
    let encoded = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("state", state)
        .finish();
    let separator = if asked.contains('?') { '&' } else { '?' };
    Some(format!("{asked}{separator}{encoded}"))
}
