//! `grant_type=refresh_token` (entra 62–66, 70).

use super::{
    call::{Refusal, TokenCall},
    client,
    issue::{Issue, Listing},
};
use crate::{
    clock::rfc3339,
    entra::{
        aadsts,
        admission::Bar,
        grants::resolve,
        oauth_error::OAuthError,
        scopes::{ScopeTrouble, Scopes},
    },
    tokens::{INACTIVITY_LIMIT, RefreshGrant, RefreshLife, RefreshState},
};

/// Turns a refresh token into what is to be issued. The token itself stays as it is (entra 62).
pub(super) fn renew(call: &TokenCall<'_>) -> Result<Issue, Refusal> {
    let token = call.required("refresh_token")?;
    let grant = match call.state.entra.refresh_tokens.look_up(token) {
        RefreshState::Malformed => {
            return Err(OAuthError::from(&aadsts::MALFORMED_REFRESH_TOKEN).into());
        }
        RefreshState::Unknown => {
            return Err(OAuthError::from(&aadsts::REFRESH_TOKEN_INVALID).into());
        }
        RefreshState::Issued(grant) => grant,
    };
    let platform = grant.platform;
    check(call, &grant)
        .and_then(|()| prepare(call, grant))
        .map_err(|error| Refusal {
            error,
            platform: Some(platform),
        })
}

fn check(call: &TokenCall<'_>, grant: &RefreshGrant) -> Result<(), OAuthError> {
    client::check(call, grant.platform)?;
    if grant.client_id != call.application.client_id {
        return Err((&aadsts::REFRESH_TOKEN_INVALID).into());
    }
    let issued = rfc3339(grant.issued_at);
    match grant.life {
        RefreshLife::Until(end) if call.now >= end => {
            Err(OAuthError::about(&aadsts::PAGE_REFRESH_TOKEN_OVER, &issued))
        }
        RefreshLife::Renewable if call.now >= grant.issued_at + INACTIVITY_LIMIT => Err(
            OAuthError::about(&aadsts::REFRESH_TOKEN_UNUSED_TOO_LONG, &issued),
        ),
        RefreshLife::Until(_) | RefreshLife::Renewable => Ok(()),
    }
}

fn prepare(call: &TokenCall<'_>, grant: RefreshGrant) -> Result<Issue, OAuthError> {
    let unconsented = || OAuthError::about(&aadsts::CONSENT_MISSING, grant.client_id.as_str());
    let unknown_account = || OAuthError::about(&aadsts::ACCOUNT_UNKNOWN, grant.person.as_str());
    let named = call.parameters.get("scope").map(Scopes::read).transpose();
    let named = named.map_err(|trouble| match trouble {
        ScopeTrouble::UnknownPermission(_) => unconsented(),
        other => other.at_redemption(),
    })?;
    let person = call
        .world
        .person(&grant.person)
        .ok_or_else(unknown_account)?;
    call.tenant_of(&grant.tenant).ok_or_else(unknown_account)?;
    if let Some(bar) = Bar::between(person, &call.application) {
        return Err(bar.at_token(&call.application));
    }
    let held = call.state.entra.grants.held(person, &grant.client_id);
    let listing = if named.is_some() {
        Listing::AskedOnly
    } else {
        Listing::AllHeld
    };
    let scopes = named.unwrap_or_else(|| grant.scopes.clone());
    if !resolve(&scopes, &call.application, &held).is_subset(&held) {
        return Err(unconsented());
    }
    Ok(Issue {
        refreshable: true,
        refresh_life: grant.life,
        platform: grant.platform,
        person: grant.person,
        tenant: grant.tenant,
        proof: grant.proof,
        nonce: None,
        listing,
        scopes,
        held,
    })
}
