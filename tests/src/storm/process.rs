//! One real process of `connect-outlook serve`.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStderr},
    sync::Mutex,
    time::timeout,
};

use crate::program::{Settings, connect_outlook};

/// A process, or what is left of it until it is started again.
#[derive(Debug)]
pub(super) struct Process {
    port: u16,
    settings: Settings,
    child: Mutex<Option<Child>>,
}

impl Process {
    /// Starts it on `port`, and returns when it serves.
    ///
    /// # Panics
    /// If it does not start.
    pub(super) async fn start(port: u16, mut settings: Settings) -> Self {
        settings.insert("listen", format!("127.0.0.1:{port}"));
        let process = Self {
            port,
            settings,
            child: Mutex::default(),
        };
        process.start_again().await;
        process
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as `kill -9` does, wherever it is.
    pub(super) async fn kill(&self) {
        if let Some(mut child) = self.child.lock().await.take() {
            child.kill().await.expect("a process to kill");
        }
    }

    /// Starts it where it was killed.
    pub(super) async fn start_again(&self) {
        let mut command = connect_outlook(&self.settings).await;
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::piped());
        let mut child = command.arg("serve").spawn().expect("the program starts");
        let log = child.stderr.take().expect("its log");
        timeout(LONGEST_START, serving(log))
            .await
            .expect("a start within a minute");
        *self.child.lock().await = Some(child);
    }
}

/// Waits until it says that it serves; the rest of what it says is read too, or it would stop for want of room.
async fn serving(log: ChildStderr) {
    let mut lines = BufReader::new(log).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.expect("a log") {
        if line.contains("\"serving\"") {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return;
        }
        said.push(line);
    }
    panic!("it does not serve: {}", said.join("\n"));
}

const LONGEST_START: Duration = Duration::from_secs(60);
