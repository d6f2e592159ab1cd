//! Callers: who asks for mail, where, and what they were told.

use std::{error::Error as _, sync::Arc, time::Duration};

use reqwest::{Client, StatusCode, header};
use serde_json::Value;
use tokio::{sync::Barrier, task::JoinHandle, time::timeout};

use super::{deployment::Deployment, now, pause, process::Process};
use crate::{Connected, SESSION_COOKIE, browser::client};

/// How a caller fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Mail.
    Mail,
    /// That somebody has to sign in again: true where the refresh token is lost.
    NeedsUser,
    /// Something else.
    Other(String),
}

/// What a caller was told in the end, and after how long.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) told: Told,
    pub(super) took: Duration,
    /// Whether they were told to come back before.
    pub(super) came_back: bool,
}

/// What a caller bears before calling it a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    /// To be told when to come back, as a machine that has too much to do tells those at the end of its queue.
    Waiting,
    /// Also a connection that breaks, or finds nobody: then the next process is asked.
    Death,
}

/// Lets `count` callers go at the same moment, spread evenly over accounts and processes. Each keeps trying for three
/// minutes: longer than a lease lives, and than its recovery takes.
pub(super) fn let_go(
    deployment: &Deployment,
    accounts: &[Connected],
    count: usize,
    bears: Bears,
) -> Vec<JoinHandle<Answered>> {
    let start = Arc::new(Barrier::new(count));
    (0..count)
        .map(|number| {
            let caller = Caller {
                call: Call::of(&accounts[number % accounts.len()], deployment),
                processes: deployment.processes.clone(),
                first: number / accounts.len(),
                bears,
            };
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                caller.ask().await
            })
        })
        .collect()
}

/// Asks for the mail of each account, at the first process that answers; all at the same time, so that it ends when the
/// longest of them does, whatever became of their accounts.
pub(super) async fn ask_everybody(deployment: &Deployment, accounts: &[Connected]) -> Vec<Told> {
    let mut told = Vec::new();
    for caller in let_go(deployment, accounts, accounts.len(), Bears::Death) {
        told.push(caller.await.expect("a caller that ends").told);
    }
    told
}

struct Caller {
    call: Call,
    processes: Vec<Arc<Process>>,
    first: usize,
    bears: Bears,
}

impl Caller {
    async fn ask(self) -> Answered {
        let (begun, mut turn, mut came_back) = (now(), self.first, false);
        let told = loop {
            let process = &self.processes[turn % self.processes.len()];
            let asked = timeout(LONGEST_ANSWER, self.call.to(client(), process.port())).await;
            let silent = |_| Asked::Nobody("no answer at all".to_owned());
            let patient = begun.elapsed() < PATIENCE;
            match asked.unwrap_or_else(silent) {
                Asked::Said(told) => break told,
                Asked::Later(_, seconds) if patient && self.bears == Bears::Waiting => {
                    pause(Duration::from_secs(seconds)).await;
                }
                Asked::Later(..) | Asked::Nobody(_) if patient && self.bears == Bears::Death => {
                    pause(PAUSE).await;
                    turn += 1;
                }
                Asked::Later(reason, _) | Asked::Nobody(reason) => break Told::Other(reason),
            }
            came_back = true;
        };
        Answered {
            told,
            took: begun.elapsed(),
            came_back,
        }
    }
}

/// One request, to whichever process.
#[derive(Clone, Debug)]
struct Call {
    host: String,
    path: String,
    cookie: String,
}

enum Asked {
    Said(Told),
    /// Not now, but in so many seconds.
    Later(String, u64),
    /// Nobody there, or not any more.
    Nobody(String),
}

impl Call {
    fn of(account: &Connected, deployment: &Deployment) -> Self {
        let handle = account.visitor.session_handle().expect("a session");
        let site = deployment.site();
        let host = site.host_str().unwrap_or_default();
        let port = site.port().unwrap_or_default();
        Self {
            host: format!("{host}:{port}"),
            path: format!(
                "/outlook/v1/accounts/{}/messages?folder=inbox&limit=1",
                account.id()
            ),
            cookie: format!("{SESSION_COOKIE}={handle}"),
        }
    }

    async fn to(&self, client: &Client, port: u16) -> Asked {
        let request = client
            .get(format!("http://127.0.0.1:{port}{}", self.path))
            .header(header::HOST, &self.host)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT, "application/json")
            .header("x-connect-outlook", "1")
            .header("sec-fetch-site", "same-origin");
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Asked::Nobody(why(error)),
        };
        let status = answer.status();
        let later = answer.headers().get(header::RETRY_AFTER);
        let later = later.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        let body = match answer.text().await {
            Ok(body) => body,
            Err(error) => return Asked::Nobody(why(error)),
        };
        let told = || format!("{status} {}", code(&body));
        match status {
            StatusCode::OK => Asked::Said(Told::Mail),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                Asked::Later(told(), later.unwrap_or(1))
            }
            _ if code(&body) == "account_needs_user" => Asked::Said(Told::NeedsUser),
            _ => Asked::Said(Told::Other(told())),
        }
    }
}

/// The stable name of a problem, the same for all who meet it.
fn code(body: &str) -> String {
    let problem = serde_json::from_str::<Value>(body).unwrap_or_default();
    problem["code"]
        .as_str()
        .unwrap_or("without a code")
        .to_owned()
}

/// What broke, without whose account it was.
fn why(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        said = deeper.to_string();
        cause = deeper.source();
    }
    format!("{error}: {said}")
}

/// Longer than any request is worked on: the storm is to end, whatever becomes of an answer.
const LONGEST_ANSWER: Duration = Duration::from_secs(120);
/// How long a caller keeps trying.
const PATIENCE: Duration = Duration::from_secs(180);
/// Between two tries of one caller.
const PAUSE: Duration = Duration::from_millis(250);
