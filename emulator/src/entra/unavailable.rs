//! The identity platform's answer when it has no time for anybody (entra 83).

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{aadsts, oauth_error::OAuthError, parameters::Parameters, request_ids::RequestIds};
use crate::state::EmulatorState;

/// A JSON refusal with this status, whatever was asked.
pub(crate) fn unavailable(state: &EmulatorState, status: StatusCode) -> Response {
    let row = match status {
        StatusCode::TOO_MANY_REQUESTS => &aadsts::TENANT_THROTTLED,
        _ => &aadsts::SERVICE_TROUBLE,
    };
    let ids = RequestIds::of(&Parameters::default(), &HeaderMap::new());
    let mut answer = OAuthError::from(row).to_json(&ids, state.clock.now(), &state.origin);
    *answer.status_mut() = status;
    answer
}
