//! The device authorization grant (entra.md §14, entra 76): a program asks for codes, a person types the short one here.
//! The polling is at the token endpoint.

mod page;

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;

pub(super) use page::{ask, typed};

use super::{
    aadsts, answer_headers, authority::Authority, known_application, oauth_error::OAuthError,
    parameters::Parameters, request_ids::RequestIds, scopes::Scopes,
};
use crate::{
    state::EmulatorState,
    tokens::{DeviceRequest, INTERVAL, LIFE},
};

/// `POST /{tenant}/oauth2/v2.0/devicecode`
pub(super) async fn authorize(
    State(state): State<Arc<EmulatorState>>,
    Path(segment): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::read_form(&headers, &body);
    let ids = RequestIds::of(&parameters, &headers);
    match issue(&state, segment, &parameters) {
        Ok(body) => {
            let mut answer = (StatusCode::OK, Json(body)).into_response();
            answer_headers::add(answer.headers_mut(), &ids, 0);
            answer
        }
        Err(error) => error.to_json(&ids, state.clock.now(), &state.origin),
    }
}

fn issue(
    state: &EmulatorState,
    segment: String,
    parameters: &Parameters,
) -> Result<Body, OAuthError> {
    let world = state.world();
    let authority = Authority::named(&segment, &world)?;
    if let Some(repeated) = parameters.repeated() {
        return Err(OAuthError::about(&aadsts::PARAMETER_REPEATED, repeated));
    }
    let required = |name| {
        parameters
            .get(name)
            .ok_or_else(|| OAuthError::about(&aadsts::PARAMETER_MISSING, name))
    };
    let application = known_application(required("client_id")?, &world)?;
    authority.check_audience(application)?;
    let scopes =
        Scopes::read(required("scope")?, &world).map_err(|trouble| trouble.at_authorize())?;
    let (device_code, user_code) = state.entra.device_codes.issue(DeviceRequest {
        client_id: application.client_id.clone(),
        scopes,
        segment,
        issued_at: state.clock.now(),
    });
    let verification_uri = format!("{}/devicelogin", state.origin);
    Ok(Body {
        message: format!(
            "To sign in, use a web browser to open the page {verification_uri} and enter the code {user_code} to authenticate."
        ),
        user_code,
        device_code,
        verification_uri,
        expires_in: LIFE,
        interval: INTERVAL,
    })
}

#[derive(Serialize)]
struct Body {
    user_code: String,
    device_code: String,
    verification_uri: String,
    expires_in: i64,
    interval: i64,
    message: String,
}
