//! Running other programs: without the variables `cargo run` leaves behind, with their
//! output shown as it comes.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::say;
use crate::stop::{OrStop, Stop};
use crate::stream::stream;

/// A command whose environment is that of the person who typed `cargo …`, not that of
/// `cargo run`: an inner cargo would take the leftovers for its own settings.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_left_by_cargo_run) {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that runs this helper, so that an inner build uses the same toolchain.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end; what it prints goes to standard error.
///
/// # Errors
/// It could not start, or ended with a failure.
pub(crate) fn run(command: &mut Command) -> Result<(), Stop> {
    let name = name_of(command);
    if say::is_taken() {
        let succeeded = stream(command, say::line)?;
        return if succeeded {
            Ok(())
        } else {
            Err(Stop::new(format!("{name} failed")))
        };
    }
    let status = command
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .status()
        .or_stop(|| format!("cannot start {name}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(Stop::new(format!("{name} failed ({status})")))
    }
}

/// Like [`run`] for talkative programs: what it prints is shown only if it fails.
///
/// # Errors
/// It could not start, or ended with a failure.
pub(crate) fn run_quietly(command: &mut Command) -> Result<(), Stop> {
    let name = name_of(command);
    let mut lines = Vec::new();
    if stream(command, |line| lines.push(line.to_owned()))? {
        return Ok(());
    }
    lines.iter().for_each(|line| say::line(line));
    Err(Stop::new(format!("{name} failed")))
}

/// Runs to the end and returns its standard output; errors stay visible.
///
/// # Errors
/// It could not start, or ended with a failure.
pub(crate) fn capture(command: &mut Command) -> Result<String, Stop> {
    let name = name_of(command);
    let errors = if say::is_taken() {
        Stdio::piped()
    } else {
        Stdio::inherit()
    };
    let output = command
        .stdin(Stdio::null())
        .stderr(errors)
        .output()
        .or_stop(|| format!("cannot start {name}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    told.lines().for_each(say::line);
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Stop::new(format!("{name} failed ({})", output.status)))
    }
}

/// Like [`capture`] for a question whose failure is an answer: no error output, `None`
/// when the program is missing or fails.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(answer)
}

/// Where a program lies, by `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| is_program(file))
}

/// The program's name without its directory, for messages.
pub(crate) fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned()
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// Variables `cargo run` sets for the program it runs. Settings of the person
/// (`CARGO_HOME`, `CARGO_NET_…`, `CARGO_TARGET_DIR`, …) are not among them.
fn is_left_by_cargo_run(name: &str) -> bool {
    const EXACT: [&str; 4] = [
        "CARGO",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "OUT_DIR",
    ];
    const FAMILIES: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
    EXACT.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::{is_left_by_cargo_run, on_path};

    #[test]
    fn leftovers_of_cargo_run_go_and_settings_of_the_person_stay() {
        for gone in ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "OUT_DIR"] {
            assert!(is_left_by_cargo_run(gone), "{gone}");
        }
        for kept in [
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_NET_OFFLINE",
            "RUSTUP_AUTO_INSTALL",
            "PATH",
        ] {
            assert!(!is_left_by_cargo_run(kept), "{kept}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_is_found_on_the_path_and_a_made_up_one_is_not() {
        assert!(on_path("sh").is_some());
        assert_eq!(on_path("no-such-program-anywhere"), None);
    }
}
