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
    let mut emulator = cargo(&["emulator", "--port", "0"]);
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

/// `cargo` with these arguments in the checkout; it ends with this process.
fn cargo(arguments: &[&str]) -> Child {
    let program = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(house::root())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command.spawn().expect("cargo starts")
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
