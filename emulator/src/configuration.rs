//! What a backend needs to be told to use the emulator, ready to be pasted into its environment; of an emulator that speaks
//! HTTPS, what clients of others read there.

use std::fmt;

use crate::world::{Application, World};

/// The environment of a program that signs in at this emulator, with the first app that has a live secret.
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
        if self.origin.starts_with("https://") {
            return self.for_others(f);
        }
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

impl Configuration<'_> {
    /// The names that Microsoft's libraries have made usual.
    fn for_others(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "AZURE_AUTHORITY_HOST={}", self.origin)?;
        writeln!(f, "AZURE_TENANT_ID={}", self.application.home_tenant)?;
        writeln!(f, "AZURE_CLIENT_ID={}", self.application.client_id)?;
        write!(f, "AZURE_CLIENT_SECRET={}", self.secret)
    }
}

/// Where the demo's page waits for answers; the standard world registers it without the port.
const REDIRECT_URI: &str = "http://localhost:8400/outlook-callback";
