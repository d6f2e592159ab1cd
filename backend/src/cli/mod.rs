//! The command line of `connect-outlook`: one file for each subcommand, which reads its options, calls the house and says
//! how it went.
//!
//! What was asked for goes to standard output, progress and troubles to standard error. A failure is one sentence.

mod accounts;
mod api_keys;
mod changes;
mod consent_requests;
mod doctor;
mod emulator;
mod ending;
mod explain;
mod format;
mod keys;
mod links;
mod open_vault;
mod progress;
mod serve;
mod sessions;
mod signals;
mod vault;
mod webhooks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use ending::{Ending, Failure};
use open_vault::OnVault;

/// Connects Microsoft 365 and Outlook mailboxes, and keeps their tokens where they belong.
#[derive(Debug, Parser)]
#[command(name = "connect-outlook", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the routes below `base_path` on `listen`, until interrupted.
    Serve(serve::Serve),
    /// Make and name key-encryption keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Check, re-key and move what the server remembers, also while it serves.
    Vault(OnVault<vault::Command>),
    /// See who is connected, and what happened to whom.
    Accounts(OnVault<accounts::Command>),
    /// Sign people out: those who use one account, or everybody.
    Sessions(OnVault<sessions::Command>),
    /// Make, name and revoke the keys of the integrator's server.
    #[command(name = "api-keys")]
    ApiKeys(OnVault<api_keys::Command>),
    /// Have the integrator's server told of events, and see what became of it.
    Webhooks(OnVault<webhooks::Command>),
    /// Make, name and revoke hosted links.
    Links(OnVault<links::Command>),
    /// See which organisations' administrators were asked to agree, and what came of it.
    #[command(name = "consent-requests")]
    ConsentRequests(OnVault<consent_requests::Command>),
    /// Look at the deployment from outside: registration, credential, hosts, clock, vault; name each fault, who mends it and how.
    Doctor(doctor::Doctor),
    /// Say what one of Microsoft's errors means, who has to act, and what to do.
    Explain(explain::Explain),
    /// Emulate Microsoft on this machine, by the program `connect-outlook-emulator`.
    Emulator(emulator::Emulator),
}

/// Where the settings stand.
#[derive(Clone, Debug, Args)]
struct Settings {
    /// The TOML file with the settings; the environment goes over it. connect-outlook.example.toml explains each.
    #[arg(long, env = "CONNECT_OUTLOOK_CONFIG", global = true)]
    config: Option<PathBuf>,
}

/// Does what the arguments of this process say, and answers with the exit code that `--help` explains.
#[must_use]
pub fn run() -> ExitCode {
    let ended = match Cli::parse().command {
        Command::Serve(options) => serve::run(options),
        Command::Keys(command) => keys::run(command),
        Command::Vault(options) => vault::run(&options),
        Command::Accounts(options) => accounts::run(&options),
        Command::Sessions(options) => sessions::run(&options),
        Command::ApiKeys(options) => api_keys::run(&options),
        Command::Webhooks(options) => webhooks::run(&options),
        Command::Links(options) => links::run(&options),
        Command::ConsentRequests(options) => consent_requests::run(&options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Emulator(options) => emulator::run(options),
    };
    ending::exit_code(ended)
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  not done; one sentence says why
  2  the command line is not understood
  3  done, and something found that somebody should look at";
