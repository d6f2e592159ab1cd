//! OpenID Connect's UserInfo (entra.md §1.3), which Microsoft serves from Graph's host.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::id_token::pairwise_subject;
use crate::{state::EmulatorState, tokens::AccessTokenGrant, world::Resource};

/// `GET` or `POST /oidc/userinfo`: who the bearer of a Graph token is.
pub(super) async fn answer(
    State(state): State<Arc<EmulatorState>>,
    headers: HeaderMap,
) -> Response {
    let world = state.world();
    let Some(grant) = bearer(&state, &headers) else {
        return refused();
    };
    let Some(person) = world.person(&grant.person) else {
        return refused();
    };
    let subject = pairwise_subject(&grant.client_id, &grant.tenant, person);
    let mut claims = json!({ "sub": subject, "name": person.name });
    if grant.allows("email") && person.mailbox {
        claims["email"] = json!(person.address);
    }
    Json(claims).into_response()
}

fn bearer(state: &EmulatorState, headers: &HeaderMap) -> Option<AccessTokenGrant> {
    let token = headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")?;
    let grant = state.access_tokens.lookup(token)?;
    let good = grant.resource == Resource::Graph
        && grant.allows("openid")
        && state.clock.now() < grant.expires_at;
    good.then_some(grant)
}

fn refused() -> Response {
    let error = json!({ "error": { "code": "InvalidAuthenticationToken", "message": "Access token validation failure." } });
    (
        StatusCode::UNAUTHORIZED,
        [(WWW_AUTHENTICATE, "Bearer")],
        Json(error),
    )
        .into_response()
}
