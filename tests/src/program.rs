//! The real programs, as people run them: built once, started as processes of their own.

use std::{collections::BTreeMap, path::PathBuf, process::Stdio};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    sync::OnceCell,
};

use crate::house;

/// Builds a program of this workspace as it was built for this run of the tests: with the features of the whole
/// workspace and in its profile, so that nothing is compiled twice. Answers where it lies.
///
/// # Panics
/// If it does not build.
pub async fn build(program: &str) -> PathBuf {
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
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command
        .current_dir(house::root())
        .stderr(Stdio::inherit())
        .output()
        .await
        .expect("cargo runs");
    assert!(output.status.success(), "{program} does not build");
    let messages = String::from_utf8(output.stdout).expect("JSON");
    let mut executables = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executables
        .next_back()
        .unwrap_or_else(|| panic!("no program {program}"))
}

/// Settings of `connect-outlook`, by name.
pub type Settings = BTreeMap<&'static str, String>;

/// `connect-outlook` with these settings in its environment and nothing else in it.
pub async fn connect_outlook(settings: &Settings) -> Command {
    static PROGRAM: OnceCell<PathBuf> = OnceCell::const_new();
    let program = PROGRAM.get_or_init(|| build("connect-outlook")).await;
    let mut command = Command::new(program);
    command.env_clear().kill_on_drop(true);
    for (name, value) in settings {
        command.env(format!("CONNECT_OUTLOOK_{}", name.to_uppercase()), value);
    }
    command
}

/// How a command ended: its exit code, and what it said on standard output and standard error.
#[derive(Clone, Debug)]
pub struct Ended {
    /// `None` if it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub said: String,
    /// Standard error.
    pub told: String,
}

/// Runs `connect-outlook` with these arguments to its end.
///
/// # Panics
/// If it cannot be started, or says what is no text.
pub async fn run(settings: &Settings, arguments: &[&str]) -> Ended {
    let mut command = connect_outlook(settings).await;
    let output = command.args(arguments).output().await.expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended {
        code: output.status.code(),
        said: text(output.stdout),
        told: text(output.stderr),
    }
}

/// A running `connect-outlook serve`. Dropped, it is killed.
#[derive(Debug)]
pub struct Serving {
    process: Child,
    log: Lines<BufReader<ChildStderr>>,
    seen: Vec<String>,
}

impl Serving {
    /// Starts it and waits until it serves.
    ///
    /// # Panics
    /// If it ends instead.
    pub async fn start(settings: &Settings) -> Self {
        let mut settings = settings.clone();
        settings.insert("log_format", "json".to_owned());
        let mut command = connect_outlook(&settings).await;
        let mut process = command
            .arg("serve")
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let log = BufReader::new(process.stderr.take().expect("its log")).lines();
        let mut serving = Self {
            process,
            log,
            seen: Vec::new(),
        };
        serving.until("serving").await;
        serving
    }

    /// Waits for the line of the log with this message.
    ///
    /// # Panics
    /// If the log ends before.
    pub async fn until(&mut self, message: &str) -> Value {
        loop {
            let Some(line) = self.log.next_line().await.expect("text") else {
                panic!("it ended before `{message}`:\n{}", self.seen.join("\n"));
            };
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            self.seen.push(line);
            if event["message"] == message {
                return event;
            }
        }
    }

    /// Sends a signal by its name: `TERM`, `HUP`, `KILL`, `STOP`.
    ///
    /// # Panics
    /// If it cannot be sent.
    pub async fn signal(&self, name: &str) {
        let id = self.process.id().expect("a running process").to_string();
        let told = Command::new("kill").args(["-s", name, &id]).status().await;
        assert!(told.expect("kill runs").success());
    }

    /// Ends it as service managers do. Answers all that it logged.
    ///
    /// # Panics
    /// If it does not end well.
    pub async fn stop(mut self) -> Vec<String> {
        self.signal("TERM").await;
        while let Some(line) = self.log.next_line().await.expect("text") {
            self.seen.push(line);
        }
        let ended = self.process.wait().await.expect("it ends");
        assert!(ended.success(), "{ended}:\n{}", self.seen.join("\n"));
        self.seen
    }
}
