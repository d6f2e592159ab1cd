//! `grant_type=urn:ietf:params:oauth:grant-type:device_code`, also by its short name (entra 76, 77).

use super::{
    call::TokenCall,
    client,
    entitlement::Entitlement,
    issue::{Issue, Listing},
    trouble,
};
use crate::{
    entra::{aadsts, oauth_error::OAuthError},
    tokens::{Approved, Poll, RefreshLife},
    world::Platform,
};

/// Answers one poll.
///
/// # Errors
/// 70016 as long as nobody decided, 70018 an unknown or used code, 70020 an expired one, 65004 declined.
pub(super) fn poll(call: &TokenCall<'_>) -> Result<Issue, OAuthError> {
    let platform = match call.application.fallback_public {
        true => Platform::Public,
        false => Platform::Web,
    };
    client::check(call, platform)?;
    let device_code = call.required("device_code")?;
    let codes = &call.state.entra.device_codes;
    let polled = codes.poll(device_code, &call.application.client_id, call.now);
    let refused = match polled {
        Poll::Approved(approved) => return issue(call, platform, device_code, approved),
        Poll::Pending { too_fast } if too_fast && call.application.switches.device_slow_down => {
            &aadsts::DEVICE_SLOW_DOWN
        }
        Poll::Pending { .. } => &aadsts::DEVICE_PENDING,
        Poll::Unknown => &aadsts::DEVICE_CODE_UNKNOWN,
        Poll::Expired => &aadsts::DEVICE_CODE_EXPIRED,
        Poll::Declined => &aadsts::DEVICE_DECLINED,
    };
    Err(refused.into())
}

/// What somebody approved, once.
fn issue(
    call: &TokenCall<'_>,
    platform: Platform,
    device_code: &str,
    approved: Approved,
) -> Result<Issue, OAuthError> {
    let Approved {
        request,
        person,
        tenant,
        proof,
    } = approved;
    if call.tenant_of(&tenant).is_none() {
        return Err((&aadsts::OTHER_TENANT).into());
    }
    let entitlement = Entitlement::of(call, &person, &tenant)?;
    trouble::check(call, &person, &proof, platform)?;
    entitlement.check(call, &request.scopes)?;
    if !call.state.entra.device_codes.spend(device_code) {
        return Err((&aadsts::DEVICE_CODE_UNKNOWN).into());
    }
    Ok(Issue {
        refreshable: request.scopes.asks("offline_access"),
        refresh_life: RefreshLife::Renewable,
        platform,
        person,
        tenant,
        nonce: None,
        session: None,
        proof,
        page_code: false,
        listing: Listing::AllHeld,
        held: entitlement.held,
        scopes: request.scopes,
    })
}
