//! The program `connect-outlook`.

use std::process::ExitCode;

fn main() -> ExitCode {
    connect_outlook_backend::cli::run()
}
