//! Two processes that refresh one account, in every order in which their steps can fall, with a lease that lapses at
//! any moment and a process that hears no answer or is killed at any step.

use std::collections::BTreeSet;

use connect_outlook_protocol::secret::RefreshToken;

use super::world::{NOW, World, grant};
use crate::vault::accounts::Finding;
use crate::vault::events::EventKind;
use crate::vault::grants::{Committed, Grant, GrantVersion};
use crate::vault::id::{AccountId, OwnerId};
use crate::vault::refreshes::{Answer, BeginRefresh, LEASE_LIFE, Lease};

on_every_engine![
    no_order_loses_an_account_where_tokens_stay_good,
    no_order_loses_an_account_where_tokens_are_good_once,
];

/// R79–R86, F20, F37, F44, as Entra is.
async fn no_order_loses_an_account_where_tokens_stay_good(world: &World) {
    every_order(world, Rotation::Entra).await;
}

/// F8, F38: only an answer that died with its process takes the account along.
async fn no_order_loses_an_account_where_tokens_are_good_once(world: &World) {
    every_order(world, Rotation::Strict).await;
}

async fn every_order(world: &World, rotation: Rotation) {
    let mut runs = 0;
    for fate in [
        Fate::Lives,
        Fate::HearsNothing,
        Fate::IsKilledAfter(1),
        Fate::IsKilledAfter(2),
    ] {
        let steps = [
            (Step::First, fate.steps()),
            (Step::Second, 3),
            (Step::Lapse, 1),
        ];
        for order in orders(&steps) {
            let mut story = Story::begin(world, runs, rotation, fate).await;
            for step in &order {
                story.step(*step).await;
            }
            story.settle().await;
            story.judge(&format!("{order:?}, the first {fate:?}")).await;
            runs += 1;
        }
    }
    assert_eq!(runs, 140 + 140 + 20 + 60);
}

/// What becomes of the first process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Lives,
    /// The connection breaks after Microsoft has worked on the request.
    HearsNothing,
    IsKilledAfter(usize),
}

