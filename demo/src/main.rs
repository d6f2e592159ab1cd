//! `connect-outlook-demo`: starts the demo, says where it is, and waits for Ctrl-C.

use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _, stdout};
use std::process::ExitCode;

use clap::Parser as _;
use connect_outlook_demo::{Demo, Options};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    log_to_standard_error();
    // Fails only if somebody chose a provider before, and then there is one.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("connect-outlook-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    // Heard from before the demo says that it is ready: whoever waits for that line may end it at once.
    let asked_to_stop = asked_to_stop()?;
    let demo = Demo::start(options).await?;
    announce(&demo);
    asked_to_stop.await;
    demo.stop().await;
    Ok(())
}

fn announce(demo: &Demo) {
    let text = format!(
        "Demo ready: {}\nMicrosoft, emulated: {}\nOpen the first address and press Connect Outlook; any password is on the page. Ctrl-C ends it.\n",
        demo.address(),
        demo.microsoft()
    );
    let mut out = stdout().lock();
    // Nobody may be reading, and the demo serves all the same.
    let _unread = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn log_to_standard_error() {
    let asked = std::env::var("RUST_LOG").ok();
    let filter = asked.and_then(|filter| filter.parse::<Targets>().ok());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry()
        .with(filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN)))
        .with(lines)
        .init();
}

/// Ends at Ctrl-C or SIGTERM.
#[cfg(unix)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends at Ctrl-C.
#[cfg(not(unix))]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C cannot be heard");
            std::future::pending::<()>().await;
        }
    })
}
