//! The two admin-consent endpoints (entra.md §9.2, entra 34–36): an ordinary sign-in whose end is another.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    delivery::{Delivery, ResponseMode},
    purpose::{AdminConsent, Edition, Purpose},
    request::{AuthorizeRequest, Prompt, known_client, redirect_target},
    steps::begin_with,
};
use crate::{
    entra::{
        aadsts,
        authority::Authority,
        error_page,
        oauth_error::OAuthError,
        parameters::Parameters,
        request_ids::RequestIds,
        scopes::{Asked, Scopes},
    },
    state::EmulatorState,
    world::{ClientId, World},
};

/// `GET /{tenant}/adminconsent`
pub(in crate::entra) async fn first_edition(
    state: State<Arc<EmulatorState>>,
    segment: Path<String>,
    query: RawQuery,
    headers: HeaderMap,
) -> Response {
    begin(state, segment, query, headers, Edition::First).await
}

/// `GET /{tenant}/v2.0/adminconsent`
pub(in crate::entra) async fn second_edition(
    state: State<Arc<EmulatorState>>,
    segment: Path<String>,
    query: RawQuery,
    headers: HeaderMap,
) -> Response {
    begin(state, segment, query, headers, Edition::Second).await
}

async fn begin(
    State(state): State<Arc<EmulatorState>>,
    Path(segment): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    edition: Edition,
) -> Response {
    let parameters = Parameters::read(query.unwrap_or_default().as_bytes());
    let ids = RequestIds::of(&parameters, &headers);
    match read(&segment, &parameters, &state.world(), edition) {
        Ok(request) => begin_with(&state, &headers, request, segment, ids.correlation).await,
        Err(error) => error_page::refuse(&state, &ids, &error),
    }
}

/// Errors stay on our page. Chosen: the sheet gives a redirect for the administrator's refusal only.
fn read(
    segment: &str,
    parameters: &Parameters,
    world: &World,
    edition: Edition,
) -> Result<AuthorizeRequest, OAuthError> {
    let (authority, application) = known_client(segment, parameters, world)?;
    let client_id = application.client_id.clone();
    check(edition, &authority, &client_id, parameters)?;
    let target = redirect_target(parameters, application)?;
    let scopes = match edition {
        Edition::First => Scopes::default(),
        Edition::Second => Scopes::read(parameters.get("scope").unwrap_or_default(), world)
            .map_err(|trouble| trouble.at_authorize())?,
    };
    let is_default = |asked: &Asked| matches!(asked, Asked::Default(_));
    let everything = edition == Edition::First || scopes.asked().iter().any(is_default);
    Ok(AuthorizeRequest {
        authority,
        client_id,
        delivery: Delivery::new(target, ResponseMode::Query, parameters.sent("state")),
        scopes,
        prompt: Prompt::Unset,
        login_hint: parameters.get("login_hint").map(str::to_owned),
        purpose: Purpose::AdminConsent(AdminConsent {
            edition,
            everything,
        }),
        nonce: None,
        challenge: None,
        contexts: Vec::new(),
        wants_client_info: false,
        instance_aware: false,
    })
}

/// Whether the authority fits the edition, and everything it needs is there.
fn check(
    edition: Edition,
    authority: &Authority,
    client_id: &ClientId,
    parameters: &Parameters,
) -> Result<(), OAuthError> {
    let refused = match edition {
        Edition::First => *authority == Authority::Consumers,
        Edition::Second => matches!(authority, Authority::Common | Authority::Consumers),
    };
    if refused {
        let detail = client_id.as_str();
        return Err(OAuthError::about(&aadsts::NOT_ON_COMMON, detail));
    }
    for needed in ["redirect_uri", "scope"] {
        let demanded = needed == "redirect_uri" || edition == Edition::Second;
        if demanded && parameters.get(needed).is_none() {
            return Err(OAuthError::about(&aadsts::PARAMETER_MISSING, needed));
        }
    }
    Ok(())
}
