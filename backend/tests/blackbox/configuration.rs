//! The program itself: a wrong start is one sentence, a right one serves and stops.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use connect_outlook_backend::config::SETTINGS;
use serde_json::Value;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn program(folder: &Path, settings: &BTreeMap<&str, &str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connect-outlook"));
    command.arg("serve").current_dir(folder).env_clear();
    for (name, value) in settings {
        command.env(format!("CONNECT_OUTLOOK_{}", name.to_uppercase()), value);
    }
    command
}

fn good() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("public_url", "https://app.example"),
        ("client_id", "6731de76-14a6-49ae-97bc-6eba6914391e"),
        ("client_secret", "Zx~8Q~secret"),
        ("key", KEY),
        ("database", "sqlite::memory:"),
        ("listen", "127.0.0.1:0"),
    ])
}

/// One sentence on standard error, nothing else, and a failure.
fn sentence(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    text
}

/// R12: every setting of the list, by the program.
#[test]
fn a_wrong_setting_stops_the_program_with_a_sentence_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    for setting in SETTINGS {
        let mut settings = good();
        settings.insert(setting.name, "\u{7f} wrong ");
        let text = sentence(&program(folder.path(), &settings).output().unwrap());
        assert!(
            text.contains(&format!("`{}`", setting.name)),
            "{}: {text}",
            setting.name
        );
        assert!(!text.contains("Zx~8Q~") && !text.contains(KEY), "{text}");
    }
}

#[test]
fn a_busy_port_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut settings = good();
    settings.insert("listen", &address);
    let text = sentence(&program(folder.path(), &settings).output().unwrap());
    assert!(
        text.contains(&address) && text.contains("another program uses this port"),
        "{text}"
    );
}

#[test]
fn a_vault_that_cannot_be_opened_stops_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = good();
    settings.insert("database", "sqlite:/proc/nowhere/vault.sqlite");
    let text = sentence(&program(folder.path(), &settings).output().unwrap());
    assert!(text.contains("the vault does not open"), "{text}");
}

#[test]
fn an_unknown_option_or_setting_stops_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = good();
    settings.insert("pubic_url", "https://app.example");
    let text = sentence(&program(folder.path(), &settings).output().unwrap());
    assert!(text.contains("CONNECT_OUTLOOK_PUBIC_URL"), "{text}");
    let output = program(folder.path(), &good())
        .args(["--config", "/nowhere.toml"])
        .output()
        .unwrap();
    assert!(sentence(&output).contains("/nowhere.toml"));
}

/// R180: serves, says where, and ends on the signal of service managers without complaint.
#[test]
#[cfg(unix)]
fn the_program_serves_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = good();
    settings.insert("log_format", "json");
    settings.insert("database", "sqlite:vault.sqlite");
    let mut running = program(folder.path(), &settings)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(running.stderr.take().unwrap()).lines();
    let serving: Value = serde_json::from_str(&log.next().unwrap().unwrap()).unwrap();
    assert_eq!(
        (&serving["message"], &serving["routes"]),
        (&"serving".into(), &"https://app.example/outlook/v1".into())
    );
    let mut stream = TcpStream::connect(serving["address"].as_str().unwrap()).unwrap();
    stream
        .write_all(b"GET /outlook/readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("{\"status\":\"ready\"}"), "{answer}");
    let told = Command::new("kill")
        .arg(running.id().to_string())
        .status()
        .unwrap();
    assert!(told.success() && running.wait().unwrap().success());
    assert!(
        log.all(|line| serde_json::from_str::<Value>(&line.unwrap()).is_ok()),
        "every line is an event"
    );
}

/// R121: the key file is private from the start and is never overwritten.
#[test]
#[cfg(unix)]
fn a_key_is_made_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let make = || {
        Command::new(env!("CARGO_BIN_EXE_connect-outlook"))
            .args(["keys", "new"])
            .arg(&path)
            .output()
            .unwrap()
    };
    assert!(make().status.success());
    let first = std::fs::read(&path).unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!make().status.success());
    assert_eq!(std::fs::read(&path).unwrap(), first);
}
