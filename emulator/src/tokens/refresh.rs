//! Refresh tokens. Each use gives a new one and leaves the old one good until it ages out by itself (entra 62).

use std::{collections::HashMap, sync::Mutex};

use super::opaque;
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

/// Every refresh token issued so far.
#[derive(Debug, Default)]
pub(crate) struct RefreshTokens {
    issued: Mutex<HashMap<String, RefreshGrant>>,
}

/// What the store knows about a refresh token.
#[derive(Debug)]
pub(crate) enum RefreshState {
    /// Truncated, altered, or never a refresh token.
    Malformed,
    /// Whole, but not issued here.
    Unknown,
    /// Issued here, perhaps too old.
    Issued(RefreshGrant),
}

impl RefreshTokens {
    /// Issues a token for `grant`. Personal accounts get a shape of their own, as they do at Microsoft.
    pub(crate) fn issue(&self, grant: RefreshGrant, kind: TenantKind) -> String {
        let token = opaque::fresh(match kind {
            TenantKind::Company => "1.AX0A",
            TenantKind::Personal => "M.C5_BAY.",
        });
        lock(&self.issued).insert(token.clone(), grant);
        token
    }

    /// What is known about `token`.
    pub(crate) fn look_up(&self, token: &str) -> RefreshState {
        match lock(&self.issued).get(token) {
            Some(grant) => RefreshState::Issued(grant.clone()),
            None if opaque::is_whole(token) => RefreshState::Unknown,
            None => RefreshState::Malformed,
        }
    }
}

/// 24 hours from the sign-in, whatever one does (entra 65).
const PAGE_LIFE: i64 = 86_400;
/// 90 days without use (entra 66).
pub(crate) const INACTIVITY_LIMIT: i64 = 90 * 86_400;
