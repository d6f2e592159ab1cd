//! App registrations as Graph shows them (entra.md §19, entra 88): reading credentials' expiry, adding and removing
//! secrets. It stands before the mail routes, for it speaks of registrations, which are this part's.

mod path;
mod shown;

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, Method, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use self::path::{Addressed, Part};
use super::certificate::unix_seconds;
use crate::{
    clock::rfc3339,
    random,
    state::EmulatorState,
    world::{Application, Audience, Resource, Secret, TenantId},
};

/// Answers `/v1.0/applications…`; everything else goes on.
pub(crate) async fn serve(
    State(state): State<Arc<EmulatorState>>,
    request: Request,
    next: Next,
) -> Response {
    match Addressed::read(request.uri().path()) {
        Some(addressed) => answer(&state, &addressed, request).await,
        None => next.run(request).await,
    }
}

async fn answer(state: &EmulatorState, addressed: &Addressed, request: Request) -> Response {
    let reading = request.method() == Method::GET && addressed.part == Part::Itself;
    let enough = if reading { READ } else { WRITE };
    let tenant = match admit(state, request.headers(), enough) {
        Ok(tenant) => tenant,
        Err(refused) => return *refused,
    };
    let world = state.world();
    let found = world
        .applications
        .iter()
        .find(|application| application.home_tenant == tenant && addressed.names(application));
    let Some(application) = found else {
        let refused = refusal(
            "Request_ResourceNotFound",
            "Resource does not exist or one of its queried reference-property objects are not present.",
        );
        return (StatusCode::NOT_FOUND, refused).into_response();
    };
    let query = request.uri().query().unwrap_or_default().to_owned();
    match (request.method().as_str(), addressed.part) {
        ("GET", Part::Itself) => {
            Json(shown::selected(application, &state.origin, &query)).into_response()
        }
        ("POST", Part::AddPassword) => add(state, application, request.into_body()).await,
        ("POST", Part::RemovePassword) => remove(state, application, request.into_body()).await,
        _ => bad_request("The emulator reads applications and adds or removes their passwords."),
    }
}

/// The tenant of a caller who holds one of these permissions; otherwise the refusal.
fn admit(
    state: &EmulatorState,
    headers: &HeaderMap,
    enough: &[&str],
) -> Result<TenantId, Box<Response>> {
    let Some((tenant, permissions)) = bearer(state, headers) else {
        let refused = refusal(
            "InvalidAuthenticationToken",
            "Access token validation failure.",
        );
        let challenge = [(WWW_AUTHENTICATE, "Bearer")];
        let answer = (StatusCode::UNAUTHORIZED, challenge, refused);
        return Err(Box::new(answer.into_response()));
    };
    let allowed = |name: &&str| {
        let mut held = permissions.iter();
        held.any(|held| held.eq_ignore_ascii_case(name))
    };
    if enough.iter().any(allowed) {
        return Ok(tenant);
    }
    let refused = refusal(
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    );
    Err(Box::new((StatusCode::FORBIDDEN, refused).into_response()))
}

/// Tenant and permissions of a live Graph token, a person's or an app's own.
fn bearer(state: &EmulatorState, headers: &HeaderMap) -> Option<(TenantId, Vec<String>)> {
    let token = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let token = token.strip_prefix("Bearer ")?;
    let now = state.clock.now();
    if let Some(grant) = state.access_tokens.lookup(token) {
        let good = grant.resource == Resource::Graph && now < grant.expires_at;
        return good.then_some((grant.tenant, grant.scopes));
    }
    let grant = state.app_tokens.lookup(token)?;
    let good = grant.resource == Resource::Graph && now < grant.expires_at;
    good.then_some((grant.tenant, grant.roles))
}

/// `addPassword`: the only answer that ever tells a secret. An app that allows personal accounts has room for two.
async fn add(state: &EmulatorState, application: &Application, body: Body) -> Response {
    let Some(body) = json_body(body).await else {
        return bad_request("Invalid JSON.");
    };
    let personal = matches!(
        application.audience,
        Audience::AnyOrganizationAndPersonal | Audience::PersonalOnly
    );
    if personal && application.secrets.len() >= MOST_SECRETS {
        return bad_request("The directory object quota limit for credentials has been exceeded.");
    }
    let asked = &body["passwordCredential"];
    let end = match asked["endDateTime"].as_str() {
        None => Some(state.clock.now() + shown::SECRET_LIFE),
        Some(text) => unix_seconds(text),
    };
    let Some(expires_at) = end else {
        return bad_request("Invalid value specified for property 'endDateTime'.");
    };
    let secret = Secret {
        id: random::guid(),
        value: format!("emulated~{}", random::text::<24>()),
        expires_at,
    };
    let mut answer = shown::password(&secret);
    answer["secretText"] = json!(secret.value);
    answer["displayName"] = asked["displayName"].clone();
    answer["startDateTime"] = json!(rfc3339(state.clock.now()));
    change(state, application, |secrets| secrets.push(secret.clone()));
    Json(answer).into_response()
}

async fn remove(state: &EmulatorState, application: &Application, body: Body) -> Response {
    let body = json_body(body).await.unwrap_or_default();
    let key_id = body["keyId"].as_str().unwrap_or_default();
    if !application.secrets.iter().any(|secret| secret.id == key_id) {
        return bad_request("No password credential found with keyId.");
    }
    change(state, application, |secrets| {
        secrets.retain(|secret| secret.id != key_id);
    });
    StatusCode::NO_CONTENT.into_response()
}

fn change(state: &EmulatorState, application: &Application, change: impl FnOnce(&mut Vec<Secret>)) {
    state.change_world(|world| {
        let mut applications = world.applications.iter_mut();
        if let Some(known) = applications.find(|known| known.client_id == application.client_id) {
            change(&mut known.secrets);
        }
    });
}

async fn json_body(body: Body) -> Option<Value> {
    let bytes = to_bytes(body, LARGEST_BODY).await.ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn bad_request(message: &str) -> Response {
    (
        StatusCode::BAD_REQUEST,
        refusal("Request_BadRequest", message),
    )
        .into_response()
}

fn refusal(code: &str, message: &str) -> Json<Value> {
    Json(json!({ "error": { "code": code, "message": message } }))
}

const READ: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
];
const WRITE: &[&str] = &["Application.ReadWrite.All"];
/// For registrations that allow personal accounts (entra.md §19).
const MOST_SECRETS: usize = 2;
const LARGEST_BODY: usize = 64 * 1024;
