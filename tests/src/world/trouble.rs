//! Making trouble for a world, and seeing what became of its accounts.

use std::sync::PoisonError;

use connect_outlook_emulator::{
    RefreshRotation,
    scenario::{Fault, FaultKind, NewScenario},
};
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use url::Url;

use super::{World, site::Site};

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

    /// Starts one more process on the same vault; its origin.
    pub async fn another_process(&self) -> Url {
        let site = Site::another(&self.site, &self.settings, &self.microsoft).await;
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
        let options = SqliteConnectOptions::new()
            .filename(self.site.database())
            .read_only(true);
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .expect("the vault's file");
        let rows = sqlx::query(query)
            .fetch_all(&mut connection)
            .await
            .expect("rows");
        connection.close().await.expect("closed");
        rows.iter().map(|row| row.get(0)).collect()
    }
}
