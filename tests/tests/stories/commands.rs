//! The commands that the pages show, run as people run them.

use std::{path::PathBuf, process::Stdio};

use connect_outlook_tests::{browser::Request, house};
use reqwest::Method;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

#[tokio::test]
async fn the_emulator_is_started_by_one_command() {
    let package = package_of("emulator");
    let program = build(&package).await;
    let mut command = Command::new(program);
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

/// Builds the program of a package as it was built for this run of the tests: with the features of the whole
/// workspace, so that nothing is compiled twice.
async fn build(program: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut command = Command::new(cargo);
    command.args([
        "build",
        "--quiet",
        "--workspace",
        "--message-format=json",
        "--bin",
        program,
    ]);
    let output = command
        .current_dir(house::root())
        .stderr(Stdio::inherit())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{program} does not build");
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut executables = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executables
        .next_back()
        .unwrap_or_else(|| panic!("no program {program}"))
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
