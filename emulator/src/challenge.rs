//! Continuous access evaluation: Graph refuses tokens that something has overtaken since they were issued, of clients
//! that said they can handle it (entra 72–75).

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    clock::rfc3339,
    random,
    scenario::{ScenarioName, Standing},
    state::EmulatorState,
    tokens::Issued,
};

/// Middleware in front of Graph.
pub(crate) async fn guard(
    State(state): State<Arc<EmulatorState>>,
    request: Request,
    next: Next,
) -> Response {
    let issued = bearer(request.headers()).and_then(|token| state.access_tokens.issued(token));
    match issued.and_then(|issued| demand(&state, &issued).map(|claims| (issued, claims))) {
        Some((issued, claims)) => refused(&state, &issued, &claims),
        None => next.run(request).await,
    }
}

/// The claims a token would need to be good, if it is not: a younger one, or one of a stronger sign-in. Clients without
/// `cp1` are never challenged (entra 73), nor are lapsed tokens, which are refused anyway.
fn demand(state: &EmulatorState, issued: &Issued) -> Option<Value> {
    let grant = &issued.grant;
    if !grant.handles_claims_challenges || state.clock.now() >= grant.expires_at {
        return None;
    }
    let standing = Standing::of(&state.scenarios);
    let since = |name| standing.since(name, &grant.person, &grant.client_id);
    let revoked = state
        .scenarios
        .revoked_since(&grant.person, issued.moment, |_| true)
        .map(|revocation| revocation.at);
    let gone = [ScenarioName::UserDisabled, ScenarioName::UserDeleted]
        .into_iter()
        .filter_map(since)
        .any(|since| since > issued.moment);
    let overtaken = revoked.or_else(|| gone.then(|| state.clock.now()));
    if let Some(at) = overtaken {
        let not_before = json!({ "essential": true, "value": at.to_string() });
        return Some(json!({ "access_token": { "nbf": not_before } }));
    }
    let weak = since(ScenarioName::AuthContextRequired).is_some()
        && !issued.contexts.contains(AUTH_CONTEXT);
    let stronger = json!({ "essential": true, "value": AUTH_CONTEXT });
    weak.then(|| json!({ "access_token": { "acrs": stronger } }))
}

fn refused(state: &EmulatorState, issued: &Issued, claims: &Value) -> Response {
    let request = random::guid();
    let body = json!({ "error": {
        "code": "InvalidAuthenticationToken",
        "message": "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
        "innerError": {
            "date": rfc3339(state.clock.now()).trim_end_matches('Z'),
            "request-id": request,
            "client-request-id": request,
        },
    } });
    let mut answer = (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    let grant = &issued.grant;
    let shuffled = Standing::of(&state.scenarios).holds(
        ScenarioName::ChallengeShuffled,
        &grant.person,
        &grant.client_id,
    );
    for line in lines(&state.origin, claims, shuffled) {
        let value = HeaderValue::from_str(&line);
        answer
            .headers_mut()
            .extend(value.ok().map(|value| (WWW_AUTHENTICATE, value)));
    }
    answer
}

/// The `WWW-Authenticate` lines: one, or with the order shuffled several (entra 74).
fn lines(origin: &str, claims: &Value, shuffled: bool) -> Vec<String> {
    let claims = BASE64_STANDARD.encode(claims.to_string());
    let authority = format!("{origin}/common/oauth2/authorize");
    match shuffled {
        false => vec![format!(
            "Bearer realm=\"\", authorization_uri=\"{authority}\", error=\"insufficient_claims\", claims=\"{claims}\""
        )],
        true => vec![
            "Negotiate".to_owned(),
            format!(
                "Bearer claims=\"{claims}\", error=\"insufficient_claims\", client_id=\"00000003-0000-0000-c000-000000000000\", authorization_uri=\"{authority}\", realm=\"\""
            ),
            format!("PoP authorization_uri=\"{authority}\", realm=\"\", nonce=\"emulated\""),
        ],
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The one authentication context that Graph demands here.
const AUTH_CONTEXT: &str = "c1";
