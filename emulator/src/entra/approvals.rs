//! Requests for an administrator's approval (entra 32): asked on a page, decided by control.

use std::{collections::BTreeSet, sync::Mutex};

use serde::{Deserialize, Serialize};

use super::scopes::Grant;
use crate::{
    lock::lock,
    tokens::Moment,
    world::{ClientId, PersonId},
};

/// Somebody's request that an administrator agree for the whole tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApprovalRequest {
    /// Its number.
    pub id: u64,
    /// Who asked.
    pub person: PersonId,
    /// For which app.
    pub client_id: ClientId,
    /// For which permissions, without the API's prefix.
    pub scopes: Vec<String>,
    /// Why, in their words.
    pub reason: String,
    /// When, unix seconds.
    pub requested_at: i64,
    /// What was decided; nothing yet if none.
    pub decision: Option<Decision>,
    #[serde(skip)]
    pub(crate) permissions: BTreeSet<Grant>,
}

/// What an administrator decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Everybody in the tenant may use the app.
    Approve,
    /// Nobody may.
    Deny,
}

/// All requests so far.
#[derive(Debug, Default)]
pub(crate) struct Approvals {
    requests: Mutex<Vec<ApprovalRequest>>,
}

impl Approvals {
    /// Notes a request.
    pub(crate) fn ask(
        &self,
        person: &PersonId,
        client_id: &ClientId,
        permissions: BTreeSet<Grant>,
        reason: &str,
        now: i64,
    ) {
        lock(&self.requests).push(ApprovalRequest {
            id: Moment::next().number(),
            person: person.clone(),
            client_id: client_id.clone(),
            scopes: permissions
                .iter()
                .map(|(_, name)| (*name).to_owned())
                .collect(),
            reason: reason.chars().take(LONGEST_REASON).collect(),
            requested_at: now,
            decision: None,
            permissions,
        });
    }

    /// Whether a request of `person` for the app waits for its decision.
    pub(crate) fn is_pending(&self, person: &PersonId, client_id: &ClientId) -> bool {
        lock(&self.requests).iter().any(|request| {
            request.person == *person
                && request.client_id == *client_id
                && request.decision.is_none()
        })
    }

    /// All of them, oldest first.
    pub(crate) fn all(&self) -> Vec<ApprovalRequest> {
        lock(&self.requests).clone()
    }

    /// Decides the request with this number; none if it does not wait.
    pub(crate) fn decide(&self, id: u64, decision: Decision) -> Option<ApprovalRequest> {
        let mut requests = lock(&self.requests);
        let waiting = requests
            .iter_mut()
            .find(|request| request.id == id && request.decision.is_none())?;
        waiting.decision = Some(decision);
        Some(waiting.clone())
    }
}

/// Longer reasons are cut.
const LONGEST_REASON: usize = 500;
