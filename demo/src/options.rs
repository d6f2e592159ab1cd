//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Connect a mailbox offline: an emulated Microsoft, the backend and a sample page, in one program.
#[derive(Clone, Debug, Parser)]
#[command(name = "connect-outlook-demo", version)]
pub struct Options {
    /// Port of the page; 0 takes any free one.
    #[arg(long, default_value_t = 8400)]
    pub port: u16,
    /// Keeps the vault and its key in this folder instead of in memory. The emulated Microsoft forgets everything when
    /// the demo ends, so mailboxes from an earlier run ask to be connected again.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keeps the signing keys of the emulated Microsoft in this file, where they are made if it is missing.
    #[arg(long, value_name = "FILE", env = "EMULATOR_KEYS")]
    pub keys: Option<PathBuf>,
    /// Folder with the built npm package, instead of sdk-wasm/pkg of this checkout.
    #[arg(long, value_name = "DIR")]
    pub package: Option<PathBuf>,
}
