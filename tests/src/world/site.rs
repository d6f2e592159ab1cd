//! The site: the backend as `connect-outlook serve` runs it, below `/outlook` on an origin of its own.

use std::{collections::BTreeMap, path::Path};

use connect_outlook_backend::{
    Backend,
    clock::Clock,
    config::Config,
    http::serve::{below, serve},
};
use connect_outlook_emulator::{
    EmulatorState,
    world::{Application, Platform},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use url::Url;

use super::{Settings, settings::Registered};
use crate::integrator;

/// The backend at work.
#[derive(Debug)]
pub(super) struct Site {
    url: Url,
    database: String,
    key: String,
    clock: Clock,
    backend: Backend,
    server: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Site {
    /// Starts it on a free port, its vault in `folder`, its clock beside Microsoft's.
    pub(super) async fn start(
        settings: &Settings,
        microsoft: &EmulatorState,
        folder: &Path,
    ) -> Self {
        let in_folder = || format!("sqlite:{}", folder.join("vault.sqlite").display());
        let database = settings.database.clone().unwrap_or_else(in_folder);
        Self::serve(settings, microsoft, database, key(), Clock::movable()).await
    }

    /// One more process on the same vault, by `clock`, at an origin of its own.
    pub(super) async fn another(
        &self,
        settings: &Settings,
        microsoft: &EmulatorState,
        clock: Clock,
    ) -> Self {
        let (database, key) = (self.database.clone(), self.key.clone());
        Self::serve(settings, microsoft, database, key, clock).await
    }

    /// What a process of its own is told to serve the same vault at `origin`.
    pub(super) fn told(
        &self,
        settings: &Settings,
        microsoft: &EmulatorState,
        origin: &str,
    ) -> BTreeMap<&'static str, String> {
        told(settings, microsoft, origin, &self.database, &self.key)
    }

    async fn serve(
        settings: &Settings,
        microsoft: &EmulatorState,
        database: String,
        key: String,
        clock: Clock,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!(
            "http://localhost:{}",
            listener.local_addr().expect("an address").port()
        );
        let told = told(settings, microsoft, &origin, &database, &key);
        let config =
            Config::from_settings(told.iter().map(|(name, value)| (*name, value.as_str())))
                .expect("good settings");
        let backend = Backend::new(config, clock.clone())
            .await
            .expect("a backend");
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            // An error means that the world is gone: stop as well.
            let _gone = stopped.await;
        };
        let server = tokio::spawn(serve(
            listener,
            below("/outlook", backend.router()),
            stopped,
        ));
        let url = origin.parse().expect("an origin");
        Self {
            url,
            database,
            key,
            clock,
            backend,
            server,
            stop,
        }
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn database(&self) -> &str {
        &self.database
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Puts the backend's clock forward.
    pub(super) fn advance(&self, seconds: i64) {
        self.clock.advance(seconds).expect("a clock that moves");
    }

    /// Ends it as an operator would.
    pub(super) async fn stop(self) {
        self.stop.send(()).expect("a server that listens");
        self.server.await.expect("a server that ends");
        self.backend.stop().await;
    }
}

fn told(
    settings: &Settings,
    microsoft: &EmulatorState,
    origin: &str,
    database: &str,
    key: &str,
) -> BTreeMap<&'static str, String> {
    let world = microsoft.world();
    let (registered, says_spa) = match settings.platform {
        Registered::Web => (Platform::Web, false),
        Registered::Spa => (Platform::Spa, true),
        Registered::SpaTakenForWeb => (Platform::Spa, false),
        Registered::WebTakenForSpa => (Platform::Web, true),
    };
    let of_platform = |application: &&Application| {
        let first = application.redirect_uris.first();
        first.is_some_and(|uri| uri.platform == registered)
    };
    let registration = world.applications.iter().find(of_platform);
    let registration = registration.expect("a registration of this platform");
    let path = registration.redirect_uris[0].uri.rsplit('/').next();
    let secret = registration.live_secret(microsoft.clock.now());
    let secret = settings.client_secret.clone().unwrap_or_else(|| {
        secret.map_or_else(|| "a~secret".to_owned(), |secret| secret.value.clone())
    });
    let switch = |on| if on { "on" } else { "off" };
    let background = switch(settings.background_refresh);
    let mut told = BTreeMap::from([
        ("public_url", origin.to_owned()),
        ("client_id", registration.client_id.to_string()),
        (
            "redirect_uri",
            format!("{origin}/{}", path.unwrap_or_default()),
        ),
        ("key", key.to_owned()),
        ("database", database.to_owned()),
        ("background_refresh", background.to_owned()),
        (
            "completion_urls",
            format!("{} {}", integrator::done(), integrator::failed()),
        ),
        ("insecure_webhooks", "on".to_owned()),
        // Stories say when.
        ("tell_webhooks", "off".to_owned()),
        ("insecure_entra_origin", microsoft.origin.clone()),
        ("insecure_graph_origin", microsoft.origin.clone()),
    ]);
    if says_spa {
        told.insert("platform", "spa".to_owned());
    } else {
        told.insert("client_secret", secret);
    }
    told.extend(settings.more.clone());
    told
}

/// A fresh key-encryption key.
fn key() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
