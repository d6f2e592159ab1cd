//! What the emulator remembers, as tests and pages see it (entra 86).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    entra::{ApprovalRequest, Decision, Grantee},
    state::EmulatorState,
    tokens::RefreshGrant,
    world::{ClientId, PersonId, Platform, TenantId},
};

/// A consent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GrantView {
    /// Who agreed, for themselves; none if an administrator did for a tenant.
    pub person: Option<PersonId>,
    /// The tenant an administrator agreed for.
    pub tenant: Option<TenantId>,
    /// The app.
    pub client_id: ClientId,
    /// The permissions, without their API's prefix, sorted.
    pub scopes: Vec<String>,
}

/// Somebody signed in to a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// The `session_state` of the browser's answers: names the browser.
    pub session_state: String,
    /// Who.
    pub person: PersonId,
    /// When they gave the password, unix seconds.
    pub signed_in_at: i64,
    /// Whether they gave a second factor.
    pub second_factor: bool,
    /// Whether something revoked it since, so that it no longer counts.
    pub revoked: bool,
}

/// All refresh tokens that descend from one authorization code. Tests may look; a product never needs this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefreshFamily {
    /// Names the family.
    pub family: u64,
    /// On whose behalf.
    pub person: PersonId,
    /// The app.
    pub client_id: ClientId,
    /// The platform of the redirect URI behind it.
    pub platform: Platform,
    /// Whether something revoked it.
    pub revoked: bool,
    /// Its tokens, oldest first.
    pub tokens: Vec<RefreshTokenView>,
}

/// One refresh token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefreshTokenView {
    /// The token itself: emulated, so no secret.
    pub token: String,
    /// The tenant that issued it.
    pub tenant: TenantId,
    /// Unix seconds.
    pub issued_at: i64,
    /// When it was used first, unix seconds.
    pub first_used_at: Option<i64>,
}

impl EmulatorState {
    /// Everything that was agreed to, sorted.
    pub fn grants(&self) -> Vec<GrantView> {
        let all = self.entra.grants.all().into_iter();
        let mut views: Vec<GrantView> = all
            .map(|(grantee, client_id, grants)| {
                let (person, tenant) = match grantee {
                    Grantee::Person(person) => (Some(person), None),
                    Grantee::Tenant(tenant) => (None, Some(tenant)),
                };
                let mut scopes: Vec<String> =
                    grants.iter().map(|(_, name)| (*name).to_owned()).collect();
                scopes.sort_unstable();
                GrantView {
                    person,
                    tenant,
                    client_id,
                    scopes,
                }
            })
            .collect();
        views.sort_unstable();
        views
    }

    /// Who is signed in to which browser, the latest first.
    pub fn sessions(&self) -> Vec<SessionView> {
        let mut all = self.entra.browsers.all();
        all.sort_by_key(|(_, _, proof)| std::cmp::Reverse(proof.signed_in));
        let view = |(session_state, person, proof): (String, PersonId, crate::tokens::Proof)| {
            let revoked = self
                .scenarios
                .revoked_since(&person, proof.signed_in, |cause| cause.ends_sessions())
                .is_some();
            SessionView {
                session_state,
                signed_in_at: proof.signed_in_at,
                second_factor: proof.second_factor.is_some(),
                revoked,
                person,
            }
        };
        all.into_iter().map(view).collect()
    }

    /// All refresh tokens by family, the oldest family first.
    pub fn refresh_families(&self) -> Vec<RefreshFamily> {
        let mut families: BTreeMap<u64, RefreshFamily> = BTreeMap::new();
        for (token, grant, first_used_at) in self.entra.refresh_tokens.all() {
            let family = grant.proof.family.number();
            let known = families
                .entry(family)
                .or_insert_with(|| self.family(&grant));
            known.tokens.push(RefreshTokenView {
                token,
                tenant: grant.tenant,
                issued_at: grant.issued_at,
                first_used_at,
            });
        }
        let mut families: Vec<RefreshFamily> = families.into_values().collect();
        for family in &mut families {
            family.tokens.sort_by_key(|token| token.issued_at);
        }
        families
    }

    fn family(&self, grant: &RefreshGrant) -> RefreshFamily {
        let proof = &grant.proof;
        RefreshFamily {
            family: proof.family.number(),
            person: grant.person.clone(),
            client_id: grant.client_id.clone(),
            platform: grant.platform,
            revoked: self.scenarios.ends_refresh_tokens(
                &grant.person,
                proof.signed_in,
                grant.platform,
            ),
            tokens: Vec::new(),
        }
    }

    /// Requests for approval, oldest first.
    pub fn approval_requests(&self) -> Vec<ApprovalRequest> {
        self.entra.approvals.all()
    }

    /// Decides a waiting request as the tenant's administrator: approving consents for everybody there. Whether there was
    /// one with this number.
    pub fn decide_approval(&self, id: u64, decision: Decision) -> bool {
        let Some(request) = self.entra.approvals.decide(id, decision) else {
            return false;
        };
        let world = self.world();
        if let (Decision::Approve, Some(person)) = (decision, world.person(&request.person)) {
            self.entra.grants.give(
                Grantee::Tenant(person.tenant.clone()),
                &request.client_id,
                request.permissions,
                self.clock.now(),
            );
        }
        true
    }
}
