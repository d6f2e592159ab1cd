//! Trouble by name: what can be set for a person or an app, what is set, and what has happened.

mod apply;
mod faults;
mod line;
mod name;
mod revocations;
mod standing;
mod target;
mod who;

use std::{collections::HashMap, sync::Mutex};

use serde::Serialize;

pub use apply::{NewScenario, SetScenario};
pub(crate) use faults::{Ending, Faults, spoil_answer, spoil_connection};
pub use faults::{Fault, FaultKind, SetFault};
pub(crate) use line::{Cuttable, Line};
pub use name::{Concern, Nature, ScenarioName};
pub(crate) use revocations::{Cause, Revocation};
pub(crate) use standing::Standing;
pub use target::{Target, TargetError};

use crate::{
    lock::lock,
    tokens::Moment,
    world::{PersonId, Platform},
};

/// Everything that is set and everything that has happened.
#[derive(Debug, Default)]
pub(crate) struct Scenarios {
    active: Mutex<Vec<ActiveScenario>>,
    revocations: Mutex<Vec<Revocation>>,
    /// Events that wait for the redemption of a code, by its family.
    pending: Mutex<HashMap<Moment, Vec<(ScenarioName, Target)>>>,
}

/// A scenario that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActiveScenario {
    /// Its number, to remove it by.
    pub id: u64,
    /// Which trouble.
    pub name: ScenarioName,
    /// For whom.
    #[serde(flatten)]
    pub target: Target,
    /// The seconds it was given, where it takes any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// When it was set, in the order of events.
    #[serde(skip)]
    pub(crate) since: Moment,
    /// The same by the clock, unix seconds.
    pub since_at: i64,
}

impl Scenarios {
    /// What is set now, oldest first; faults are kept apart.
    pub(crate) fn active(&self) -> Vec<ActiveScenario> {
        lock(&self.active).clone()
    }

    fn add(&self, scenario: ActiveScenario) {
        lock(&self.active).push(scenario);
    }

    /// Takes out the scenario with this number.
    fn take(&self, id: u64) -> Option<ActiveScenario> {
        let mut active = lock(&self.active);
        let at = active.iter().position(|scenario| scenario.id == id)?;
        Some(active.remove(at))
    }

    /// Notes that something ended sign-ins or tokens of `person`.
    pub(crate) fn revoke(&self, person: &PersonId, cause: Cause, at: i64) {
        lock(&self.revocations).push(Revocation {
            person: person.clone(),
            cause,
            moment: Moment::next(),
            at,
        });
    }

    /// The latest revocation for `person` after `since` that `counts`.
    pub(crate) fn revoked_since(
        &self,
        person: &PersonId,
        since: Moment,
        counts: impl Fn(Cause) -> bool,
    ) -> Option<Revocation> {
        let revocations = lock(&self.revocations);
        let mut later = revocations.iter().rev().filter(|revocation| {
            revocation.person == *person && revocation.moment > since && counts(revocation.cause)
        });
        later.next().cloned()
    }

    /// Whether refresh tokens of a sign-in at `since` are revoked.
    pub(crate) fn ends_refresh_tokens(
        &self,
        person: &PersonId,
        since: Moment,
        platform: Platform,
    ) -> bool {
        let counts = |cause: Cause| cause.ends_refresh_tokens(platform);
        self.revoked_since(person, since, counts).is_some()
    }

    /// Keeps events until the code of `family` is redeemed.
    pub(crate) fn postpone(&self, family: Moment, events: Vec<(ScenarioName, Target)>) {
        if !events.is_empty() {
            lock(&self.pending).insert(family, events);
        }
    }

    /// The events that waited for the redemption of this code.
    pub(crate) fn due(&self, family: Moment) -> Vec<(ScenarioName, Target)> {
        lock(&self.pending).remove(&family).unwrap_or_default()
    }
}
