//! The commands that the pages show, run as people run them.

use std::process::Stdio;

use connect_outlook_tests::{browser::Request, house, program::build};
use reqwest::Method;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

#[tokio::test]
async fn the_emulator_is_started_by_one_command() {
    let package = package_of("emulator");
    emulates(Command::new(build(&package).await)).await;
}

/// The server's program becomes the emulator's, which lies beside it, and contains nothing of it.
#[tokio::test]
async fn the_emulator_is_a_subcommand_of_the_server_too() {
    let emulator = build(&package_of("emulator")).await;
    let server = build("connect-outlook").await;
    assert_eq!(emulator.parent(), server.parent());
    let mut command = Command::new(&server);
    command.arg("emulator");
    emulates(command).await;

    let alone = tempfile::tempdir().unwrap();
    let moved = alone.path().join("connect-outlook");
    std::fs::copy(&server, &moved).unwrap();
    let mut command = Command::new(moved);
    let output = command.arg("emulator").env("PATH", "").output().await;
    let output = output.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("connect-outlook-emulator"), "{said}");
}

async fn emulates(mut command: Command) {
    command.args(["--port", "0"]);
    let mut emulator = command
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let line = first_line(&mut emulator).await;
    let address = line
        .strip_prefix("Emulator ready: ")
        .unwrap_or_else(|| panic!("it says `{line}`"));
    let world = format!("{address}world").parse().expect(address);
    let answer = Request::new(Method::GET, world).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["people"][0]["address"], "ada@contoso.example");
    emulator.kill().await.unwrap();
}

/// The package whose program `cargo <alias>` runs, by `.cargo/config.toml`.
fn package_of(alias: &str) -> String {
    let config: toml::Table = house::read(".cargo/config.toml").parse().unwrap();
    let words: Vec<_> = config["alias"][alias]
        .as_str()
        .unwrap()
        .split(' ')
        .collect();
    let [.., "--package", package, "--"] = words[..] else {
        panic!("`cargo {alias}` means {words:?}");
    };
    assert_eq!(words[0], "run");
    package.to_owned()
}

async fn first_line(child: &mut Child) -> String {
    let output = child.stdout.take().expect("its output");
    BufReader::new(output)
        .lines()
        .next_line()
        .await
        .unwrap()
        .expect("a first line")
}
