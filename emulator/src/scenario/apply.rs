//! Setting and removing scenarios.

use serde::Serialize;

use super::{
    ActiveScenario, Cause, Fault, FaultKind, Nature, ScenarioName, SetFault, Target, TargetError,
};
use crate::{graph::LifecycleEvent, state::EmulatorState, tokens::Moment, world::PersonId};

/// A scenario to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScenario {
    /// Which trouble.
    pub name: ScenarioName,
    /// Address or id of the person it is for; empty for all.
    pub person: String,
    /// Client id of the app it is for; empty for all.
    pub client_id: String,
    /// For `sign_in_frequency`: how long a sign-in is good, in seconds. For throttling: `Retry-After`.
    pub seconds: Option<i64>,
    /// For `token_slow`: how long the answer takes. 2,000 if not given.
    pub milliseconds: Option<u64>,
    /// For faults: how many requests; one if not given, 0 for all until it is removed.
    pub times: Option<u32>,
}

impl NewScenario {
    /// This trouble, for nobody in particular yet.
    pub fn new(name: ScenarioName) -> Self {
        Self {
            name,
            person: String::new(),
            client_id: String::new(),
            seconds: None,
            milliseconds: None,
            times: None,
        }
    }

    /// For the person with this address or id.
    #[must_use]
    pub fn person(mut self, address_or_id: &str) -> Self {
        address_or_id.clone_into(&mut self.person);
        self
    }

    /// For the app with this client id.
    #[must_use]
    pub fn app(mut self, client_id: &str) -> Self {
        client_id.clone_into(&mut self.client_id);
        self
    }

    /// With this many seconds, where it takes any.
    #[must_use]
    pub fn seconds(mut self, seconds: i64) -> Self {
        self.seconds = Some(seconds);
        self
    }

    /// For this many requests, if it is a fault; 0 for all until it is removed.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

/// What became of a new scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetScenario {
    /// Its number, to remove it by; events have none, for they are over.
    pub id: Option<u64>,
    /// Which trouble.
    pub name: ScenarioName,
    /// For whom.
    #[serde(flatten)]
    pub target: Target,
    /// Whether it holds, has happened, or spoils requests to come.
    pub nature: Nature,
}

impl EmulatorState {
    /// Sets a scenario, or lets it happen if it is an event.
    ///
    /// # Errors
    /// [`TargetError`] if it names nobody known, or nobody it could be set for.
    pub fn set_scenario(&self, new: &NewScenario) -> Result<SetScenario, TargetError> {
        let target = Target::named(Some(&new.person), Some(&new.client_id), &self.world())?;
        target.suits(new.name)?;
        let id = match new.name.nature() {
            Nature::State => Some(self.hold(new.name, target.clone(), new.seconds, Moment::next())),
            Nature::Fault => self.spoil(new, target.clone()),
            Nature::Event => {
                self.happen(new.name, &target);
                None
            }
        };
        Ok(SetScenario {
            id,
            name: new.name,
            target,
            nature: new.name.nature(),
        })
    }

    /// What is set: states, oldest first. The faults of scenarios are among [`EmulatorState::faults`].
    pub fn scenarios(&self) -> Vec<ActiveScenario> {
        self.scenarios.active()
    }

    /// Removes the scenario with this number, state or fault. Whether there was one.
    pub fn remove_scenario(&self, id: u64) -> bool {
        match self.scenarios.take(id) {
            Some(scenario) => {
                self.restore_mailbox(&scenario);
                true
            }
            None => self.faults.remove(id),
        }
    }

    /// Removes all scenarios and faults. What has happened stays.
    pub fn remove_all_scenarios(&self) {
        for scenario in self.scenarios.active() {
            self.remove_scenario(scenario.id);
        }
        self.faults.clear();
    }

    /// Sets what a sign-in brought along, now that its person is known. Events wait for the redemption of its code.
    pub(crate) fn settle(
        &self,
        brought: &[ScenarioName],
        target: &Target,
        since: Moment,
        family: Moment,
    ) {
        let mut events = Vec::new();
        for name in brought {
            let target = narrowed(*name, target);
            match name.nature() {
                Nature::State => {
                    self.hold(*name, target, None, since);
                }
                Nature::Fault => {
                    self.spoil(&NewScenario::new(*name), target);
                }
                Nature::Event => events.push((*name, target)),
            }
        }
        self.scenarios.postpone(family, events);
    }

    /// Lets the events happen that waited for the redemption of the code of `family`.
    pub(crate) fn redeemed(&self, family: Moment) {
        for (name, target) in self.scenarios.due(family) {
            self.happen(name, &target);
        }
    }

    fn hold(&self, name: ScenarioName, target: Target, seconds: Option<i64>, since: Moment) -> u64 {
        let id = Moment::next().number();
        let scenario = ActiveScenario {
            id,
            name,
            target,
            seconds,
            since,
            since_at: self.clock.now(),
        };
        if name == ScenarioName::MailboxNotEnabled {
            self.change_mailbox(scenario.target.person.as_ref(), false);
        }
        self.scenarios.add(scenario);
        id
    }

