//! `grant_type=refresh_token` (entra 62–66, 70).

use super::{
    call::{Refusal, TokenCall},
    client,
    entitlement::{Entitlement, unconsented},
    issue::{Issue, Listing},
    trouble,
};
use crate::{
    clock::rfc3339,
    entra::{
        aadsts,
        authority::Authority,
        oauth_error::OAuthError,
        scopes::{ScopeTrouble, Scopes},
    },
    tokens::{INACTIVITY_LIMIT, RefreshGrant, RefreshLife, RefreshState},
    world::TenantId,
};

/// Turns a refresh token into what is to be issued. What becomes of the token itself is a switch (entra 62).
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
        .and_then(|issue| trouble::use_up(call, token).map(|()| issue))
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
    let named = call.parameters.get("scope");
    let named = named
        .map(|text| Scopes::read(text, &call.world))
        .transpose();
    let named = named.map_err(|trouble| match trouble {
        ScopeTrouble::UnknownPermission(_) => unconsented(call),
        other => other.at_redemption(),
    })?;
    let tenant = tenant(call, &grant)?;
    let entitlement = Entitlement::of(call, &grant.person, &tenant)?;
    trouble::check(call, &grant.person, &grant.proof, grant.platform)?;
    let listing = if named.is_some() {
        Listing::AskedOnly
    } else {
        Listing::AllHeld
    };
    let scopes = named.unwrap_or_else(|| grant.scopes.clone());
    entitlement.check(call, &scopes)?;
    Ok(Issue {
        refreshable: true,
        refresh_life: grant.life,
        platform: grant.platform,
        person: grant.person,
        tenant,
        proof: grant.proof,
        nonce: None,
        session: None,
        listing,
        scopes,
        page_code: false,
        held: entitlement.held,
    })
}

/// The tenant that answers: the one named in the path, where the person may be a guest, or the one of the sign-in. A
/// refresh token is bound to person and app, not to a tenant (entra 63).
fn tenant(call: &TokenCall<'_>, grant: &RefreshGrant) -> Result<TenantId, OAuthError> {
    match &call.authority {
        Authority::Tenant(named) => Ok(named.clone()),
        Authority::Common | Authority::Organizations | Authority::Consumers => call
            .tenant_of(&grant.tenant)
            .map(|tenant| tenant.id.clone())
            .ok_or_else(|| OAuthError::about(&aadsts::ACCOUNT_UNKNOWN, grant.person.as_str())),
    }
}
