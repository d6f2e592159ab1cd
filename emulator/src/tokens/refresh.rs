//! Refresh tokens. Each use gives a new one; by default the old one stays good until it ages out by itself (entra 62).

use std::{collections::HashMap, sync::Mutex};

use super::{Proof, opaque};
use crate::{
    entra::Scopes,
    lock::lock,
    world::{ClientId, PersonId, Platform, TenantId, TenantKind},
};

/// What a refresh token stands for.
#[derive(Clone, Debug)]
pub(crate) struct RefreshGrant {
    /// On whose behalf.
    pub(crate) person: PersonId,
    /// The tenant that issued it.
    pub(crate) tenant: TenantId,
    /// The app it belongs to.
    pub(crate) client_id: ClientId,
    /// The platform of the redirect URI it descends from.
    pub(crate) platform: Platform,
    /// What was last asked; asked again when a refresh names no scope.
    pub(crate) scopes: Scopes,
    /// The sign-in it descends from.
    pub(crate) proof: Proof,
    /// Unix seconds.
    pub(crate) issued_at: i64,
    /// When it ends.
    pub(crate) life: RefreshLife,
}

/// How a refresh token ages (entra.md §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshLife {
    /// 90 days from its issue; each use makes a younger one.
    Renewable,
    /// A page's: over at this unix second, for it and all its descendants.
    Until(i64),
}

impl RefreshLife {
    /// The life of the first refresh token of a sign-in at `now`.
    pub(crate) fn beginning(platform: Platform, now: i64) -> Self {
        match platform {
            Platform::Spa => Self::Until(now + PAGE_LIFE),
            Platform::Web | Platform::Public => Self::Renewable,
        }
    }
}

/// What becomes of a refresh token that was used. Entra keeps it; other servers do not, and clients should survive both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefreshRotation {
    /// As Entra: it stays good until its own end.
    #[default]
    Entra,
    /// It is good once.
    Strict,
    /// It stays good for this many seconds after its first use, so that a lost answer can be asked for again.
    Grace(i64),
}

/// Every refresh token issued so far.
#[derive(Debug, Default)]
pub(crate) struct RefreshTokens {
    issued: Mutex<HashMap<String, Issued>>,
}

#[derive(Debug)]
struct Issued {
    grant: RefreshGrant,
    first_used_at: Option<i64>,
}

/// What the store knows about a refresh token.
#[derive(Debug)]
pub(crate) enum RefreshState {
    /// Truncated, altered, or never a refresh token.
    Malformed,
    /// Whole, but not issued here.
    Unknown,
    /// Issued here, perhaps too old or used before.
    Issued(RefreshGrant),
}

impl RefreshTokens {
    /// Issues a token for `grant`. Personal accounts get a shape of their own, as they do at Microsoft.
    pub(crate) fn issue(&self, grant: RefreshGrant, kind: TenantKind) -> String {
        let token = opaque::fresh(match kind {
            TenantKind::Company => "1.AX0A",
            TenantKind::Personal => "M.C5_BAY.",
        });
        let issued = Issued {
            grant,
            first_used_at: None,
        };
        lock(&self.issued).insert(token.clone(), issued);
        token
    }

    /// What is known about `token`.
    pub(crate) fn look_up(&self, token: &str) -> RefreshState {
        match lock(&self.issued).get(token) {
            Some(issued) => RefreshState::Issued(issued.grant.clone()),
            None if opaque::is_whole(token) => RefreshState::Unknown,
            None => RefreshState::Malformed,
        }
    }

    /// Uses `token` at `now` (unix seconds). Whether `rotation` still allows it; of several callers at once, strict
    /// rotation allows one.
    pub(crate) fn spend(&self, token: &str, now: i64, rotation: RefreshRotation) -> bool {
        let mut issued = lock(&self.issued);
        let Some(known) = issued.get_mut(token) else {
            return false;
        };
        match (known.first_used_at, rotation) {
            (None, _) => {
                known.first_used_at = Some(now);
                true
            }
            (Some(_), RefreshRotation::Entra) => true,
            (Some(_), RefreshRotation::Strict) => false,
            (Some(first), RefreshRotation::Grace(seconds)) => now < first.saturating_add(seconds),
        }
    }

    /// All of them with the moment of first use, in no order.
    pub(crate) fn all(&self) -> Vec<(String, RefreshGrant, Option<i64>)> {
        let issued = lock(&self.issued);
        let told = issued
            .iter()
            .map(|(token, known)| (token.clone(), known.grant.clone(), known.first_used_at));
        told.collect()
    }
}

/// 24 hours from the sign-in, whatever one does (entra 65).
const PAGE_LIFE: i64 = 86_400;
/// 90 days without use (entra 66).
pub(crate) const INACTIVITY_LIMIT: i64 = 90 * 86_400;
