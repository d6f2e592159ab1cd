//! Callers: who asks for mail, where, and what they were told.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode, header};
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
}

/// Lets `count` callers go at the same moment, spread evenly over accounts and processes. With `patience` a caller whose
/// connection breaks, or who is told to come back, tries the next process until then.
pub(super) fn let_go(
    deployment: &Deployment,
    accounts: &[Connected],
    count: usize,
    patience: Option<Duration>,
) -> Vec<JoinHandle<Answered>> {
    let start = Arc::new(Barrier::new(count));
    (0..count)
        .map(|number| {
            let caller = Caller {
                call: Call::of(&accounts[number % accounts.len()], deployment),
                processes: deployment.processes.clone(),
                first: number / accounts.len(),
                patience,
            };
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                caller.ask().await
            })
        })
        .collect()
}

/// Asks once for the mail of each account, at the first process that answers.
pub(super) async fn ask_everybody(
    deployment: &Deployment,
    accounts: &[Connected],
    patience: Duration,
) -> Vec<Told> {
    let mut told = Vec::new();
    for account in accounts {
        let asked = let_go(deployment, std::slice::from_ref(account), 1, Some(patience));
        for caller in asked {
            told.push(caller.await.expect("a caller that ends").told);
        }
    }
    told
}

struct Caller {
    call: Call,
    processes: Vec<Arc<Process>>,
    first: usize,
    patience: Option<Duration>,
}

impl Caller {
    async fn ask(self) -> Answered {
        let begun = now();
        for turn in self.first.. {
            let process = &self.processes[turn % self.processes.len()];
            let asked = timeout(LONGEST_ANSWER, self.call.to(client(), process.port())).await;
            let silent = |_| Asked::Later("no answer at all".to_owned());
            let asked = asked.unwrap_or_else(silent);
            let patient = self.patience.is_some_and(|end| begun.elapsed() < end);
            match asked {
                Asked::Said(told) => return answered(told, begun),
                Asked::Later(reason) if !patient => return answered(Told::Other(reason), begun),
                Asked::Later(_) => pause(PAUSE).await,
            }
        }
        answered(Told::Other("never ended".to_owned()), begun)
    }
}

fn answered(told: Told, begun: Instant) -> Answered {
    Answered {
        told,
        took: begun.elapsed(),
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
    /// Nobody there, or not now.
    Later(String),
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
            Err(error) => return Asked::Later(error.to_string()),
        };
        let status = answer.status();
        let body = match answer.text().await {
            Ok(body) => body,
            Err(error) => return Asked::Later(error.to_string()),
        };
        match status {
            StatusCode::OK => Asked::Said(Told::Mail),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                Asked::Later(format!("{status}: {body}"))
            }
            _ if body.contains("\"account_needs_user\"") => Asked::Said(Told::NeedsUser),
            _ => Asked::Said(Told::Other(format!("{status}: {body}"))),
        }
    }
}

/// Longer than any request is worked on: the storm is to end, whatever becomes of an answer.
const LONGEST_ANSWER: Duration = Duration::from_secs(120);
/// Between two tries of one caller.
const PAUSE: Duration = Duration::from_millis(250);
