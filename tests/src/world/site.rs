//! The site: the backend as `connect-outlook serve` runs it, below `/outlook` on an origin of its own.

use std::path::{Path, PathBuf};

use connect_outlook_backend::{
    Backend,
    clock::Clock,
    config::Config,
    http::serve::{below, serve},
};
use connect_outlook_emulator::EmulatorState;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use url::Url;

use super::Settings;

/// The backend at work.
#[derive(Debug)]
pub(super) struct Site {
    url: Url,
    database: PathBuf,
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
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!(
            "http://localhost:{}",
            listener.local_addr().expect("an address").port()
        );
        let database = folder.join("vault.sqlite");
        let config = config(settings, microsoft, &origin, &database);
        let clock = Clock::movable();
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

fn config(settings: &Settings, microsoft: &EmulatorState, origin: &str, database: &Path) -> Config {
    let world = microsoft.world();
    let registration = &world.applications[0];
    let secret = registration
        .live_secret(microsoft.clock.now())
        .expect("a live secret");
    let database = format!("sqlite:{}", database.display());
    let redirect_uri = format!("{origin}/outlook-callback");
    Config::from_settings([
        ("public_url", origin),
        ("client_id", registration.client_id.as_str()),
        (
            "client_secret",
            settings.client_secret.as_deref().unwrap_or(&secret.value),
        ),
        ("redirect_uri", &redirect_uri),
        ("key", &key()),
        ("database", &database),
        ("insecure_entra_origin", &microsoft.origin),
        ("insecure_graph_origin", &microsoft.origin),
    ])
    .expect("good settings")
}

/// A fresh key-encryption key.
fn key() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
