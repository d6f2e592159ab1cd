//! `connect-outlook emulator`: becomes the emulator's own program, which lies beside this one or on `PATH`. This program
//! contains nothing of it, and what is not there cannot be switched on in `serve`.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use super::{Ending, Failure};

#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(super) struct Emulator {
    /// Passed on as they are; `connect-outlook emulator --help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

pub(super) fn run(options: Emulator) -> Result<Ending, Failure> {
    let program = beside().unwrap_or_else(|| PathBuf::from(PROGRAM));
    become_program(Command::new(program).args(options.arguments))
}

/// The emulator in the folder of this program.
fn beside() -> Option<PathBuf> {
    let own = env::current_exe().ok()?;
    let program = own.with_file_name(format!("{PROGRAM}{}", env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}

/// Returns only to say why it could not: signals and the exit code are the emulator's.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<Ending, Failure> {
    use std::os::unix::process::CommandExt as _;
    Err(cannot_start(&command.exec()))
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<Ending, Failure> {
    let ended = command.status().map_err(|error| cannot_start(&error))?;
    if ended.success() {
        Ok(Ending::Good)
    } else {
        Err(Failure::new(format!("the emulator ended with {ended}")))
    }
}

fn cannot_start(error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "the emulator is a program of its own, {PROGRAM}, which is neither beside this one nor on the path: {error}"
    ))
}

const PROGRAM: &str = "connect-outlook-emulator";
