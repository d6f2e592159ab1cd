//! `cargo demo`: builds what the demo needs and becomes the demo.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use crate::compiler::Compiler;
use crate::places::Places;
use crate::process;
use crate::say;
use crate::stop::Stop;
use crate::wasm::{self, Shrinking};

/// Builds package and demo, then hands this process over to the demo, so that signals
/// reach it and nothing is left behind. Returns only to say why it could not.
pub(crate) fn run(places: &Places, arguments: &[OsString]) -> Result<(), Stop> {
    let program = build_both(places)?;
    become_program(process::command(program).args(arguments))
}

/// Package and demo at the same time: two compilers, two target directories, and both
/// have stretches that keep only one processor busy.
fn build_both(places: &Places) -> Result<PathBuf, Stop> {
    // What can be missing is found out, or installed, before anything long starts.
    let compiler = Compiler::ready()?;
    thread::scope(|scope| {
        let package = scope.spawn(|| wasm::build_with(&compiler, places, Shrinking::IfPossible));
        let program = build(places);
        package
            .join()
            .map_err(|_| Stop::new("building the package broke off"))??;
        program
    })
}

/// Compiles the demo and returns its program.
///
/// # Errors
/// It did not compile.
pub(crate) fn build(places: &Places) -> Result<PathBuf, Stop> {
    build_program(places, "connect-outlook-demo", "the demo")
}

/// Compiles the program `name`, called `what` in messages, and returns where it is. Always with the features of the whole
/// workspace: with those of one package its dependencies would be compiled anew for each program.
///
/// # Errors
/// It did not compile.
pub(crate) fn build_program(places: &Places, name: &str, what: &str) -> Result<PathBuf, Stop> {
    say::step(
        &format!("Compiling {what}"),
        "2-4 min the first time, then seconds",
        || {
            let told = process::capture(
                process::cargo()
                    .current_dir(places.root())
                    .args(["build", "--workspace", "--bin", name])
                    // cargo knows best where the program ends up: settings may move it.
                    .arg("--message-format=json-render-diagnostics"),
            )?;
            executable_in(&told)
                .ok_or_else(|| Stop::new(format!("cargo did not say where {what} is")))
        },
    )
}

fn executable_in(messages: &str) -> Option<PathBuf> {
    messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    })
}

#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<(), Stop> {
    use std::os::unix::process::CommandExt;
    let failure = command.stdin(Stdio::inherit()).exec();
    Err(Stop::new(format!("cannot start the demo: {failure}")))
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<(), Stop> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Stop::new(format!("the demo ended with {status}"))),
        Err(failure) => Err(Stop::new(format!("cannot start the demo: {failure}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::executable_in;

    #[test]
    fn the_program_is_read_from_cargos_messages() {
        let messages = concat!(
            "{\"reason\":\"compiler-artifact\",\"executable\":null}\n",
            "{\"reason\":\"compiler-artifact\",\"executable\":\"/x/target/debug/demo\"}\n",
            "{\"reason\":\"build-finished\",\"success\":true}\n",
        );
        assert_eq!(
            executable_in(messages).unwrap().to_str(),
            Some("/x/target/debug/demo")
        );
        assert_eq!(executable_in("{\"reason\":\"build-finished\"}"), None);
    }
}
