//! Signing out of the browser's session (entra.md §13, entra 80, 81). Refresh tokens are untouched.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, REFRESH, SET_COOKIE},
    },
    response::Response,
};

use super::{
    authority::Authority,
    authorize::found,
    browsers::{BrowserId, Ended},
    error_page, login_hint,
    pages::{LogoutPicker, signed_out},
    parameters::Parameters,
    redirect_uri,
    request_ids::RequestIds,
};
use crate::{
    state::EmulatorState,
    world::{CONSUMERS_TENANT_ID, PersonId, World},
};

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

/// `POST /{tenant}/oauth2/v2.0/logout`: an app's form, or what was chosen on our page.
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
    let browser = BrowserId::of(headers);
    let signed_in = state.entra.browsers.signed_in(browser.as_ref());
    let Some(leaving) = leaving(&signed_in, parameters, &world) else {
        return LogoutPicker {
            segment,
            people: signed_in.iter().filter_map(|id| world.person(id)).collect(),
            address: parameters.get("post_logout_redirect_uri"),
            state: parameters.get("state"),
        }
        .page()
        .respond(StatusCode::OK);
    };
    let ended = match &browser {
        Some(browser) => state.entra.browsers.sign_out(browser, &leaving),
        None => Ended::default(),
    };
    let mut answer = farewell(
        &frames(&ended, &world),
        return_address(parameters, &leaving, &world),
    );
    if ended.nobody_left {
        let forgotten = BrowserId::forgotten(state.speaks_https());
        answer
            .headers_mut()
            .extend(forgotten.map(|cookie| (SET_COOKIE, cookie)));
    }
    answer
}

/// Who signs out: whom the visitor chose, whom the hint names, or the only one there is. `None` if that must be asked.
fn leaving(
    signed_in: &[PersonId],
    parameters: &Parameters,
    world: &World,
) -> Option<Vec<PersonId>> {
    let chosen = parameters.get("choose").map(PersonId::new);
    // A user principal name is no logout hint (entra.md §13): it is not looked up.
    let hinted = parameters
        .get("logout_hint")
        .and_then(|hint| login_hint::read(hint, world))
        .map(|person| person.id.clone());
    match chosen.or(hinted) {
        Some(person) if signed_in.contains(&person) => Some(vec![person]),
        _ if signed_in.len() <= 1 => Some(signed_in.to_vec()),
        _ => None,
    }
}

/// The front-channel addresses of the apps that were in the session, each with the session's id. Entra sends no `iss`.
fn frames(ended: &Ended, world: &World) -> Vec<String> {
    let mut addresses = Vec::new();
    for client_id in &ended.apps {
        let application = world.application(client_id.as_str());
        let Some(address) = application.and_then(|known| known.logout_url.as_deref()) else {
            continue;
        };
        let separator = if address.contains('?') { '&' } else { '?' };
        let address = format!("{address}{separator}sid={}", ended.session_state);
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// On to the app, at once or by way of the page whose hidden frames tell the other apps.
fn farewell(frames: &[String], address: Option<String>) -> Response {
    match address {
        Some(address) if frames.is_empty() => found(&address),
        address => {
            let mut answer = signed_out(frames, address.as_deref()).respond(StatusCode::OK);
            let headers = answer.headers_mut();
            if !frames.is_empty() {
                headers.insert(
                    CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static(WITH_FRAMES),
                );
            }
            let refresh = address.map(|address| format!("{FRAMES_TIME};url={address}"));
            if let Some(Ok(refresh)) = refresh.as_deref().map(HeaderValue::from_str) {
                headers.insert(REFRESH, refresh);
            }
            answer
        }
    }
}

/// Where the browser goes from here: only to a redirect URI that some app has registered, with the caller's state. For
/// personal accounts that app must have a front-channel address as well (entra.md §13).
fn return_address(parameters: &Parameters, leaving: &[PersonId], world: &World) -> Option<String> {
    let asked = parameters.get("post_logout_redirect_uri")?;
    let personal = leaving.iter().any(|id| {
        world
            .person(id)
            .is_some_and(|person| person.tenant.as_str() == CONSUMERS_TENANT_ID)
    });
    let mut applications = world.applications.iter();
    applications.find(|application| {
        let mut registered = application.redirect_uris.iter();
        registered.any(|registered| redirect_uri::same(&registered.uri, asked))
            && (!personal || application.logout_url.is_some())
    })?;
    let Some(state) = parameters.get("state") else {
        return Some(asked.to_owned());
    };
    let encoded = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("state", state)
        .finish();
    let separator = if asked.contains('?') { '&' } else { '?' };
    Some(format!("{asked}{separator}{encoded}"))
}

/// The pages' policy, but for frames of any app.
const WITH_FRAMES: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src http: https:; base-uri 'none'; frame-ancestors 'none'";
/// Seconds the frames have before the browser goes on.
const FRAMES_TIME: u32 = 2;
