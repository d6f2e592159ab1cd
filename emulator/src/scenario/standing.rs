//! How things stand for one person in one app: what is set for them, and what the address of their sign-in asked for.

use super::{ActiveScenario, ScenarioName, Scenarios};
use crate::{
    lock::lock,
    tokens::{Moment, Proof},
    world::{ClientId, PersonId},
};

/// What is set, beside what one sign-in brought along.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'a> {
    scenarios: &'a Scenarios,
    /// Asked for by the address of this sign-in, and since when.
    brought: &'a [ScenarioName],
    since: Moment,
}

impl<'a> Standing<'a> {
    /// What is set for everybody to see.
    pub(crate) fn of(scenarios: &'a Scenarios) -> Self {
        Self {
            scenarios,
            brought: &[],
            since: Moment::default(),
        }
    }

    /// The same with what a sign-in brought along when it began.
    pub(crate) fn with(self, brought: &'a [ScenarioName], since: Moment) -> Self {
        Self {
            brought,
            since,
            ..self
        }
    }

    /// Everything that is set.
    pub(crate) fn scenarios(&self) -> &'a Scenarios {
        self.scenarios
    }

    /// Since when `name` holds for `person` in the app, if it does; of several, the latest.
    pub(crate) fn since(
        &self,
        name: ScenarioName,
        person: &PersonId,
        client_id: &ClientId,
    ) -> Option<Moment> {
        let brought = self.brought.contains(&name).then_some(self.since);
        let set = self.set(name, Some(person), Some(client_id));
        brought.max(set.map(|scenario| scenario.since))
    }

    /// Whether `name` holds for `person` in the app.
    pub(crate) fn holds(
        &self,
        name: ScenarioName,
        person: &PersonId,
        client_id: &ClientId,
    ) -> bool {
        self.since(name, person, client_id).is_some()
    }

    /// Whether `name` holds for the app whoever uses it.
    pub(crate) fn holds_for_app(&self, name: ScenarioName, client_id: &ClientId) -> bool {
        self.brought.contains(&name) || self.set(name, None, Some(client_id)).is_some()
    }

    /// The latest scenario of this name that covers them.
    pub(crate) fn set(
        &self,
        name: ScenarioName,
        person: Option<&PersonId>,
        client_id: Option<&ClientId>,
    ) -> Option<ActiveScenario> {
        let active = lock(&self.scenarios.active);
        let fits = |scenario: &&ActiveScenario| {
            scenario.name == name && scenario.target.covers(person, client_id)
        };
        active.iter().rev().find(fits).cloned()
    }
}

impl Standing<'_> {
    /// Whether a sign-in with this proof must be repeated (entra 69): it is older than the setting of
    /// `sign_in_frequency`, or than the seconds that came with it.
    pub(crate) fn is_too_old(
        &self,
        proof: &Proof,
        person: &PersonId,
        client_id: &ClientId,
        now: i64,
    ) -> bool {
        let name = ScenarioName::SignInFrequency;
        let too_long_ago = |scenario: ActiveScenario| {
            let good_for = scenario.seconds.unwrap_or(i64::MAX);
            now >= proof.signed_in_at.saturating_add(good_for)
        };
        self.since(name, person, client_id)
            .is_some_and(|since| proof.signed_in < since)
            || self
                .set(name, Some(person), Some(client_id))
                .is_some_and(too_long_ago)
    }

    /// Whether a sign-in with this proof lacks a second factor given since it is demanded (entra 69).
    pub(crate) fn wants_second_factor(
        &self,
        proof: &Proof,
        person: &PersonId,
        client_id: &ClientId,
    ) -> bool {
        self.since(ScenarioName::MfaRequired, person, client_id)
            .is_some_and(|since| proof.second_factor.is_none_or(|given| given < since))
    }
}
