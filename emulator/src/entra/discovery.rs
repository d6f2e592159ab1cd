//! The discovery document and the keys (entra.md §2, entra 1–6).

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    authority::Authority, instance, oauth_error::OAuthError, parameters::Parameters,
    request_ids::RequestIds,
};
use crate::{headers, state::EmulatorState, world::Cloud};

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`
pub(super) async fn document(
    State(state): State<Arc<EmulatorState>>,
    Path(segment): Path<String>,
    headers: HeaderMap,
) -> Response {
    match Authority::named(&segment, &state.world()) {
        Ok(authority) => {
            let called = instance::called(&state, &headers);
            let document = described(&state.origin, &called, &segment, &authority);
            public(Json(document).into_response())
        }
        Err(unknown) => refused(&state, &headers, &unknown),
    }
}

/// `GET /{tenant}/discovery/v2.0/keys`
pub(super) async fn keys(
    State(state): State<Arc<EmulatorState>>,
    Path(segment): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(unknown) = Authority::named(&segment, &state.world()) {
        return refused(&state, &headers, &unknown);
    }
    match state.entra.keys.ready().await {
        Ok(keys) => public(Json(keys.document(&state.origin)).into_response()),
        Err(missing) => (StatusCode::INTERNAL_SERVER_ERROR, missing.to_string()).into_response(),
    }
}

/// The fields of entra.md §2.1. There is no `code_challenge_methods_supported`: Microsoft has none either (entra 4).
/// Under another host name the endpoints are those of that name, and the cloud is the one it stands for; the issuer stays,
/// as China's does under its second name (entra 9). Microsoft also lists a `kerberos_endpoint`: nothing answers there.
fn described(
    origin: &str,
    (called, cloud): &(String, Cloud),
    segment: &str,
    authority: &Authority,
) -> Value {
    let at = |path: &str| format!("{called}/{segment}/{path}");
    json!({
        "token_endpoint": at("oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": at("discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{origin}/{}/v2.0", authority.issuer_segment()),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{called}/oidc/userinfo"),
        "authorization_endpoint": at("oauth2/v2.0/authorize"),
        "device_authorization_endpoint": at("oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": at("oauth2/v2.0/logout"),
        "claims_supported": CLAIMS,
        "tenant_region_scope": region(authority),
        "cloud_instance_name": cloud.name(),
        "cloud_graph_host_name": cloud.directory_graph(),
        "msgraph_host": cloud.graph(),
        "rbac_url": "https://pas.windows.net",
    })
}

fn region(authority: &Authority) -> Option<&'static str> {
    matches!(authority, Authority::Tenant(_)).then_some("EU")
}

/// Readable from any origin, good for a day (entra 5).
pub(super) fn public(mut answer: Response) -> Response {
    let public = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, OPTIONS"),
        (CACHE_CONTROL, "max-age=86400, private"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    headers::set(answer.headers_mut(), public);
    answer
}

fn refused(state: &EmulatorState, headers: &HeaderMap, error: &OAuthError) -> Response {
    let ids = RequestIds::of(&Parameters::default(), headers);
    let mut answer = error.to_json(&ids, state.clock.now(), &state.origin);
    answer
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}

const CLAIMS: &[&str] = &[
    "sub",
    "iss",
    "cloud_instance_name",
    "cloud_instance_host_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "nonce",
    "preferred_username",
    "name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "email",
];
