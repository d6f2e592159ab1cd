//! Starting and stopping.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ground::Ground;
use crate::house::{HouseError, Plan};
use crate::listen::{Door, ListenError, listen};
use crate::options::Options;
use crate::site::{self, MissingPackage, Package};

/// A running demo.
#[derive(Debug)]
pub struct Demo {
    ground: Arc<Ground>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

/// Why the demo did not start. Each is one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The page's port.
    #[error(transparent)]
    Port(#[from] ListenError),
    /// The npm package is not built.
    #[error(transparent)]
    Package(#[from] MissingPackage),
    /// Emulator, backend or their data.
    #[error(transparent)]
    House(#[from] HouseError),
}

impl Demo {
    /// Starts everything; answers when the page can be opened.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let package = Package::find(options.package)?;
        let Door { port, listeners } = listen(options.port).await?;
        let plan = Plan {
            origin: format!("http://localhost:{port}"),
            microsoft_address: "127.0.0.1:0".to_owned(),
            data: options.data,
            keys: options.keys,
        };
        let ground = Arc::new(Ground::build(plan).await?);
        let router = site::router(Arc::clone(&ground), &package);
        let (stop, stopped) = watch::channel(false);
        let serving = |listener| tokio::spawn(serve(listener, router.clone(), stopped.clone()));
        let servers = listeners.into_iter().map(serving).collect();
        Ok(Self {
            ground,
            stop,
            servers,
        })
    }

    /// The address to open: `http://localhost:8400/`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}/", self.ground.origin())
    }

    /// Where the emulated Microsoft is: `http://127.0.0.1:41234`.
    #[must_use]
    pub fn microsoft(&self) -> &str {
        self.ground.microsoft()
    }

    /// Stops listening, lets requests in progress finish for a moment, closes the vault, and returns.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let servers = async {
            for server in self.servers {
                // A server that panicked has stopped as well.
                let _ended = server.await;
            }
        };
        // Browsers keep connections open on which they never ask: nobody waits for those.
        let _late = tokio::time::timeout(PATIENCE, servers).await;
        self.ground.close().await;
    }
}

async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let until_stopped = async move {
        // An error means that the demo was dropped: stop as well.
        let _dropped = stopped.wait_for(|stop| *stop).await;
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(until_stopped);
    if let Err(error) = serving.await {
        tracing::error!(%error, "the page is no longer served");
    }
}

/// How long requests in progress may take when the demo ends.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