impl Fate {
    const fn steps(self) -> usize {
        match self {
            Self::Lives | Self::HearsNothing => 3,
            Self::IsKilledAfter(steps) => steps,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Of the first process, which may be killed.
    First,
    /// Of the second one.
    Second,
    /// So much time goes by that a lease is over.
    Lapse,
}

/// All orders of so many of each.
fn orders(left: &[(Step, usize)]) -> Vec<Vec<Step>> {
    if left.iter().all(|(_, count)| *count == 0) {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, (step, count)) in left.iter().enumerate().filter(|(_, (_, count))| *count > 0) {
        let mut rest = left.to_vec();
        rest[index].1 = count - 1;
        all.extend(orders(&rest).into_iter().map(|mut order| {
            order.insert(0, *step);
            order
        }));
    }
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rotation {
    /// A refresh token stays good when it is used.
    Entra,
    /// It is good once.
    Strict,
}

/// The token endpoint, as far as it matters here.
pub(super) struct Microsoft {
    pub(super) rotation: Rotation,
    pub(super) good: BTreeSet<String>,
    pub(super) issued: usize,
}

impl Microsoft {
    /// Tokens, or `invalid_grant`.
    pub(super) fn redeem(&mut self, used: &RefreshToken) -> Option<Grant> {
        let good = self.good.contains(used.expose());
        if self.rotation == Rotation::Strict {
            self.good.remove(used.expose());
        }
        good.then(|| {
            self.issued += 1;
            let issued = grant(&self.issued.to_string());
            let token = issued.refresh_token.as_ref().unwrap();
            self.good.insert(token.expose().to_owned());
            issued
        })
    }
}

/// A process on its way: it begins, asks, ends.
pub(super) enum Process {
    Idle(OwnerId),
    Leads(Lease, RefreshToken),
    Heard(Lease, Option<Grant>),
    Done,
}

struct Story<'a> {
    world: &'a World,
    account: AccountId,
    seen: GrantVersion,
    microsoft: Microsoft,
    processes: [Process; 2],
    fate: Fate,
    ahead: i64,
    written: i64,
}

impl<'a> Story<'a> {
    async fn begin(world: &'a World, number: usize, rotation: Rotation, fate: Fate) -> Self {
        let first = grant("0");
        let account = world.connect(&number.to_string(), &first).await.id;
        let token = first.refresh_token.unwrap().expose().to_owned();
        Self {
            world,
            account,
            seen: world.version(account).await,
            microsoft: Microsoft {
                rotation,
                good: BTreeSet::from([token]),
                issued: 0,
            },
            processes: [(); 2].map(|()| Process::Idle(OwnerId::new().unwrap())),
            fate,
            ahead: 0,
            written: 0,
        }
    }

    async fn step(&mut self, step: Step) {
        let number = match step {
            Step::Lapse => {
                self.ahead += LEASE_LIFE;
                return;
            }
            Step::First => 0,
            Step::Second => 1,
        };
        let process = std::mem::replace(&mut self.processes[number], Process::Done);
        let next = match process {
            Process::Idle(owner) => self.lead(owner).await,
            Process::Leads(lease, used) => Process::Heard(lease, self.microsoft.redeem(&used)),
            Process::Heard(lease, _) if step == Step::First && self.fate == Fate::HearsNothing => {
                let vault = &self.world.vault;
                vault
                    .abandon_refresh(&lease, Answer::Unknown)
                    .await
                    .unwrap();
                Process::Done
            }
            Process::Heard(lease, answer) => self.end(&lease, answer).await,
            Process::Done => Process::Done,
        };
        self.processes[number] = next;
    }

    async fn lead(&self, owner: OwnerId) -> Process {
        let vault = &self.world.vault;
        let begun = vault.begin_refresh(self.account, self.seen, owner, self.ahead);
        let BeginRefresh::Lead(lease) = begun.await.unwrap() else {
            return Process::Done;
        };
        let leads = |process: &&Process| matches!(process, Process::Leads(..) | Process::Heard(..));
        let others = self.processes.iter().filter(leads).count();
        assert!(others == 0 || self.ahead > 0, "one leads at a time");
        let tokens = vault.tokens(self.account, NOW).await.unwrap().unwrap();
        Process::Leads(lease, tokens.refresh_token.unwrap())
    }

    async fn end(&mut self, lease: &Lease, answer: Option<Grant>) -> Process {
        let vault = &self.world.vault;
        if let Some(grant) = answer {
            let committed = vault.complete_refresh(lease, &grant, NOW).await.unwrap();
            self.written += i64::from(matches!(committed, Committed::Written(_)));
        } else {
            let finding = Finding::NeedsUser {
                code: "sign_in_again".to_owned(),
                claims: None,
            };
            vault.refuse_refresh(lease, finding, NOW).await.unwrap();
        }
        Process::Done
    }

    /// A process that starts later takes up what it finds.
    async fn settle(&mut self) {
        self.ahead += LEASE_LIFE;
        let account = self.account;
        let open = self.world.vault.open_intents(self.ahead, 10).await.unwrap();
        for intent in open.iter().filter(|intent| intent.account == account) {
            self.seen = intent.version;
            self.processes[1] = Process::Idle(OwnerId::new().unwrap());
            for _ in 0..3 {
                self.step(Step::Second).await;
            }
        }
    }

    async fn judge(&self, case: &str) {
        let vault = &self.world.vault;
        let account = vault.account(self.account).await.unwrap().unwrap();
        let tokens = vault.tokens(self.account, NOW).await.unwrap().unwrap();
        let stored = tokens.refresh_token.unwrap();
        let good = self.microsoft.good.contains(stored.expose());
        assert_eq!(
            account.state.works(),
            good,
            "the state is the truth: {case}"
        );
        let answer_lost = matches!(self.fate, Fate::HearsNothing | Fate::IsKilledAfter(2));
        let may_be_lost = self.microsoft.rotation == Rotation::Strict && answer_lost;
        assert!(good || may_be_lost, "nothing is lost: {case}");
        assert_eq!(
            tokens.version.0,
            1 + self.written,
            "each commit counts once: {case}"
        );

        let open = vault
            .open_intents(self.ahead + LEASE_LIFE, 10)
            .await
            .unwrap();
        assert!(open.is_empty(), "nothing is left to do: {case}");
        let events = self.world.events(self.account).await;
        let expected: &[EventKind] = match self.microsoft.rotation {
            Rotation::Entra => &[EventKind::Connected],
            Rotation::Strict if !good => &[EventKind::Connected, EventKind::NeedsUser],
            // Refused while the only good tokens were on their way home with the one that slept.
            Rotation::Strict if events.len() == 3 => &[
                EventKind::Connected,
                EventKind::NeedsUser,
                EventKind::Reconnected,
            ],
            Rotation::Strict => &[EventKind::Connected],
        };
        assert_eq!(events, expected, "{case}");
    }
}
