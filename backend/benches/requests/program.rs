//! The program itself: how long it takes to be ready, and what it holds then.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::time::Instant;

use crate::cost::{Row, figure, resident};

pub(crate) fn measure() -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    // The vault is made by the first start; the others find it.
    end(start(folder.path()).0);
    let mut times: Vec<f64> = (0..10)
        .map(|_| {
            let started = Instant::now();
            let (program, _) = start(folder.path());
            let elapsed = started.elapsed().as_secs_f64() * 1e3;
            end(program);
            elapsed
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (program, _) = start(folder.path());
    let megabytes = resident(&program.id().to_string()) as f64 / 1e6;
    end(program);
    vec![
        figure(
            "start to ready, existing vault, median of 10",
            format!("{:.1} ms", times[times.len() / 2]),
            "≤ 30 ms",
        ),
        figure(
            "idle, resident memory",
            format!("{megabytes:.1} MB"),
            "≤ 12 MB",
        ),
    ]
}

/// Starts the program and waits until it says that it is ready.
fn start(folder: &Path) -> (Child, String) {
    let settings = [
        ("PUBLIC_URL", "https://app.example"),
        ("CLIENT_ID", "6731de76-14a6-49ae-97bc-6eba6914391e"),
        ("CLIENT_SECRET", "Zx~8Q~secret"),
        (
            "KEY",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ),
        ("DATABASE", "sqlite:vault.sqlite"),
        ("LISTEN", "127.0.0.1:0"),
        ("LOG_FORMAT", "json"),
    ];
    let mut program = Command::new(env!("CARGO_BIN_EXE_connect-outlook"))
        .arg("serve")
        .current_dir(folder)
        .env_clear()
        .envs(settings.map(|(name, value)| (format!("CONNECT_OUTLOOK_{name}"), value)))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(program.stderr.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let address = log
        .by_ref()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(&line).ok())
        .find_map(|line| Some(line["address"].as_str()?.to_owned()))
        .expect("an address");
    // What it says later is read too: a program whose log nobody takes is another program.
    std::thread::spawn(move || log.for_each(drop));
    let mut stream = TcpStream::connect(&address).unwrap();
    stream
        .write_all(b"GET /outlook/readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("200 OK"), "{answer}");
    (program, address)
}

fn end(mut program: Child) {
    program.kill().unwrap();
    program.wait().unwrap();
}
