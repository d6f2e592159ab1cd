//! `cargo run -p connect-outlook-tests --bin storm`: many callers, few processes, one lapsed account, and what became of it.

use std::process::ExitCode;

use clap::Parser as _;
use connect_outlook_tests::storm::{Options, run};

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let report = match runtime {
        Ok(runtime) => runtime.block_on(run(&options)),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", report.line());
    let broken = report.broken_promises(&options);
    for promise in &broken {
        eprintln!("broken: {promise}");
    }
    match broken.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