    fn happen(&self, name: ScenarioName, target: &Target) {
        let revoke = |cause| {
            if let Some(person) = &target.person {
                self.scenarios.revoke(person, cause, self.clock.now());
            }
        };
        match name {
            ScenarioName::SessionsRevoked => revoke(Cause::SessionsRevoked),
            ScenarioName::PasswordChanged => revoke(Cause::PasswordChanged),
            ScenarioName::PasswordResetByAdmin => revoke(Cause::PasswordResetByAdmin),
            ScenarioName::AccessRevoked => revoke(Cause::AccessRevoked),
            ScenarioName::ConsentWithdrawn => self.take_consent_back(target),
            ScenarioName::ReauthorizationRequired => {
                self.let_happen_to(target, LifecycleEvent::ReauthorizationRequired);
            }
            ScenarioName::SubscriptionRemoved => {
                self.let_happen_to(target, LifecycleEvent::SubscriptionRemoved);
            }
            ScenarioName::DeltaTokensExpired => {
                if let Some(person) = &target.person {
                    self.sync_states.forget(person);
                }
            }
            ScenarioName::NotificationsMissed => self.let_happen_to(target, LifecycleEvent::Missed),
            // The others are states and faults: `set_scenario` and `settle` never bring them here.
            _ => {}
        }
    }

    /// Takes back what `target` covers: a person's own consent and that of the tenant, which would stand in for it.
    fn take_consent_back(&self, target: &Target) {
        let world = self.world();
        let person = target.person.as_ref().and_then(|id| world.person(id));
        let tenant = person.map(|person| &person.tenant);
        let client_id = target.client_id.as_ref();
        let grants = &self.entra.grants;
        grants.take_back(target.person.as_ref(), tenant, client_id);
        for guest in person.into_iter().flat_map(|person| &person.guest_in) {
            grants.take_back(Some(&guest.id), Some(&guest.tenant), client_id);
        }
    }

    fn spoil(&self, new: &NewScenario, target: Target) -> Option<u64> {
        let (kind, path, query) = preset(new)?;
        let fault = Fault {
            kind,
            path: path.to_owned(),
            query: query.to_owned(),
            target,
            times: match new.times {
                Some(0) => None,
                times => Some(times.unwrap_or(1)),
            },
        };
        Some(self.faults.add(fault, Some(new.name)).id)
    }

    /// Faults that are set, those of scenarios among them, oldest first.
    pub fn faults(&self) -> Vec<SetFault> {
        self.faults.all()
    }

    /// Sets a fault for requests to come.
    pub fn add_fault(&self, fault: Fault) -> SetFault {
        self.faults.add(fault, None)
    }

    /// Gives a mailbox back unless another scenario still takes it away.
    fn restore_mailbox(&self, removed: &ActiveScenario) {
        let still = self.scenarios.active().iter().any(|scenario| {
            scenario.name == removed.name && scenario.target.person == removed.target.person
        });
        if removed.name == ScenarioName::MailboxNotEnabled && !still {
            self.change_mailbox(removed.target.person.as_ref(), true);
        }
    }

    fn change_mailbox(&self, person: Option<&PersonId>, mailbox: bool) {
        self.change_world(|world| {
            let found = world
                .people
                .iter_mut()
                .find(|candidate| person == Some(&candidate.id));
            if let Some(found) = found {
                found.mailbox = mailbox;
            }
        });
    }
}

/// As much of a sign-in's target as `name` can be set for.
fn narrowed(name: ScenarioName, target: &Target) -> Target {
    use super::Concern;
    let Target { person, client_id } = target.clone();
    match name.concern() {
        Concern::Person => Target {
            person,
            client_id: None,
        },
        Concern::App => Target {
            person: None,
            client_id,
        },
        Concern::Either => Target { person, client_id },
    }
}

/// The fault that a scenario stands for, and the part of path and query it is about.
fn preset(new: &NewScenario) -> Option<(FaultKind, &'static str, &'static str)> {
    let retry_after = new.seconds.or(Some(DEFAULT_RETRY_AFTER));
    let status = |status, retry_after| FaultKind::Status {
        status,
        retry_after,
    };
    let (kind, path, query) = match new.name {
        ScenarioName::TokenThrottled => (status(429, retry_after), TOKEN, ""),
        ScenarioName::TokenUnavailable => (status(503, new.seconds), TOKEN, ""),
        ScenarioName::TokenHtml => (FaultKind::Html { status: 500 }, TOKEN, ""),
        ScenarioName::TokenSlow => {
            let milliseconds = new.milliseconds.unwrap_or(DEFAULT_DELAY);
            (FaultKind::Delay { milliseconds }, TOKEN, "")
        }
        ScenarioName::TokenResetBefore => (FaultKind::ResetBefore, TOKEN, ""),
        ScenarioName::TokenResetAfter => (FaultKind::ResetAfter, TOKEN, ""),
        ScenarioName::TokenTruncated => (FaultKind::Truncate, TOKEN, ""),
        ScenarioName::UnknownNumber => (FaultKind::UnknownNumber, TOKEN, ""),
        ScenarioName::ChangedProse => (FaultKind::ChangedProse, TOKEN, ""),
        ScenarioName::GraphThrottled => (status(429, retry_after), GRAPH, ""),
        ScenarioName::GraphUnavailable => (status(503, new.seconds), GRAPH, ""),
        ScenarioName::DeltaReset => (FaultKind::DeltaGone, "/delta", "token="),
        _ => return None,
    };
    Some((kind, path, query))
}

const TOKEN: &str = "/oauth2/v2.0/token";
const GRAPH: &str = "/v1.0/";
/// Seconds; the value seen in guidance (entra.md §5.3).
const DEFAULT_RETRY_AFTER: i64 = 60;
/// Milliseconds.
const DEFAULT_DELAY: u64 = 2_000;
