//! Starting and stopping, as a library and as a program.

use std::process::Command;

use connect_outlook_emulator::{Emulator, StartError};

use crate::support::Stage;

#[tokio::test]
async fn only_loopback_is_listened_on_unless_told_otherwise() {
    let refused = Emulator::builder()
        .start("0.0.0.0:0")
        .await
        .expect_err("refused");
    assert!(matches!(refused, StartError::NotLoopback(_)));
    assert!(refused.to_string().contains("--insecure-bind"));
    let allowed = Emulator::builder()
        .insecure_bind(true)
        .start("0.0.0.0:0")
        .await
        .expect("allowed");
    assert!(allowed.origin().starts_with("http://127.0.0.1:"));
    allowed.stop().await;
    assert!(matches!(
        Emulator::builder().start("somewhere").await,
        Err(StartError::NotAnAddress(_))
    ));
}

#[tokio::test]
async fn a_stopped_emulator_answers_nobody() {
    let stage = Stage::start().await;
    let url = stage.url("/_emulator/clock");
    stage.emulator.stop().await;
    assert!(stage.http.get(url).send().await.is_err());
}

#[tokio::test]
async fn a_busy_port_is_one_sentence_and_exit_code_one() {
    let stage = Stage::start().await;
    let port = stage
        .emulator
        .origin()
        .rsplit(':')
        .next()
        .expect("a port")
        .to_owned();
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_connect-outlook-emulator"))
            .args(["--port", &port])
            .output()
    };
    let output = tokio::task::spawn_blocking(run)
        .await
        .expect("runs")
        .expect("starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(
        said.lines().count() == 1 && said.contains("in use by another program"),
        "{said}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn the_program_refuses_a_public_address() {
    let program = env!("CARGO_BIN_EXE_connect-outlook-emulator");
    let output = Command::new(program)
        .args(["--port", "0", "--bind", "0.0.0.0"])
        .output()
        .expect("starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .expect("text")
            .contains("--insecure-bind")
    );
}
