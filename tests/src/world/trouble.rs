//! Making trouble for a world, and seeing what became of its accounts.

use std::sync::PoisonError;

use connect_outlook_backend::clock::Clock;
use connect_outlook_emulator::{
    RefreshRotation,
    scenario::{Fault, FaultKind, NewScenario},
};
use url::Url;

use super::{Settings, World, site::Site};

impl World {
    /// Spoils the next requests to the token endpoint.
    pub fn spoil_token_requests(&self, kind: FaultKind, times: u32) {
        let mut fault = Fault::next(kind, "/oauth2/v2.0/token");
        fault.times = Some(times);
        self.microsoft.add_fault(fault);
    }

    /// Chooses what becomes of refresh tokens that were used.
    pub fn rotate(&self, rotation: RefreshRotation) {
        self.microsoft
            .change_switches(|switches| switches.refresh_rotation = rotation);
    }

    /// Sets a scenario of the emulator.
    ///
    /// # Panics
    /// If it cannot be set so.
    pub fn set(&self, scenario: &NewScenario) {
        let set = self.microsoft.set_scenario(scenario);
        set.expect("a scenario that suits its target");
    }

    /// Starts one more process on the same vault, by the same clock; its origin.
    pub async fn another_process(&self) -> Url {
        let clock = self.site.clock().clone();
        self.process_with(&self.settings, clock).await
    }

    /// The same with these settings instead.
    pub async fn another_process_with(&self, settings: &Settings) -> Url {
        self.process_with(settings, self.site.clock().clone()).await
    }

    async fn process_with(&self, settings: &Settings, clock: Clock) -> Url {
        let site = Site::another(&self.site, settings, &self.microsoft, clock).await;
        let url = site.url().clone();
        self.others
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(site);
        url
    }

    /// What the integrator is told of all accounts, in order.
    pub async fn events(&self) -> Vec<String> {
        self.texts("select kind from events order by position")
            .await
    }

    /// The state of every account, in the order in which they connected.
    pub async fn states(&self) -> Vec<String> {
        self.texts("select state from accounts order by created_at, id")
            .await
    }

    async fn texts(&self, query: &'static str) -> Vec<String> {
        let rows = self.ask(query).await;
        rows.into_iter().map(|mut row| row.swap_remove(0)).collect()
    }
}
