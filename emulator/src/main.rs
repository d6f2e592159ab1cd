//! `connect-outlook-emulator`: Entra and Graph mail on a loopback port, until Ctrl-C.

use std::{
    error::Error,
    io::{Write as _, stdout},
    net::IpAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use connect_outlook_emulator::{Configuration, Emulator, SigningKeys};

/// Microsoft Entra and Graph mail, offline, as they really behave.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 8401)]
    port: u16,
    /// Port for uploads of large attachments; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    upload_port: u16,
    /// Address to listen on. Anything but loopback also needs --insecure-bind.
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// JSON or TOML file with tenants, people and apps, instead of the standard ones.
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// Keep the signing keys in FILE (PEM), where they are made if it is missing, instead of making new ones at every start.
    #[arg(long, value_name = "FILE", env = "EMULATOR_KEYS")]
    keys: Option<PathBuf>,
    /// Speak HTTPS instead of HTTP, for clients that refuse the latter, by a certificate made at start. FILE gets what they
    /// have to trust, in PEM.
    #[arg(long, value_name = "FILE")]
    https: Option<PathBuf>,
    /// Allows addresses that other machines can reach. Whoever reaches the emulator can sign in as anybody.
    #[arg(long)]
    insecure_bind: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("connect-outlook-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let address = std::net::SocketAddr::new(options.bind, options.port).to_string();
    let mut builder = Emulator::builder()
        .insecure_bind(options.insecure_bind)
        .upload_port(options.upload_port);
    if let Some(file) = &options.world {
        builder = builder.world_file(file)?;
    }
    if let Some(file) = &options.keys {
        builder = builder.signing_keys(SigningKeys::kept_in(file)?);
    }
    if options.https.is_some() {
        builder = builder.https();
    }
    let emulator = builder.start(&address).await?;
    if let Some((file, authority)) = options.https.as_ref().zip(emulator.certificate_authority()) {
        std::fs::write(file, authority)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    announce(&emulator, options.https.as_deref());
    // Without a signal to wait for there is nothing to wait for: stop as if it had come.
    let _interrupted = tokio::signal::ctrl_c().await;
    emulator.stop().await;
    Ok(())
}

fn announce(emulator: &Emulator, authority: Option<&Path>) {
    let world = emulator.world();
    let configuration = Configuration::of(emulator.origin(), &world, emulator.clock().now())
        .map(|configuration| format!("\n{configuration}\n"))
        .unwrap_or_default();
    // Absolute, for it is pasted elsewhere; a path that cannot be made so is as good as it was given.
    let trusted = authority
        .map(|file| std::path::absolute(file).unwrap_or_else(|_| file.to_owned()))
        .map(|file| format!("NODE_EXTRA_CA_CERTS={}\n", file.display()))
        .unwrap_or_default();
    let text = format!(
        "Emulator ready: {}/_emulator/\n{configuration}{trusted}\nLarge attachments go to {}.\nPress Ctrl-C to stop.\n",
        emulator.origin(),
        emulator.upload_origin(),
    );
    let mut out = stdout().lock();
    // Whoever started it may read one line, or none; it serves all the same.
    let _unread = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
