//! What a backend needs to be told to use the emulator, ready to be pasted into its environment.

use std::fmt;

use crate::world::{Application, World};

/// The environment of a backend that signs in at this emulator, with the first app that has a live secret.
#[derive(Debug)]
pub struct Configuration<'world> {
    origin: &'world str,
    application: &'world Application,
    secret: &'world str,
}

impl<'world> Configuration<'world> {
    /// The configuration for an emulator at `origin`; `None` if no app of `world` has a live secret at `now` (unix
    /// seconds).
    pub fn of(origin: &'world str, world: &'world World, now: i64) -> Option<Self> {
        let mut usable = world
            .applications
            .iter()
            .filter_map(|application| Some((application, application.live_secret(now)?)));
        let (application, secret) = usable.next()?;
        Some(Self {
            origin,
            application,
            secret: &secret.value,
        })
    }
}

impl fmt::Display for Configuration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "CONNECT_OUTLOOK_INSECURE_ENTRA_ORIGIN={}", self.origin)?;
        writeln!(f, "CONNECT_OUTLOOK_INSECURE_GRAPH_ORIGIN={}", self.origin)?;
        writeln!(
            f,
            "CONNECT_OUTLOOK_CLIENT_ID={}",
            self.application.client_id
        )?;
        writeln!(f, "CONNECT_OUTLOOK_CLIENT_SECRET={}", self.secret)?;
        write!(f, "CONNECT_OUTLOOK_REDIRECT_URI={REDIRECT_URI}")
    }
}

/// Where the demo's page waits for answers; the standard world registers it without the port.
const REDIRECT_URI: &str = "http://localhost:8400/outlook-callback";
