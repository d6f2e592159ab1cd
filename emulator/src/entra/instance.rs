//! Instance discovery: which login hosts belong together (entra.md §1.2, entra 9).

use std::sync::Arc;

use axum::{
    Json,
    extract::{RawQuery, State},
    http::{HeaderMap, header::HOST},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    aadsts, discovery, oauth_error::OAuthError, parameters::Parameters, request_ids::RequestIds,
};
use crate::{
    state::EmulatorState,
    world::{Cloud, World},
};

/// `GET /common/discovery/instance?api-version=1.1&authorization_endpoint=…`
pub(super) async fn discover(
    State(state): State<Arc<EmulatorState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let parameters = Parameters::read(query.unwrap_or_default().as_bytes());
    let ids = RequestIds::of(&parameters, &headers);
    match described(&state, &parameters) {
        Ok(document) => discovery::public(Json(document).into_response()),
        Err(error) => error.to_json(&ids, state.clock.now(), &state.origin),
    }
}

/// The document, if the host asked about is one of a cloud's or the emulator's.
fn described(state: &EmulatorState, parameters: &Parameters) -> Result<Value, OAuthError> {
    let missing = |name| OAuthError::about(&aadsts::PARAMETER_MISSING, name);
    let asked = parameters.get("authorization_endpoint");
    let asked = asked.ok_or_else(|| missing("authorization_endpoint"))?;
    parameters
        .get("api-version")
        .ok_or_else(|| missing("api-version"))?;
    let unknown = || OAuthError::about(&aadsts::INSTANCE_UNKNOWN, asked);
    let (scheme, rest) = asked.split_once("://").ok_or_else(unknown)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let world = state.world();
    let sets = sets(state, &world);
    let known = |set: &Vec<String>| set.iter().any(|alias| alias.eq_ignore_ascii_case(host));
    if !sets.iter().any(known) {
        return Err(unknown());
    }
    let tenant = path.split('/').next().unwrap_or_default();
    let metadata: Vec<Value> = sets
        .iter()
        .map(|set| json!({ "preferred_network": set[0], "preferred_cache": preferred_cache(set), "aliases": set }))
        .collect();
    Ok(json!({
        "tenant_discovery_endpoint": format!("{scheme}://{host}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": metadata,
    }))
}

/// The alias sets of the clouds, and beside them the emulator's own names: clients go to the first of a set, and must not
/// be led from here to Microsoft.
fn sets(state: &EmulatorState, world: &World) -> Vec<Vec<String>> {
    let of_cloud = |cloud: Cloud| {
        cloud
            .hosts()
            .iter()
            .map(|host| (*host).to_owned())
            .collect()
    };
    let mut sets: Vec<Vec<String>> = Cloud::ALL.map(of_cloud).to_vec();
    let own = state.origin.split_once("://").map_or("", |(_, own)| own);
    for cloud in Cloud::ALL {
        let aliases = world
            .host_aliases
            .iter()
            .filter(|alias| alias.cloud == cloud);
        let mut set: Vec<String> = aliases.map(|alias| alias.host.clone()).collect();
        if cloud == Cloud::Global {
            set.insert(0, own.to_owned());
        }
        if !set.is_empty() {
            sets.push(set);
        }
    }
    sets
}

/// Microsoft's global cloud files its caches under an older name.
fn preferred_cache(set: &[String]) -> &str {
    match set[0].as_str() {
        "login.microsoftonline.com" => "login.windows.net",
        first => first,
    }
}

/// The name a request used for the emulator, and the cloud that name stands for.
pub(super) fn called(state: &EmulatorState, headers: &HeaderMap) -> (String, Cloud) {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let world = state.world();
    let alias = world
        .host_aliases
        .iter()
        .find(|alias| host.is_some_and(|host| alias.host.eq_ignore_ascii_case(host)));
    match alias {
        Some(alias) => (format!("{}://{}", state.scheme(), alias.host), alias.cloud),
        None => (state.origin.clone(), Cloud::Global),
    }
}
