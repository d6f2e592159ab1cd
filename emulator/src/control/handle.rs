//! The same as the control routes, as methods for test suites.

use crate::{
    Switches,
    control::{GrantView, RefreshFamily, SessionView},
    emulator::Emulator,
    entra::{ApprovalRequest, Decision, KeysMissing, RollOver},
    graph::{Attempt, LifecycleEvent, SubscriptionView},
    scenario::{ActiveScenario, Fault, NewScenario, SetFault, SetScenario, TargetError},
    world::TenantKind,
};

impl Emulator {
    /// Sets a scenario, or lets it happen if it is an event.
    ///
    /// ```no_run
    /// # use connect_outlook_emulator::{Emulator, scenario::{NewScenario, ScenarioName}};
    /// # fn story(emulator: &Emulator) -> Result<(), connect_outlook_emulator::scenario::TargetError> {
    /// emulator.set_scenario(&NewScenario::new(ScenarioName::MfaRequired).person("ada@contoso.example"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TargetError`] if it names nobody known, or nobody it could be set for.
    pub fn set_scenario(&self, new: &NewScenario) -> Result<SetScenario, TargetError> {
        self.state().set_scenario(new)
    }

    /// The scenarios that hold, oldest first.
    pub fn scenarios(&self) -> Vec<ActiveScenario> {
        self.state().scenarios()
    }

    /// Removes the scenario or fault with this number. Whether there was one.
    pub fn remove_scenario(&self, id: u64) -> bool {
        self.state().remove_scenario(id)
    }

    /// Removes all scenarios and faults.
    pub fn remove_all_scenarios(&self) {
        self.state().remove_all_scenarios();
    }

    /// Sets a fault for requests to come.
    pub fn add_fault(&self, fault: Fault) -> SetFault {
        self.state().add_fault(fault)
    }

    /// The faults that are set, oldest first.
    pub fn faults(&self) -> Vec<SetFault> {
        self.state().faults()
    }

    /// Who agreed to what.
    pub fn grants(&self) -> Vec<GrantView> {
        self.state().grants()
    }

    /// Who is signed in to which browser.
    pub fn sessions(&self) -> Vec<SessionView> {
        self.state().sessions()
    }

    /// All refresh tokens by family.
    pub fn refresh_families(&self) -> Vec<RefreshFamily> {
        self.state().refresh_families()
    }

    /// Requests for an administrator's approval.
    pub fn approval_requests(&self) -> Vec<ApprovalRequest> {
        self.state().approval_requests()
    }

    /// Decides a waiting request. Whether there was one with this number.
    pub fn decide_approval(&self, id: u64, decision: Decision) -> bool {
        self.state().decide_approval(id, decision)
    }

    /// Makes a new signing key take over at once, and answers its id (`kid`).
    ///
    /// # Errors
    /// [`KeysMissing`] if no key could be made.
    pub async fn roll_over_keys(
        &self,
        kind: TenantKind,
        mode: RollOver,
    ) -> Result<String, KeysMissing> {
        self.state().entra.keys.roll_over(kind, mode).await
    }

    /// All subscriptions to change notifications, oldest first.
    pub fn subscriptions(&self) -> Vec<SubscriptionView> {
        self.state().notifications.expire(self.clock().now());
        self.state().notifications.views()
    }

    /// Lets `event` happen to the subscription with this id. Whether there is one.
    pub fn let_happen(&self, id: &str, event: LifecycleEvent) -> bool {
        self.state().let_happen(id, event)
    }

    /// The latest attempts to deliver notifications, oldest first.
    pub fn notification_attempts(&self) -> Vec<Attempt> {
        self.state().notifications.traffic().1
    }

    /// Delivers mail that is due, and waits until every notification that is due has been tried.
    pub async fn notifications_settled(&self) {
        self.graph().settled().await;
    }

    /// How it behaves where one can choose.
    pub fn switches(&self) -> Switches {
        self.state().switches()
    }

    /// Changes how it behaves, for all later requests.
    pub fn change_switches(&self, change: impl FnOnce(&mut Switches)) {
        self.state().change_switches(change);
    }
}
