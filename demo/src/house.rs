//! Emulator and backend, standing together.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use connect_outlook_backend::Backend;
use connect_outlook_backend::config::{Config, ConfigError};
use connect_outlook_backend::random::{self, NoRandomness};
use connect_outlook_emulator::world::Platform;
use connect_outlook_emulator::{Emulator, KeysUnreadable, SigningKeys};

use crate::clock::Clocks;
use crate::data::{Data, DataError};
use crate::demo::PATIENCE;
use crate::steps::{Record, Watcher};

/// How a house is built. One plan builds one house after the other.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the page lives, without a slash at the end.
    pub origin: String,
    /// Where the emulator listens; port 0 takes any free one.
    pub microsoft_address: String,
    /// Where vault and key are kept; in memory without.
    pub data: Option<PathBuf>,
    /// Which file keeps the emulator's signing keys; new ones are made without.
    pub keys: Option<PathBuf>,
}

/// An emulator and a backend that go by the same clock, and somebody who watches both.
#[derive(Debug)]
pub struct House {
    emulator: Emulator,
    backend: Backend,
    watcher: Watcher,
    clocks: Clocks,
}

/// Why there is no house. Each is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// The emulator does not start.
    #[error("the emulated Microsoft does not start: {0}")]
    Emulator(#[from] connect_outlook_emulator::StartError),
    /// The emulator's world has no registration to sign in with.
    #[error(
        "the emulated Microsoft knows no app that is registered for {CALLBACK} and has a live secret"
    )]
    NoRegistration,
    /// Settings that the backend does not take: the demo itself is wrong.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// The folder given with `--data`.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The file given with `--keys`.
    #[error(transparent)]
    Keys(#[from] KeysUnreadable),
    /// No key can be made.
    #[error(transparent)]
    NoKey(#[from] NoRandomness),
    /// The backend does not start.
    #[error(transparent)]
    Backend(#[from] connect_outlook_backend::StartError),
}

impl House {
    /// Builds a house by `plan` whose steps go into `record`.
    ///
    /// # Errors
    /// [`HouseError`].
    pub async fn build(plan: &Plan, record: Arc<Record>) -> Result<Self, HouseError> {
        let clocks = Clocks::default();
        let mut emulator = Emulator::builder()
            .clock(clocks.microsoft())
            // Entra gives an hour to an hour and a half; a jump of one hour is to lapse every token.
            .access_token_life(3_600);
        if let Some(file) = &plan.keys {
            emulator = emulator.signing_keys(SigningKeys::kept_in(file)?);
        }
        let emulator = emulator.start(&plan.microsoft_address).await?;
        let config = configure(plan, &emulator)?;
        let backend = Backend::new(config, clocks.server()).await?;
        let watcher = Watcher::new(Arc::clone(emulator.state()), backend.watch(), record);
        Ok(Self {
            emulator,
            backend,
            watcher,
            clocks,
        })
    }

    /// Where the emulated Microsoft lives: `http://127.0.0.1:41234`.
    #[must_use]
    pub fn microsoft(&self) -> &str {
        self.emulator.origin()
    }

    /// The backend's routes, without the base path.
    pub fn outlook(&self) -> Router {
        self.backend.router()
    }

    /// The policy for the page.
    #[must_use]
    pub fn content_security_policy(&self) -> String {
        self.backend.content_security_policy()
    }

    /// Who watches.
    #[must_use]
    pub fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    /// The clocks of both.
    #[must_use]
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// Closes the vault, then stops the emulator; nobody waits long for a browser that keeps a connection open.
    pub async fn close(self) {
        self.backend.stop().await;
        let _late = tokio::time::timeout(PATIENCE, self.emulator.stop()).await;
    }
}

/// The backend's settings, from what the emulator's world has registered.
fn configure(plan: &Plan, emulator: &Emulator) -> Result<Config, HouseError> {
    let world = emulator.world();
    let now = emulator.clock().now();
    let registered = world.applications.iter().find_map(|application| {
        let uris = &application.redirect_uris;
        let ours = |uri: &str| uri == format!("http://localhost{CALLBACK}");
        let fits = uris
            .iter()
            .any(|uri| uri.platform == Platform::Web && ours(&uri.uri));
        fits.then_some((
            application.client_id.as_str(),
            application.live_secret(now)?,
        ))
    });
    let (client_id, secret) = registered.ok_or(HouseError::NoRegistration)?;
    let redirect_uri = format!("{}{CALLBACK}", plan.origin);
    let (database, (key_setting, key)) = vault(plan.data.as_deref())?;
    let settings = [
        ("public_url", plan.origin.as_str()),
        ("client_id", client_id),
        ("client_secret", &secret.value),
        ("redirect_uri", &redirect_uri),
        ("insecure_entra_origin", emulator.origin()),
        ("insecure_graph_origin", emulator.origin()),
        ("database", &database),
        // Whoever jumps ahead is shown how the next look at the mail brings a new token.
        ("background_refresh", "off"),
        (key_setting, &key),
    ];
    Ok(Config::from_settings(settings)?)
}

/// Where the vault lies, and the setting that brings its key.
fn vault(data: Option<&Path>) -> Result<(String, (&'static str, String)), HouseError> {
    if let Some(folder) = data {
        let data = Data::prepare(folder)?;
        return Ok((data.database(), ("key_file", data.key_file())));
    }
    let key = random::bytes::<32>()?;
    let mut text = String::with_capacity(64);
    for byte in key {
        // Writing into a String does not fail.
        let _written = write!(text, "{byte:02x}");
    }
    Ok(("sqlite::memory:".to_owned(), ("key", text)))
}

/// Where Microsoft sends visitors back to.
const CALLBACK: &str = "/outlook-callback";
