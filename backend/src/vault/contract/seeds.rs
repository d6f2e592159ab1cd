//! Three processes that refresh one account, leases that lapse, deaths, a disconnect and a sign-in, in an order that a seed
//! decides. `FAULT_SEEDS` says how many seeds, each of which is told on failure.

use std::collections::BTreeSet;

use super::interleavings::{Microsoft, Process, Rotation};
use super::world::{NOW, World, grant};
use crate::vault::accounts::{AccountState, Finding};
use crate::vault::events::EventKind;
use crate::vault::id::{AccountId, OwnerId};
use crate::vault::refreshes::{BeginRefresh, LEASE_LIFE};

on_every_engine![no_seed_loses_or_doubles_anything];

/// F20, F36–F38, F42, F44
async fn no_seed_loses_or_doubles_anything(world: &World) {
    let seeds = std::env::var("FAULT_SEEDS").map_or(100, |text| text.parse().unwrap());
    for seed in 0..seeds {
        let mut tale = Tale::begin(world, seed).await;
        for _ in 0..16 {
            tale.step().await;
        }
        tale.settle().await;
        tale.judge().await;
    }
}

/// SplitMix64: the same for the same seed.
struct Dice(u64);

impl Dice {
    const fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound
    }
}

struct Tale<'a> {
    world: &'a World,
    seed: u64,
    dice: Dice,
    person: String,
    account: AccountId,
    microsoft: Microsoft,
    processes: [Process; 3],
    ahead: i64,
    /// Whether tokens may have died with a process.
    lost: bool,
}

impl<'a> Tale<'a> {
    async fn begin(world: &'a World, seed: u64) -> Self {
        let person = format!("seed{seed}");
        let first = grant("0");
        let account = world.connect(&person, &first).await.id;
        let rotation = if seed.is_multiple_of(2) {
            Rotation::Entra
        } else {
            Rotation::Strict
        };
        let token = first.refresh_token.unwrap().expose().to_owned();
        Self {
            world,
            seed,
            dice: Dice(seed),
            person,
            account,
            microsoft: Microsoft {
                rotation,
                good: BTreeSet::from([token]),
                issued: 0,
            },
            processes: [(); 3].map(|()| Process::Idle(OwnerId::new().unwrap())),
            ahead: 0,
            lost: false,
        }
    }

    async fn step(&mut self) {
        match self.dice.below(20) {
            0..15 => {
                let number = self.dice.below(3);
                self.go_on(number).await;
            }
            15 => self.ahead += LEASE_LIFE,
            16 | 17 => self.kill(),
            18 => {
                self.world
                    .vault
                    .disconnect(self.account, NOW)
                    .await
                    .unwrap();
            }
            _ => self.sign_in().await,
        }
    }

    fn kill(&mut self) {
        let number = self.dice.below(3);
        let fresh = Process::Idle(OwnerId::new().unwrap());
        let dead = std::mem::replace(&mut self.processes[number], fresh);
        self.lost |= matches!(dead, Process::Heard(_, Some(_)));
    }

    /// Somebody who works is not made to sign in again, so that nothing is told twice.
    async fn sign_in(&mut self) {
        let account = self.world.vault.account(self.account).await.unwrap();
        if account.unwrap().state.works() {
            return;
        }
        self.microsoft.issued += 1;
        let brought = grant(&self.microsoft.issued.to_string());
        let token = brought.refresh_token.as_ref().unwrap().expose();
        self.microsoft.good.insert(token.to_owned());
        self.world.connect(&self.person, &brought).await;
    }

    async fn go_on(&mut self, number: usize) {
        let vault = &self.world.vault;
        let process = std::mem::replace(&mut self.processes[number], Process::Done);
        self.processes[number] = match process {
            Process::Idle(owner) => self.lead(owner).await,
            Process::Leads(lease, used) => Process::Heard(lease, self.microsoft.redeem(&used)),
            Process::Heard(lease, Some(grant)) => {
                vault.complete_refresh(&lease, &grant, NOW).await.unwrap();
                Process::Done
            }
            Process::Heard(lease, None) => {
                let finding = Finding::NeedsUser {
                    code: "sign_in_again".to_owned(),
                    claims: None,
                };
                vault.refuse_refresh(&lease, finding, NOW).await.unwrap();
                Process::Done
            }
            Process::Done => Process::Idle(OwnerId::new().unwrap()),
        };
    }

    async fn lead(&self, owner: OwnerId) -> Process {
        let vault = &self.world.vault;
        let Some(tokens) = vault.tokens(self.account, NOW).await.unwrap() else {
            return Process::Done;
        };
        let begun = vault.begin_refresh(self.account, tokens.version, owner, self.ahead);
        let BeginRefresh::Lead(lease) = begun.await.unwrap() else {
            return Process::Done;
        };
        let leads = |process: &&Process| matches!(process, Process::Leads(..) | Process::Heard(..));
        let others = self.processes.iter().filter(leads).count();
        // Dead ones are not among them; a lease outlives whoever had it.
        assert!(
            others == 0 || self.ahead > 0 || self.was_ended().await,
            "seed {}",
            self.seed
        );
        Process::Leads(lease, tokens.refresh_token.unwrap())
    }

    /// A sign-in after a disconnect makes a new beginning, whoever was on the way.
    async fn was_ended(&self) -> bool {
        let events = self.world.events(self.account).await;
        events.len() > 1
    }

    /// Everybody comes to an end, and whoever starts later takes up what is left.
    async fn settle(&mut self) {
        for number in 0..3 {
            while matches!(
                self.processes[number],
                Process::Leads(..) | Process::Heard(..)
            ) {
                self.go_on(number).await;
            }
        }
        for _ in 0..2 {
            self.ahead += LEASE_LIFE;
            self.processes[0] = Process::Idle(OwnerId::new().unwrap());
            for _ in 0..3 {
                self.go_on(0).await;
            }
        }
    }

    async fn judge(&self) {
        let (vault, seed) = (&self.world.vault, self.seed);
        let account = vault.account(self.account).await.unwrap().unwrap();
        let tokens = vault.tokens(self.account, NOW).await.unwrap();
        let stored = tokens.and_then(|tokens| tokens.refresh_token);
        let good = stored.is_some_and(|token| self.microsoft.good.contains(token.expose()));
        assert_eq!(
            account.state.works(),
            good,
            "the state is the truth: seed {seed}"
        );
        let ended = account.state == AccountState::Disconnected;
        let may_be_lost = self.microsoft.rotation == Rotation::Strict && self.lost;
        assert!(good || ended || may_be_lost, "nothing is lost: seed {seed}");
        let open = vault
            .open_intents(self.ahead + LEASE_LIFE, 1_000)
            .await
            .unwrap();
        let open = open.iter().any(|intent| intent.account == self.account);
        assert!(!open, "nothing is left to do: seed {seed}");
        let events = self.world.events(self.account).await;
        assert!(
            events.windows(2).all(|two| two[0] != two[1]),
            "seed {seed}: {events:?}"
        );
        let last = events.last() == Some(&EventKind::entering(&account.state));
        let connected = account.state == AccountState::Connected;
        let came_back = [Some(&EventKind::Reconnected), Some(&EventKind::Connected)];
        assert!(
            last || connected && came_back.contains(&events.last()),
            "seed {seed}: {events:?}"
        );
    }
}
