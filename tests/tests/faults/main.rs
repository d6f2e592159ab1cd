//! The faults: what goes wrong with Microsoft, the network, the database, the machine and the people, one story each, told
//! on SQLite and on PostgreSQL by the same code. After each the invariants I1 to I7 are checked (`invariants`); at the end
//! stands a table of faults and how each ended on either database.
//!
//! Where the order of things decides, a story is told under several seeds. `FAULT_SEEDS=100` tells them under so many, and a
//! story that fails says under which.
//!
//! Faults that are shown elsewhere, and those of parts that do not exist, stand in `tests/FAULTS.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on must stop loudly"
)]

mod away;
mod bent;
mod clocks;
mod commits;
mod crowds;
mod cut;
mod dice;
mod disks;
mod failing_vault;
mod ground;
mod heard;
mod invariants;
mod killed;
mod killed_at_work;
mod letters;
mod links;
mod lost;
mod mailbox;
mod meeting;
mod not_secure;
mod paused;
mod place;
mod process;
mod races;
mod refused;
mod rotated_keys;
mod search;
mod story;
mod strange_answers;
mod stranger;
mod table;
mod unwell;
mod webhooks;
mod wrong_lines;

use std::{process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Failed, Trial};
use story::{Database, Story, run};
use table::Table;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most of them wait most of the time.
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    heard::listen();
    let table = Arc::new(Table::default());
    let trials = stories()
        .into_iter()
        .flat_map(|story| Database::BOTH.map(|database| trial(story, database, &table)))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if arguments.list {
        return conclusion.exit_code();
    }
    let hits = search::of_the_server();
    println!("{table}");
    for hit in &hits {
        println!("I1: {hit}");
    }
    if hits.is_empty() {
        conclusion.exit_code()
    } else {
        ExitCode::FAILURE
    }
}

fn trial(story: Story, database: Database, table: &Arc<Table>) -> Trial {
    let table = Arc::clone(table);
    Trial::test(format!("{database}::{}", story.name), move || {
        let ended = heard::during(|| run(story, database));
        table.note(story, database, ended.is_ok());
        ended.map_err(Failed::from)
    })
}

fn stories() -> Vec<Story> {
    [
        unwell::STORIES,
        lost::STORIES,
        strange_answers::STORIES,
        refused::STORIES,
        killed::STORIES,
        killed_at_work::STORIES,
        links::STORIES,
        paused::STORIES,
        clocks::STORIES,
        meeting::STORIES,
        races::STORIES,
        rotated_keys::STORIES,
        failing_vault::STORIES,
        disks::STORIES,
        away::STORIES,
        commits::STORIES,
        not_secure::STORIES,
        wrong_lines::STORIES,
        mailbox::STORIES,
        letters::STORIES,
        webhooks::STORIES,
        crowds::STORIES,
    ]
    .concat()
}

const AT_ONCE: usize = 6;
