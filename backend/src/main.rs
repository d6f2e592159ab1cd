//! The program `connect-outlook`.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use connect_outlook_backend::clock::Clock;
use connect_outlook_backend::config::Config;
use connect_outlook_backend::http::serve;
use connect_outlook_backend::vault::KeyRing;
use connect_outlook_backend::{Backend, log};

/// Connects Microsoft 365 and Outlook mailboxes, and keeps their tokens where they belong.
#[derive(Debug, Parser)]
#[command(name = "connect-outlook", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the routes below `base_path` on `listen`, until interrupted.
    Serve(Serve),
    /// Make keys.
    #[command(subcommand)]
    Keys(Keys),
}

#[derive(Debug, Args)]
struct Serve {
    /// The TOML file with the settings; the environment goes over it. connect-outlook.example.toml explains each.
    #[arg(long, env = "CONNECT_OUTLOOK_CONFIG")]
    config: Option<PathBuf>,
    /// What to log: a level, or directives such as connect_outlook_backend=debug,warn.
    #[arg(long, env = "CONNECT_OUTLOOK_LOG", default_value = "info")]
    log: String,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Write a new key-encryption key to a file that only you can read. What is there already stays.
    New {
        /// The file.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("connect-outlook: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    match cli.command {
        Command::Serve(options) => {
            let config = Config::read(options.config.as_deref(), std::env::vars())?;
            log::start(config.log_format, &options.log)?;
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()?;
            runtime.block_on(serve(config))
        }
        Command::Keys(Keys::New { file }) => {
            KeyRing::create_file(&file)?;
            println!(
                "Wrote a new key to {}. Back it up apart from the database.",
                file.display()
            );
            Ok(())
        }
    }
}

async fn serve(config: Config) -> Result<(), Box<dyn Error>> {
    let (address, base_path, site) = (
        config.listen,
        config.base_path.clone(),
        config.site.as_str().to_owned(),
    );
    let listener = serve::listen(address).await?;
    let backend = Backend::new(config, Clock::system()).await?;
    let router = serve::below(&base_path, backend.router());
    let address = listener.local_addr()?;
    tracing::info!(%address, routes = format!("{site}{base_path}/v1"), "serving");
    serve::serve(listener, router, interrupted()).await;
    backend.stop().await;
    Ok(())
}

/// Ends with Ctrl-C, or with the signal that service managers send.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a signal to wait for, serve until killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
