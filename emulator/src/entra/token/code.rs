//! `grant_type=authorization_code` (entra 39–47).

use super::{
    call::{Refusal, TokenCall},
    client,
    entitlement::Entitlement,
    issue::{Issue, Listing},
    trouble,
};
use crate::{
    entra::{aadsts, oauth_error::OAuthError, scopes::Scopes},
    tokens::{CodeGrant, CodeState, RefreshLife},
    world::Platform,
};

/// Turns a code into what is to be issued. The code is spent by success only, and by one of several callers at once.
pub(super) fn redeem(call: &TokenCall<'_>) -> Result<Issue, Refusal> {
    let code = call.required("code")?;
    let grant = match call.state.entra.codes.look_up(code) {
        CodeState::Malformed => return Err(OAuthError::from(&aadsts::MALFORMED_CODE).into()),
        CodeState::Unknown => return Err(OAuthError::from(&aadsts::CODE_INVALID).into()),
        CodeState::Live(grant) => check(call, &grant).map(|()| grant)?,
        CodeState::Spent(grant) => {
            let platform = Some(grant.redirect.platform);
            let error = authenticate(call, &grant)
                .err()
                .unwrap_or_else(|| (&aadsts::CODE_SPENT).into());
            return Err(Refusal { error, platform });
        }
    };
    let platform = grant.redirect.platform;
    let issue = prepare(call, grant).map_err(|error| Refusal {
        error,
        platform: Some(platform),
    })?;
    match call.state.entra.codes.spend(code) {
        true => Ok(issue),
        false => Err(Refusal {
            error: (&aadsts::CODE_SPENT).into(),
            platform: Some(platform),
        }),
    }
}

fn check(call: &TokenCall<'_>, grant: &CodeGrant) -> Result<(), Refusal> {
    authenticate(call, grant)
        .and_then(|()| check_grant(call, grant))
        .map_err(|error| Refusal {
            error,
            platform: Some(grant.redirect.platform),
        })
}

/// Platform, origin, credential, and whether the code was issued to this client.
fn authenticate(call: &TokenCall<'_>, grant: &CodeGrant) -> Result<(), OAuthError> {
    let uses_pkce = grant.challenge.is_some() && call.parameters.get("code_verifier").is_some();
    if grant.redirect.platform == Platform::Spa && !uses_pkce && !grant.beside_tokens {
        return Err((&aadsts::PKCE_REQUIRED).into());
    }
    client::check(call, grant.redirect.platform)?;
    match grant.client_id == call.application.client_id {
        true => Ok(()),
        false => Err((&aadsts::CODE_INVALID).into()),
    }
}

/// Tenant, redirect URI, age and verifier.
fn check_grant(call: &TokenCall<'_>, grant: &CodeGrant) -> Result<(), OAuthError> {
    if call.tenant_of(&grant.tenant).is_none() {
        return Err((&aadsts::OTHER_TENANT).into());
    }
    // A code handed to a page beside its server's tokens has no redirect and no verifier (entra 51).
    if grant.beside_tokens {
        return check_age(call, grant);
    }
    let redirect_uri = call.required("redirect_uri")?;
    if redirect_uri != grant.redirect.uri {
        return Err(OAuthError::about(
            &aadsts::REDIRECT_URI_DIFFERS,
            redirect_uri,
        ));
    }
    check_age(call, grant)?;
    let proven = match (&grant.challenge, call.parameters.get("code_verifier")) {
        (Some(challenge), Some(verifier)) => challenge.matches(verifier),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if proven {
        Ok(())
    } else {
        Err((&aadsts::VERIFIER_MISMATCH).into())
    }
}

fn check_age(call: &TokenCall<'_>, grant: &CodeGrant) -> Result<(), OAuthError> {
    match grant.is_expired(call.now) {
        true => Err((&aadsts::CODE_EXPIRED).into()),
        false => Ok(()),
    }
}

/// Scopes of the redemption: those it names, or else those of the authorize request (entra.md §4).
fn prepare(call: &TokenCall<'_>, grant: CodeGrant) -> Result<Issue, OAuthError> {
    let scopes = match call.parameters.sent("scope") {
        None => grant.scopes.clone(),
        Some(text) => {
            let named =
                Scopes::read(text, &call.world).map_err(|trouble| trouble.at_redemption())?;
            if named.resources().len() > 1 {
                return Err((&aadsts::SEVERAL_RESOURCES).into());
            }
            named
        }
    };
    let entitlement = Entitlement::of(call, &grant.person, &grant.tenant)?;
    trouble::check(call, &grant.person, &grant.proof, grant.redirect.platform)?;
    entitlement.check(call, &scopes)?;
    let beside = call.parameters.get("return_spa_code") == Some("1");
    Ok(Issue {
        page_code: beside && grant.redirect.platform == Platform::Web,
        refreshable: scopes.asks("offline_access"),
        refresh_life: RefreshLife::beginning(grant.redirect.platform, call.now),
        platform: grant.redirect.platform,
        person: grant.person,
        tenant: grant.tenant,
        proof: grant.proof,
        nonce: grant.nonce,
        session: grant.session,
        listing: Listing::AllHeld,
        scopes,
        held: entitlement.held,
    })
}
