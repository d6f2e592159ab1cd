//! `connect-outlook serve`: listens until it is told to stop, and takes changed keys up on the way.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;

use super::changes::Look;
use super::signals::{Interrupted, Told};
use super::{Ending, Failure, Settings};
use crate::clock::Clock;
use crate::config::Config;
use crate::http::serve;
use crate::meters::{self, Meters};
use crate::{Backend, log};

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// What to log: a level, or directives such as connect_outlook_backend=debug,warn.
    #[arg(long, env = "CONNECT_OUTLOOK_LOG", default_value = "info")]
    log: String,
}

pub(super) fn run(options: Serve) -> Result<Ending, Failure> {
    let config = Config::read(options.settings.config.as_deref(), std::env::vars())?;
    log::start(config.log_format, &options.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(config, options.settings.config))
}

async fn serve(config: Config, file: Option<PathBuf>) -> Result<Ending, Failure> {
    let files = config.files.clone();
    let (address, base_path, site) = (
        config.listen,
        config.base_path.clone(),
        config.site.as_str().to_owned(),
    );
    let listener = serve::listen(address).await?;
    let meters = Metrics::listen(config.metrics_listen).await?;
    let backend = Backend::new(config, Clock::system()).await?;
    let router = serve::below(&base_path, backend.router());
    let address = listener.local_addr()?;
    // Before anybody is told that it serves: to a program that does not listen yet, a signal is the end.
    let (told, interrupted) = (Told::listen(), Interrupted::listen());
    tracing::info!(%address, routes = format!("{site}{base_path}/v1"), "serving");
    let reloading = tokio::spawn(reload_when_changed(backend.clone(), told, file, files));
    let metering = meters.map(|meters| tokio::spawn(meters.serve()));
    serve::serve(listener, router, interrupted.heard()).await;
    reloading.abort();
    if let Some(metering) = metering {
        metering.abort();
    }
    backend.stop().await;
    Ok(Ending::Good)
}

/// The listener on which what is counted can be read.
struct Metrics {
    listener: TcpListener,
    meters: Meters,
}

impl Metrics {
    async fn listen(address: Option<SocketAddr>) -> Result<Option<Self>, Failure> {
        let Some(address) = address else {
            return Ok(None);
        };
        let listener = serve::listen(address).await?;
        let address = listener.local_addr()?;
        tracing::info!(%address, "metrics at /metrics");
        let meters = meters::begin(Clock::system().now())?;
        Ok(Some(Self { listener, meters }))
    }

    async fn serve(self) {
        let router = crate::http::meters::router(self.meters);
        serve::serve(self.listener, router, std::future::pending()).await;
    }
}

/// Reads the settings again whenever one of their files has changed, and when told by SIGHUP (F49, F50). What cannot be
/// used is said and changes nothing.
async fn reload_when_changed(
    backend: Backend,
    mut told: Told,
    file: Option<PathBuf>,
    mut files: Vec<PathBuf>,
) {
    let mut look = Look::at(&files);
    loop {
        let asked = tokio::select! {
            () = told.heard() => true,
            () = tokio::time::sleep(LOOK_EVERY) => false,
        };
        let now = Look::at(&files);
        if !asked && now == look {
            continue;
        }
        look = now;
        if let Some(newer) = reload(&backend, file.as_deref()).await {
            files = newer;
            look = Look::at(&files);
        }
    }
}

/// Answers the files that were read.
async fn reload(backend: &Backend, file: Option<&Path>) -> Option<Vec<PathBuf>> {
    let reloaded = async {
        let config = Config::read(file, std::env::vars())?;
        let files = config.files.clone();
        backend.reload(config).await?;
        Ok::<_, Failure>(files)
    };
    match reloaded.await {
        Ok(files) => {
            tracing::info!("keys and client credentials read again");
            Some(files)
        }
        Err(failure) => {
            tracing::error!(why = %failure, "the changed settings cannot be used; those before stay");
            None
        }
    }
}

/// How often the files of the settings are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
