//! The real programs, as people run them: built once, started as processes of their own.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
};

use connect_outlook_emulator::EmulatorState;
use connect_outlook_throwaway_postgres::free_port;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    sync::OnceCell,
};
use url::Url;

use crate::house;

/// Builds a program of this workspace as it was built for this run of the tests: with the features of the whole
/// workspace and in its profile, so that nothing is compiled twice. Answers where it lies.
///
/// # Panics
/// If it does not build.
pub async fn build(program: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut command = Command::new(cargo);
    forget_who_runs_this(&mut command);
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

/// Takes what cargo says of this test program out of the environment. Build scripts that look at it (ring's does) would
/// find it changed, and most of the dependencies would be compiled anew: now, and once more by whoever builds next.
fn forget_who_runs_this(command: &mut Command) {
    let said = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
    ];
    for (name, _) in std::env::vars_os() {
        let is_said = |name: &str| said.iter().any(|start| name.starts_with(start));
        if name.to_str().is_some_and(is_said) {
            command.env_remove(name);
        }
    }
}

/// Settings of `connect-outlook`, by name.
pub type Settings = BTreeMap<&'static str, String>;

/// What a deployment beside the emulator needs: its vault and its key file in `folder`, on a port that is free now.
///
/// # Panics
/// Without a free port or a live secret.
#[must_use]
pub fn deployment(microsoft: &EmulatorState, folder: &Path) -> Settings {
    let port = free_port().expect("a free port");
    let world = microsoft.world();
    let registration = &world.applications[0];
    let secret = registration.live_secret(microsoft.clock.now());
    let origin = format!("http://localhost:{port}");
    let path = |name: &str| folder.join(name).display().to_string();
    Settings::from([
        ("listen", format!("127.0.0.1:{port}")),
        ("redirect_uri", format!("{origin}/outlook-callback")),
        ("public_url", origin),
        ("client_id", registration.client_id.as_str().to_owned()),
        (
            "client_secret",
            secret.expect("a live secret").value.clone(),
        ),
        ("key_file", path("key")),
        ("database", format!("sqlite:{}", path("vault.sqlite"))),
        ("insecure_entra_origin", microsoft.origin.clone()),
        ("insecure_graph_origin", microsoft.origin.clone()),
    ])
}

/// The site of a deployment, with a slash at its end.
///
/// # Panics
/// If the settings name none.
#[must_use]
pub fn site(settings: &Settings) -> Url {
    settings["public_url"].parse().expect("an address")
}

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
        Self::start_in(settings, &[]).await
    }

    /// The same where the environment says this besides.
    ///
    /// # Panics
    /// As [`Serving::start`].
    pub async fn start_in(settings: &Settings, environment: &[(&str, &str)]) -> Self {
        let mut settings = settings.clone();
        settings.insert("log_format", "json".to_owned());
        let mut command = connect_outlook(&settings).await;
        let mut process = command
            .arg("serve")
            .envs(environment.iter().copied())
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

    /// The line of the log so far with this message.
    ///
    /// # Panics
    /// If there was none.
    #[must_use]
    pub fn seen(&self, message: &str) -> Value {
        let lines = self.seen.iter();
        let mut events = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events
            .find(|event| event["message"] == message)
            .unwrap_or_else(|| panic!("no `{message}`:\n{}", self.seen.join("\n")))
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
