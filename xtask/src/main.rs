//! Builds the npm package, starts the demo, verifies everything. The commands are
//! aliases in `.cargo/config.toml`; nothing has to be installed for them.

mod apt;
mod assemble;
mod clock;
mod command_line;
mod compiler;
mod coverage;
mod demo;
mod faults;
mod fingerprint;
mod glue;
mod npm;
mod one_at_a_time;
mod package;
mod places;
mod process;
mod reference;
mod release;
mod rename;
mod say;
mod shrink;
mod size;
mod stop;
mod stream;
mod sysroot;
mod toolchain;
mod verify;
mod wasm;

use std::process::ExitCode;

use command_line::Task;
use places::Places;
use wasm::Shrinking;

fn main() -> ExitCode {
    let places = Places::here();
    let done = match command_line::read(std::env::args_os().skip(1)) {
        Ok(Task::Wasm) => wasm::build(&places, Shrinking::IfPossible),
        Ok(Task::PackageSdk) => package::package(&places).map(|_| ()),
        Ok(Task::Release(tag)) => release::release(&places, &tag),
        Ok(Task::Reference) => reference::write(&places),
        Ok(Task::Size) => size::page::write(&places),
        Ok(Task::Coverage) => coverage::write(&places),
        Ok(Task::Faults) => faults::write(&places),
        Ok(Task::Demo(arguments)) => demo::run(&places, &arguments),
        Ok(Task::Verify(scope)) => verify::run(&places, scope),
        Err(stop) => Err(stop),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            say::line(&format!("error: {stop}"));
            ExitCode::FAILURE
        }
    }
}
