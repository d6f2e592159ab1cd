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

async fn first_line(child: &mut Child) -> String {
    let output = child.stdout.take().expect("its output");
    BufReader::new(output)
        .lines()
        .next_line()
        .await
        .unwrap()
        .expect("a first line")
}
