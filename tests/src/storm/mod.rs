//! A storm: many callers at several real processes of one deployment, all of them wanting mail of accounts whose access
//! tokens have lapsed (R80, R81, F36); if wanted, with processes killed at random moments (F20, F21).
//!
//! It waits by the wall clock, for it works with real processes: it is a tool that people run, and the suite runs it only
//! where nothing depends on how long something takes.

mod callers;
mod deployment;
mod evidence;
mod killing;
mod leases;
mod options;
mod process;
mod report;
mod settings;

use std::time::{Duration, Instant};

use connect_outlook_backend::vault::refreshes::LEASE_LIFE;
use tokio::task::JoinHandle;

pub use options::{Database, Options, Rotation};
pub use report::Report;

use crate::Connected;
use callers::{Answered, Bears};
use deployment::Deployment;
use evidence::{Asked, asked_since, outbox};
use killing::{Dice, kill_somebody, let_microsoft_think};
use leases::Lapsing;
use report::Gathered;

/// Runs a storm from its first process to its last.
///
/// # Panics
/// If it cannot go on: a program that does not build, a process that does not start, somebody who cannot connect.
pub async fn run(options: &Options) -> Report {
    let plan = options.plan();
    let mut deployment = Deployment::start(options, plan.iter().sum()).await;
    let mut storm = Storm::new(options.seed);
    if options.kill_random {
        let_microsoft_think(&deployment);
    }
    let shorter = options.lease < LEASE_LIFE;
    let _lapsing = shorter.then(|| Lapsing::after(options.lease, &deployment.database));
    for (round, &accounts) in plan.iter().enumerate() {
        storm.round(options, &mut deployment, accounts).await;
        eprintln!("round {} of {}", round + 1, plan.len());
    }
    let report = storm.end(&deployment).await;
    deployment.stop().await;
    report
}

/// What has happened so far.
struct Storm {
    dice: Dice,
    accounts: Vec<Connected>,
    waiting: Vec<JoinHandle<Answered>>,
    callers: Vec<Answered>,
    asked: Asked,
    latest: u64,
    kills: usize,
}

impl Storm {
    fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            accounts: Vec::new(),
            waiting: Vec::new(),
            callers: Vec::new(),
            asked: Asked::default(),
            latest: 0,
            kills: 0,
        }
    }

    /// Connects accounts and lets everybody go. Callers of an account whose refresh was cut off wait for its lease to
    /// run out, while the next rounds go on.
    async fn round(&mut self, options: &Options, deployment: &mut Deployment, accounts: usize) {
        let accounts = deployment.connect(accounts).await;
        let bears = match options.kill_random {
            true => Bears::Death,
            false => Bears::Waiting,
        };
        let count = options.callers as usize;
        let callers = callers::let_go(deployment, &accounts, count, bears);
        self.accounts.extend(accounts);
        self.waiting.extend(callers);
        if options.kill_random {
            kill_somebody(deployment, &mut self.dice, self.latest).await;
            self.kills += 1;
        } else {
            self.hear_everybody().await;
        }
        self.count(deployment);
    }

    async fn hear_everybody(&mut self) {
        for caller in self.waiting.drain(..) {
            self.callers.push(caller.await.expect("a caller that ends"));
        }
    }

    fn count(&mut self, deployment: &Deployment) {
        let (asked, latest) = asked_since(deployment, self.latest);
        self.asked.token_requests += asked.token_requests;
        self.asked.invalid_grant += asked.invalid_grant;
        self.latest = latest;
    }

    async fn end(mut self, deployment: &Deployment) -> Report {
        eprintln!("hearing {} callers", self.waiting.len());
        self.hear_everybody().await;
        eprintln!("asking for the mail of {} accounts", self.accounts.len());
        let afterwards = callers::ask_everybody(deployment, &self.accounts).await;
        self.count(deployment);
        eprintln!("reading the outbox");
        Report::of(&Gathered {
            callers: self.callers,
            asked: self.asked,
            outbox: outbox(deployment).await,
            afterwards,
            kills: self.kills,
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long callers wait is what a storm measures"
)]
fn now() -> Instant {
    Instant::now()
}

async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
