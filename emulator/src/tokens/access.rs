//! Access tokens. They are opaque: whoever holds one learns nothing from it, and the emulated Graph validates it here by
//! look-up (entra 60).

use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

use super::{Moment, Proof};
use crate::{
    lock::lock,
    random,
    world::{ClientId, PersonId, Resource, TenantId, TenantKind},
};

/// What an access token stands for.
#[derive(Clone, Debug)]
pub struct AccessTokenGrant {
    /// On whose behalf.
    pub person: PersonId,
    /// The tenant that issued it.
    pub tenant: TenantId,
    /// The app it was issued to.
    pub client_id: ClientId,
    /// The API it is good for.
    pub resource: Resource,
    /// The granted permissions of that API, in Microsoft's spelling and without the resource's prefix.
    pub scopes: Vec<String>,
    /// When it was issued, unix seconds.
    pub issued_at: i64,
    /// When it lapses, unix seconds. The look-up answers lapsed tokens too: judging time is the API's business.
    pub expires_at: i64,
    /// Whether the app declared that it handles claims challenges (`cp1`, entra.md §16).
    pub handles_claims_challenges: bool,
}

impl AccessTokenGrant {
    /// Whether the token carries this permission, in any case.
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes
            .iter()
            .any(|granted| granted.eq_ignore_ascii_case(scope))
    }
}

/// Every access token issued so far.
#[derive(Debug, Default)]
pub struct AccessTokens {
    issued: Mutex<HashMap<String, Issued>>,
}

/// A token with what only continuous access evaluation asks (entra 72, 75).
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) grant: AccessTokenGrant,
    /// When it was issued, in the order of events.
    pub(crate) moment: Moment,
    /// When a second factor was given at its sign-in, if one was.
    pub(crate) second_factor: Option<Moment>,
    /// The authentication contexts its sign-in satisfied.
    pub(crate) contexts: BTreeSet<String>,
}

impl AccessTokens {
    /// Issues a token for `grant`. Personal accounts get a shape of their own, as they do at Microsoft.
    pub fn issue(&self, grant: AccessTokenGrant, kind: TenantKind) -> String {
        self.issue_in(grant, kind, &Proof::default())
    }

    /// Issues a token of a sign-in with this proof.
    pub(crate) fn issue_in(
        &self,
        grant: AccessTokenGrant,
        kind: TenantKind,
        proof: &Proof,
    ) -> String {
        let prefix = match kind {
            TenantKind::Company => "eyJ0",
            TenantKind::Personal => "EwB4",
        };
        let token = format!("{prefix}{}", random::text::<1100>());
        self.keep(token.clone(), grant, proof);
        token
    }

    /// Keeps a token made elsewhere: those for an app's own API are JWTs, so that the API can check them.
    pub(crate) fn keep(&self, token: String, grant: AccessTokenGrant, proof: &Proof) {
        let mut issued = lock(&self.issued);
        let long_lapsed = grant.issued_at - KEPT_AFTER_LAPSE;
        if issued.len() % SWEEP_EVERY == SWEEP_EVERY - 1 {
            issued.retain(|_, issued| issued.grant.expires_at > long_lapsed);
        }
        let kept = Issued {
            grant,
            moment: Moment::next(),
            second_factor: proof.second_factor,
            contexts: proof.contexts.clone(),
        };
        issued.insert(token, kept);
    }

    /// What `token` stands for, lapsed or not; `None` for a token never issued here.
    pub fn lookup(&self, token: &str) -> Option<AccessTokenGrant> {
        self.issued(token).map(|issued| issued.grant)
    }

    /// The same with what continuous access evaluation asks.
    pub(crate) fn issued(&self, token: &str) -> Option<Issued> {
        lock(&self.issued).get(token).cloned()
    }
}

/// A lapsed token is known as such for a day; then it counts as never issued.
const KEPT_AFTER_LAPSE: i64 = 86_400;
/// Whenever the store has grown by this many tokens, the long lapsed are swept out.
const SWEEP_EVERY: usize = 4_096;
