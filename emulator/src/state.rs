//! What all rooms of the emulator share.

use std::sync::{Arc, RwLock};

use crate::{
    clock::Clock,
    entra::EntraState,
    exchange::Exchanges,
    graph::{Notifications, SyncStates},
    lock::{read, write},
    manners::{self, Manner},
    random,
    scenario::{Faults, Scenarios},
    switches::Switches,
    tokens::{AccessTokens, AppTokens},
    world::World,
};

/// The emulator's memory, behind every route.
#[derive(Debug)]
pub struct EmulatorState {
    /// Where the emulator listens, without a slash at the end: `http://127.0.0.1:8401`.
    pub origin: String,
    /// Where uploads of large attachments go, without a slash at the end; another port than `origin`.
    pub upload_origin: String,
    /// The one clock.
    pub clock: Clock,
    /// Issued access tokens.
    pub access_tokens: AccessTokens,
    /// Issued access tokens of apps that act for themselves.
    pub app_tokens: AppTokens,
    /// The record of exchanges.
    pub exchanges: Exchanges,
    pub(crate) entra: EntraState,
    pub(crate) notifications: Notifications,
    pub(crate) sync_states: SyncStates,
    pub(crate) scenarios: Scenarios,
    pub(crate) faults: Faults,
    /// Stands in the forms of the control page; other sites cannot read it.
    pub(crate) form_token: String,
    switches: RwLock<Switches>,
    world: RwLock<Arc<World>>,
}

/// Where an emulator listens.
#[derive(Debug)]
pub(crate) struct Origins {
    /// Entra, Graph and control.
    pub(crate) main: String,
    /// The upload host.
    pub(crate) uploads: String,
}

impl EmulatorState {
    pub(crate) fn new(
        origins: Origins,
        clock: Clock,
        world: World,
        entra: EntraState,
        exchange_capacity: usize,
    ) -> Self {
        Self {
            origin: origins.main,
            upload_origin: origins.uploads,
            clock,
            access_tokens: AccessTokens::default(),
            app_tokens: AppTokens::default(),
            exchanges: Exchanges::keeping(exchange_capacity),
            entra,
            notifications: Notifications::default(),
            sync_states: SyncStates::default(),
            scenarios: Scenarios::default(),
            faults: Faults::default(),
            form_token: random::text::<24>(),
            switches: RwLock::default(),
            world: RwLock::new(Arc::new(world)),
        }
    }

    /// Whether it speaks HTTPS.
    pub fn speaks_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.speaks_https() { "https" } else { "http" }
    }

    /// The world as it is now. Later changes do not show in it: take it once for each request.
    pub fn world(&self) -> Arc<World> {
        Arc::clone(&read(&self.world))
    }

    /// How clients behaved in the exchanges after sequence number `after` (0 for all).
    pub fn manners(&self, after: u64) -> Vec<Manner> {
        manners::judged(&self.exchanges.after(after), &self.world())
    }

    /// How it behaves where one can choose.
    pub fn switches(&self) -> Switches {
        read(&self.switches).clone()
    }

    /// Changes how it behaves, for all later requests.
    pub fn change_switches(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut write(&self.switches));
    }

    /// Changes the world for all later requests.
    pub fn change_world(&self, change: impl FnOnce(&mut World)) {
        change(Arc::make_mut(&mut write(&self.world)));
    }
}
