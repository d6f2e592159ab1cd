//! `grant_type=client_credentials` (entra 78): an app acts for itself.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;

use super::{
    api_token::{self, Actor},
    call::TokenCall,
    client,
    issue::failed,
};
use crate::{
    entra::{
        aadsts, answer_headers,
        authority::Authority,
        oauth_error::OAuthError,
        request_ids::RequestIds,
        scopes::{Asked, Scopes},
    },
    random,
    tokens::AppTokenGrant,
    world::{Resource, TenantId},
};

/// Issues a token to the app itself.
///
/// # Errors
/// 9001023 without a concrete tenant, 70011 for anything but one `/.default`, 700016 where the app is not installed, and
/// what is wrong with the credential.
pub(super) async fn answer(call: &TokenCall<'_>, ids: &RequestIds) -> Result<Response, OAuthError> {
    let Authority::Tenant(tenant) = &call.authority else {
        return Err((&aadsts::GRANT_NOT_ON_COMMON).into());
    };
    client::check_confidential(call)?;
    let resource = resource(call)?;
    let entra = &call.state.entra;
    if !entra.grants.knows(tenant, &call.application, &call.world) {
        let quoted = format!("'{}'", call.application.client_id);
        return Err(OAuthError::about(&aadsts::CLIENT_REMOVED, &quoted));
    }
    let life = call
        .state
        .switches()
        .access_token_life
        .unwrap_or_else(|| random::between(3_600, 5_400));
    let grant = AppTokenGrant {
        client_id: call.application.client_id.clone(),
        tenant: tenant.clone(),
        resource,
        roles: roles(call, tenant, resource),
        issued_at: call.now,
        expires_at: call.now + life,
    };
    let Some(access_token) = access_token(call, grant).await else {
        return Ok(failed("an app-only token could not be signed"));
    };
    let body = Body {
        token_type: "Bearer",
        expires_in: life,
        ext_expires_in: life,
        access_token,
    };
    let mut answer = (StatusCode::OK, Json(body)).into_response();
    answer_headers::add(answer.headers_mut(), ids, 0);
    Ok(answer)
}

/// The one resource whose `/.default` is asked.
fn resource(call: &TokenCall<'_>) -> Result<Resource, OAuthError> {
    let text = call.required("scope")?;
    let refused = || OAuthError::about(&aadsts::SCOPE_INVALID, text);
    let scopes = Scopes::read(text, &call.world).map_err(|trouble| trouble.at_app_only(text))?;
    let [Asked::Default(resource)] = scopes.asked() else {
        return Err(refused());
    };
    Ok(*resource)
}

/// What administrators of the tenant granted; the roles of apps' own APIs are not emulated.
fn roles(call: &TokenCall<'_>, tenant: &TenantId, resource: Resource) -> Vec<String> {
    let client_id = &call.application.client_id;
    match resource {
        Resource::Graph => call.state.entra.grants.roles(tenant, client_id, call.now),
        Resource::ExchangeOnline | Resource::Application(_) => Vec::new(),
    }
}

async fn access_token(call: &TokenCall<'_>, grant: AppTokenGrant) -> Option<String> {
    let Resource::Application(api) = grant.resource else {
        return Some(call.state.app_tokens.issue(grant));
    };
    let actor = Actor {
        api,
        tenant: &grant.tenant,
        issued_at: grant.issued_at,
        expires_at: grant.expires_at,
    };
    let principal = api_token::service_principal(&grant.client_id, &grant.tenant);
    let who = json!({ "oid": principal, "sub": principal, "roles": grant.roles });
    let token = api_token::signed(call, &actor, who).await?;
    call.state.app_tokens.keep(token.clone(), grant);
    Some(token)
}

#[derive(Serialize)]
struct Body {
    token_type: &'static str,
    expires_in: i64,
    ext_expires_in: i64,
    access_token: String,
}
