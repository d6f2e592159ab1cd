//! `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` (entra 79): an API calls the next one on behalf of whoever
//! called it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    call::TokenCall,
    client,
    entitlement::Entitlement,
    issue::{Issue, Listing},
    trouble::{self, GRAPH_APP},
};
use crate::{
    entra::{aadsts, oauth_error::OAuthError, scopes::Scopes},
    tokens::{AccessTokenGrant, Proof, RefreshLife},
    world::{Platform, Resource},
};

/// Turns a token that this app received into what is to be issued.
///
/// # Errors
/// 240002 for an ID token, 50013 for a token of another audience or none of ours, 500133 for one that has lapsed; the
/// person's account, policies and consent as at a refresh.
pub(super) fn exchange(call: &TokenCall<'_>) -> Result<Issue, OAuthError> {
    client::check_confidential(call)?;
    let assertion = call.required("assertion")?;
    match call.required("requested_token_use")? {
        "on_behalf_of" => {}
        other => {
            return Err(OAuthError::about(
                &aadsts::PARAMETER_UNSUPPORTED,
                &format!("'requested_token_use': '{other}'"),
            ));
        }
    }
    let (received, proof) = received(call, assertion)?;
    let scopes = call.required("scope")?;
    let scopes = Scopes::read(scopes, &call.world).map_err(|trouble| trouble.at_redemption())?;
    if scopes.resources().len() > 1 {
        return Err((&aadsts::SEVERAL_RESOURCES).into());
    }
    if call.tenant_of(&received.tenant).is_none() {
        return Err((&aadsts::OTHER_TENANT).into());
    }
    let entitlement = Entitlement::of(call, &received.person, &received.tenant)?;
    trouble::check(call, &received.person, &proof, Platform::Web).map_err(as_here)?;
    entitlement.check(call, &scopes)?;
    Ok(Issue {
        refreshable: scopes.asks("offline_access"),
        refresh_life: RefreshLife::Renewable,
        platform: Platform::Web,
        person: received.person,
        tenant: received.tenant,
        nonce: None,
        session: None,
        proof,
        page_code: false,
        listing: Listing::AllHeld,
        held: entitlement.held,
        scopes,
    })
}

/// A missing second factor has a number of its own here (entra 79).
fn as_here(error: OAuthError) -> OAuthError {
    match error.row() == &aadsts::SECOND_FACTOR_NEEDED {
        true => error.reworded(&aadsts::SECOND_FACTOR_ON_BEHALF, GRAPH_APP),
        false => error,
    }
}

/// What the assertion stands for, and the sign-in behind it.
fn received(
    call: &TokenCall<'_>,
    assertion: &str,
) -> Result<(AccessTokenGrant, Proof), OAuthError> {
    let refused = |why| Err(OAuthError::about(&aadsts::ON_BEHALF_REFUSED, why));
    let Some(issued) = call.state.access_tokens.issued(assertion) else {
        return match is_id_token(assertion) {
            true => Err((&aadsts::ID_TOKEN_AS_ASSERTION).into()),
            false => refused("the token is none of a person's"),
        };
    };
    let meant = match issued.grant.resource {
        Resource::Application(api) => api.belongs_to(&call.application.client_id),
        Resource::Graph | Resource::ExchangeOnline => false,
    };
    if !meant {
        return refused("its audience is not this application");
    }
    if call.now >= issued.grant.expires_at {
        return Err((&aadsts::ON_BEHALF_EXPIRED).into());
    }
    let proof = Proof {
        signed_in: issued.moment,
        signed_in_at: issued.grant.issued_at,
        second_factor: issued.second_factor,
        contexts: issued.contexts,
        ..Proof::default()
    };
    Ok((issued.grant, proof.founding()))
}

/// Whether a text that is no access token of ours reads like a JWT for some client: an ID token.
fn is_id_token(assertion: &str) -> bool {
    let claims = assertion.split('.').nth(1).unwrap_or_default();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    serde_json::from_slice::<Value>(&claims)
        .is_ok_and(|claims| claims["aud"].is_string() && claims["ver"] == "2.0")
}
