//! The storm tool, as people run it: real processes, a real database, one line at the end.

use clap::Parser as _;
use connect_outlook_tests::storm::{Options, run};

/// R80, R81, F36: one request to Microsoft, however many ask at however many processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_callers_at_two_processes_make_one_token_request() {
    for rotation in ["entra", "strict"] {
        storm(&format!(
            "--processes 2 --callers 500 --database postgres --rotation {rotation} --rounds 1"
        ))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_on_one_file_make_one_request_for_each_account() {
    storm("--processes 2 --callers 100 --database sqlite --rotation strict").await;
}

/// F20, F21, I3: whoever dies in the middle takes no account along, and nobody is told twice. Leases of the dead are over
/// after five seconds instead of thirty: what a longer wait would show is only more patience.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_are_killed_lose_no_account() {
    for database in ["sqlite", "postgres"] {
        storm(&format!(
            "--processes 2 --callers 20 --database {database} --kill-random --rounds 4 --lease 5"
        ))
        .await;
    }
}

async fn storm(arguments: &str) {
    let words = std::iter::once("storm").chain(arguments.split(' '));
    let options = Options::try_parse_from(words).unwrap();
    let report = run(&options).await;
    let broken = report.broken_promises(&options);
    assert!(
        broken.is_empty(),
        "{arguments}: {} {broken:#?}",
        report.line()
    );
}
