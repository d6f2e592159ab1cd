//! The site: the backend as `connect-outlook serve` runs it, below `/outlook` on an origin of its own.

use std::path::{Path, PathBuf};

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

/// The backend at work.
#[derive(Debug)]
pub(super) struct Site {
    url: Url,
    database: PathBuf,
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
        let database = folder.join("vault.sqlite");
        Self::serve(settings, microsoft, database, key(), Clock::movable()).await
    }

    /// One more process on the same vault, by the same clock, at an origin of its own.
    pub(super) async fn another(&self, settings: &Settings, microsoft: &EmulatorState) -> Self {
        let (database, key) = (self.database.clone(), self.key.clone());
        Self::serve(settings, microsoft, database, key, self.clock.clone()).await
    }

    async fn serve(
        settings: &Settings,
        microsoft: &EmulatorState,
        database: PathBuf,
        key: String,
        clock: Clock,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!(
            "http://localhost:{}",
            listener.local_addr().expect("an address").port()
        );
        let config = config(settings, microsoft, &origin, &database, &key);
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

    pub(super) fn database(&self) -> &Path {
        &self.database
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

fn config(
    settings: &Settings,
    microsoft: &EmulatorState,
    origin: &str,
    database: &Path,
    key: &str,
) -> Config {
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
    let redirect_uri = format!("{origin}/{}", path.unwrap_or_default());
    let secret = registration.live_secret(microsoft.clock.now());
    let secret = settings.client_secret.clone().unwrap_or_else(|| {
        secret.map_or_else(|| "a~secret".to_owned(), |secret| secret.value.clone())
    });
    let database = format!("sqlite:{}", database.display());
    let background = if settings.background_refresh {
        "on"
    } else {
        "off"
    };
    let mut given = vec![
        ("public_url", origin),
        ("client_id", registration.client_id.as_str()),
        ("redirect_uri", &redirect_uri),
        ("key", key),
        ("database", &database),
        ("background_refresh", background),
        ("insecure_entra_origin", &microsoft.origin),
        ("insecure_graph_origin", &microsoft.origin),
    ];
    given.push(if says_spa {
        ("platform", "spa")
    } else {
        ("client_secret", &secret)
    });
    Config::from_settings(given).expect("good settings")
}

/// A fresh key-encryption key.
fn key() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
