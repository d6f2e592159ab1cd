//! What a storm is told.

use clap::{Parser, ValueEnum};
use connect_outlook_backend::vault::refreshes::LEASE_LIFE;
use connect_outlook_emulator::RefreshRotation;

/// Lets many callers ask for mail of an account whose access token has lapsed, at several real processes of one
/// deployment, and tells how often Microsoft was asked.
#[derive(Clone, Debug, Parser)]
#[command(name = "storm")]
pub struct Options {
    /// Processes of `connect-outlook serve` on one database. With SQLite they share one file.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub processes: u16,
    /// Callers at the same moment; in each round where processes are killed.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    pub callers: u32,
    /// The database they share.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    pub database: Database,
    /// What becomes of a used refresh token at the emulated Entra.
    #[arg(long, value_enum, default_value_t = Rotation::Entra)]
    pub rotation: Rotation,
    /// Kill a process at a random moment of each round, as `kill -9` does, and start it again.
    #[arg(long)]
    pub kill_random: bool,
    /// Rounds, each with accounts of its own. By default one for one account and one for many; 100 where processes are
    /// killed.
    #[arg(long)]
    pub rounds: Option<u32>,
    /// Seconds after which the lease of a process that was killed is over; by default those that the program gives it.
    #[arg(long, default_value_t = LEASE_LIFE, value_parser = clap::value_parser!(i64).range(1..=LEASE_LIFE))]
    pub lease: i64,
    /// Where the random moments come from: the same seed gives the same ones.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Database {
    /// One file.
    Sqlite,
    /// A server that lives as long as the storm.
    Postgres,
}

/// [`RefreshRotation`] by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Rotation {
    /// A used refresh token stays good.
    Entra,
    /// Each is good once.
    Strict,
    /// A used one stays good for a minute.
    Grace,
}

impl Options {
    /// How many accounts each round has.
    #[must_use]
    pub fn plan(&self) -> Vec<usize> {
        match (self.kill_random, self.rounds) {
            (true, rounds) => vec![ACCOUNTS_AT_RISK; rounds.unwrap_or(100) as usize],
            (false, None) => vec![1, ACCOUNTS],
            (false, Some(rounds)) => vec![1; rounds as usize],
        }
    }
}

impl From<Rotation> for RefreshRotation {
    fn from(rotation: Rotation) -> Self {
        match rotation {
            Rotation::Entra => Self::Entra,
            Rotation::Strict => Self::Strict,
            Rotation::Grace => Self::Grace(GRACE),
        }
    }
}

const ACCOUNTS: usize = 10;
/// In each round with a kill: some are hit before, some during, some after their refresh.
const ACCOUNTS_AT_RISK: usize = 3;
/// Seconds; longer than a lease, so that the recovery of a process that died falls into it.
const GRACE: i64 = 60;
