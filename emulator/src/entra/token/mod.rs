//! `/token`: one file for each grant, one for the client's credential, one for what is issued.

mod api_token;
mod app_only;
mod assertion;
mod call;
mod client;
mod code;
mod device;
mod entitlement;
mod handout;
mod issue;
mod on_behalf_of;
mod refresh;
mod trouble;

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{
        HeaderMap, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_HEADERS, ORIGIN,
        },
    },
    response::{IntoResponse, Response},
};

pub(super) use handout::{Handout, hand_out};
pub(super) use issue::failed;

use self::call::{Refusal, TokenCall};
use super::{aadsts, oauth_error::OAuthError, parameters::Parameters, request_ids::RequestIds};
use crate::{headers, state::EmulatorState, world::Platform};

/// `POST /{tenant}/oauth2/v2.0/token`
pub(super) async fn answer(
    State(state): State<Arc<EmulatorState>>,
    Path(segment): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::read_form(&headers, &body);
    let ids = RequestIds::of(&parameters, &headers);
    let granted = match TokenCall::read(&state, &segment, &headers, &parameters) {
        Ok(call) => grant(&call, &ids).await,
        Err(error) => Err(error.into()),
    };
    let (mut answer, platform) = match granted {
        Ok((answer, platform)) => (answer, Some(platform)),
        Err(Refusal { error, platform }) => (
            error.to_json(&ids, state.clock.now(), &state.origin),
            platform,
        ),
    };
    if platform == Some(Platform::Spa) && headers.contains_key(ORIGIN) {
        headers::set(answer.headers_mut(), READABLE);
    }
    answer
}

async fn grant(call: &TokenCall<'_>, ids: &RequestIds) -> Result<(Response, Platform), Refusal> {
    trouble::refuse_loops(call)?;
    let issued = match call.required("grant_type")? {
        "authorization_code" => code::redeem(call)?,
        "refresh_token" => refresh::renew(call)?,
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => device::poll(call)?,
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => on_behalf_of::exchange(call)?,
        "client_credentials" => return Ok((app_only::answer(call, ids).await?, Platform::Web)),
        other => return Err(OAuthError::about(&aadsts::GRANT_TYPE_UNKNOWN, other).into()),
    };
    let (platform, family) = (issued.platform, issued.proof.family);
    let answer = issued.answer(call, ids).await;
    call.state.redeemed(family);
    Ok((answer, platform))
}

/// `OPTIONS`: a page asks before it sends; the answer never depends on the client (entra 47).
pub(super) async fn preflight(headers: HeaderMap) -> Response {
    let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let mut answer = StatusCode::OK.into_response();
    let allowed = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    headers::set(answer.headers_mut(), allowed);
    answer
        .headers_mut()
        .extend(asked.map(|asked| (ACCESS_CONTROL_ALLOW_HEADERS, asked)));
    answer
}

/// Any other method (entra 52).
pub(super) async fn wrong_verb(
    State(state): State<Arc<EmulatorState>>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let ids = RequestIds::of(&Parameters::default(), &headers);
    OAuthError::about(&aadsts::WRONG_VERB, method.as_str()).to_json(
        &ids,
        state.clock.now(),
        &state.origin,
    )
}

/// Lets a page of any origin read the answer.
const READABLE: [(axum::http::HeaderName, &str); 2] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_EXPOSE_HEADERS, "x-ms-request-id"),
];
