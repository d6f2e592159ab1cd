//! A real `connect-outlook serve` on the world's vault, that can be killed and paused at any instruction.

use std::{
    net::SocketAddr,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
};

use connect_outlook_tests::{
    disk::Environment,
    program::{Settings, connect_outlook},
};
use connect_outlook_throwaway_postgres::free_port;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStderr, Command},
    sync::Notify,
};
use url::Url;

use crate::{
    place::{Place, moment},
    story::Database,
};

/// Starts the program with these arguments and kills it after so many moments, unless it has ended.
pub(crate) async fn killed_after(moments: u32, settings: &Settings, arguments: &[&str]) {
    let mut command = connect_outlook(settings).await;
    let quiet = command.args(arguments).stdout(Stdio::null());
    let mut child = quiet.stderr(Stdio::null()).spawn().unwrap();
    for _ in 0..moments {
        moment().await;
    }
    child.kill().await.unwrap();
}

/// What a process wrote to its log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    lines: Mutex<Vec<String>>,
    came: Notify,
}

impl Log {
    pub(crate) fn text(&self) -> String {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .join("\n")
    }

    async fn until(&self, words: &str) {
        loop {
            let came = self.came.notified();
            let text = self.text();
            if text.contains(words) {
                return;
            }
            assert!(!text.ends_with(END), "it ended before {words}: {text}");
            came.await;
        }
    }
}

/// The process.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pub(crate) settings: Settings,
    environment: Environment,
    log: Arc<Log>,
    /// Its origin.
    pub(crate) url: Url,
}

impl Process {
    /// Starts it on the vault of `place` and waits until it serves.
    pub(crate) async fn start(place: &Place<'_>) -> Self {
        Self::start_with(place, Settings::new()).await
    }

    /// The same on the disk of the story, if the database is the process's own.
    pub(crate) async fn start_on_disk(place: &Place<'_>) -> Self {
        let environment = match place.database {
            Database::Sqlite => {
                let (disk, folder) = (&place.ground().disk, place.vault_folder());
                disk.take_for_safe(&folder);
                disk.environment(&folder)
            }
            Database::Postgres => Environment::new(),
        };
        Self::start_in(place, Settings::new(), environment).await
    }

    /// The same with these settings besides.
    pub(crate) async fn start_with(place: &Place<'_>, more: Settings) -> Self {
        Self::start_in(place, more, Environment::new()).await
    }

    /// The same in this environment.
    pub(crate) async fn start_in(
        place: &Place<'_>,
        more: Settings,
        environment: Environment,
    ) -> Self {
        let port = free_port().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let origin = format!("http://localhost:{port}");
        let mut settings = place.world.told(&origin);
        settings.insert("listen", address.to_string());
        settings.insert("log_format", "json".to_owned());
        if more.contains_key("key_file") {
            settings.remove("key");
        }
        settings.extend(more);
        let url = origin.parse().unwrap();
        let mut command = connect_outlook(&settings).await;
        command.envs(environment.iter().cloned());
        let (child, log) = spawn(place, command).await;
        Self {
            child,
            settings,
            environment,
            log,
            url,
        }
    }

    /// The same with at most so many open files.
    pub(crate) async fn start_with_files(place: &Place<'_>, files: u32) -> Self {
        let mut process = Self::start(place).await;
        process.kill().await;
        let program = connect_outlook(&process.settings).await;
        let program = program.as_std().get_program().to_owned();
        let mut command = Command::new("sh");
        let line = format!("ulimit -n {files}; exec \"$0\" serve");
        command.args(["-c", &line]).arg(program).env_clear();
        for (name, value) in &process.settings {
            command.env(format!("CONNECT_OUTLOOK_{}", name.to_uppercase()), value);
        }
        command.kill_on_drop(true);
        let (child, log) = spawn(place, command).await;
        (process.child, process.log) = (child, log);
        process
    }

    /// Starts it again, where it was.
    pub(crate) async fn start_again(&mut self, place: &Place<'_>) {
        let mut command = connect_outlook(&self.settings).await;
        command.envs(self.environment.iter().cloned());
        (self.child, self.log) = spawn(place, command).await;
    }

    /// `kill -9`.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends a signal: `STOP`, `CONT`, `TERM`.
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().expect("a running process").to_string();
        let told = Command::new("kill").args(["-s", name, &id]).status().await;
        assert!(told.unwrap().success());
    }

    /// Stops it where it is, and returns when all of it has stopped.
    pub(crate) async fn pause(&self) {
        self.signal("STOP").await;
        let id = self.child.id().expect("a running process");
        while !every_thread_stopped(id) {
            moment().await;
        }
    }

    /// Waits until it has ended by itself; whether it ended well.
    pub(crate) async fn ended_well(&mut self) -> bool {
        self.child.wait().await.unwrap().success()
    }

    /// Waits until it says so.
    pub(crate) async fn says(&self, words: &str) {
        self.log.until(words).await;
    }

    /// The most memory it ever held, in KiB.
    pub(crate) fn most_memory(&self) -> u64 {
        let id = self.child.id().expect("a running process");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.unwrap().parse().unwrap()
    }
}

fn every_thread_stopped(process: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    threads.flatten().all(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status"));
        // A thread that is gone writes nothing any more.
        status.is_ok_and(|status| status.contains("State:\tT")) || !thread.path().exists()
    })
}

async fn spawn(place: &Place<'_>, mut command: Command) -> (Child, Arc<Log>) {
    if command.as_std().get_args().len() == 0 {
        command.arg("serve");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let log = Arc::new(Log::default());
    place.remember_log(&log);
    tokio::spawn(read(child.stderr.take().unwrap(), Arc::clone(&log)));
    log.until("\"serving\"").await;
    (child, log)
}

async fn read(from: ChildStderr, log: Arc<Log>) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        add(&log, line);
    }
    add(&log, END.to_owned());
}

fn add(log: &Log, line: String) {
    log.lines
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(line);
    log.came.notify_waiters();
}

const END: &str = "(the log ends)";
