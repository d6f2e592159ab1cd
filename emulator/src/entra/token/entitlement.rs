//! Whether somebody may still have tokens: their account, the app in their tenant, what keeps them out, and consent
//! (entra.md §8.2, entra 68).

use std::collections::BTreeSet;

use super::call::TokenCall;
use crate::{
    entra::{
        aadsts,
        admission::Bar,
        grants::resolve,
        oauth_error::OAuthError,
        scopes::{Grant, Scopes},
    },
    world::{PersonId, TenantId},
};

/// Somebody who may have tokens, and what they agreed to.
pub(super) struct Entitlement {
    /// Everything they agreed to for this app, or their tenant did.
    pub(super) held: BTreeSet<Grant>,
}

impl Entitlement {
    /// What `person` may have in `tenant`.
    ///
    /// # Errors
    /// 50034 the account is gone or does not belong to the tenant, 700016 the tenant removed the app, and whatever keeps
    /// them out.
    pub(super) fn of(
        call: &TokenCall<'_>,
        person: &PersonId,
        tenant: &TenantId,
    ) -> Result<Self, OAuthError> {
        let unknown = || OAuthError::about(&aadsts::ACCOUNT_UNKNOWN, person.as_str());
        let application = &call.application;
        let person = call.world.person(person).ok_or_else(unknown)?;
        let member = call.world.membership(person, tenant).ok_or_else(unknown)?;
        if application.switches.removed_from.contains(tenant) {
            let quoted = format!("'{}'", application.client_id);
            return Err(OAuthError::about(&aadsts::CLIENT_REMOVED, &quoted));
        }
        if let Some(bar) = Bar::between(person, application) {
            return Err(bar.at_token(application));
        }
        let held = call.state.entra.grants.held(member, application, call.now);
        Ok(Self { held })
    }

    /// Whether consent covers `scopes`.
    ///
    /// # Errors
    /// 65001.
    pub(super) fn check(&self, call: &TokenCall<'_>, scopes: &Scopes) -> Result<(), OAuthError> {
        let needed = resolve(scopes, &call.application, &self.held, &call.world);
        match needed.is_subset(&self.held) {
            true => Ok(()),
            false => Err(unconsented(call)),
        }
    }
}

/// 65001 for this app.
pub(super) fn unconsented(call: &TokenCall<'_>) -> OAuthError {
    OAuthError::about(
        &aadsts::CONSENT_MISSING,
        call.application.client_id.as_str(),
    )
}
