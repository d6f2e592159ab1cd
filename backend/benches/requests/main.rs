//! What requests cost, on this machine: `cargo bench -p connect-outlook-backend`. Prints one table.
//!
//! CPU time is that of all threads of this process but the one that plays Microsoft; PostgreSQL runs in processes of its
//! own and is not in it. Allocations are those of the whole process.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on stops"
)]
#![expect(dead_code, reason = "the helpers serve the tests too")]

#[path = "../../tests/blackbox/browser.rs"]
mod browser;
mod cost;
mod floor;
#[path = "../../tests/blackbox/microsoft.rs"]
mod microsoft;
mod place;
mod program;
#[path = "../../tests/blackbox/world.rs"]
mod world;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::Builder;

use cost::{Cost, Row};
use floor::Floor;
use place::Place;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().display().to_string();
    // First, while there is nothing in memory that others gave back; and on threads, as a server does.
    let mut rows = vec![on(Builder::new_multi_thread(), known(&folder))];
    // One core, as the targets say: a request and all that it begins run on one thread.
    rows.extend(on(Builder::new_current_thread(), requests(&folder)));
    rows.extend(program::measure());
    cost::print(&rows);
}

fn on<T>(mut runtime: Builder, work: impl Future<Output = T>) -> T {
    let runtime = runtime.enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

async fn known(folder: &str) -> Row {
    let database = format!("sqlite:{folder}/sessions.sqlite");
    let place = Place::prepare(&database).await;
    place.know_many(100_000, &database).await
}

async fn requests(folder: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let postgres = connect_outlook_throwaway_postgres::new_schema().await;
    let databases = [
        ("SQLite", Some(format!("sqlite:{folder}/vault.sqlite"))),
        ("PostgreSQL", postgres.ok()),
    ];
    for (engine, database) in databases {
        let Some(database) = database else {
            eprintln!("{engine} is not on this machine");
            continue;
        };
        let place = Place::prepare(&database).await;
        if engine == "SQLite" {
            rows.extend(warm(&place).await);
        }
        let cold = Cost::of(2_000, async || place.find_token_cold().await).await;
        rows.push(cold.row(&format!("fresh token, cold, {engine}"), ""));
        rows.extend(sign_ins(engine, &database, &place).await);
    }
    rows
}

async fn warm(place: &Place) -> [Row; 2] {
    let look_up = Cost::of(100_000, async || place.look_up().await).await;
    let token = Cost::of(100_000, async || place.find_token().await).await;
    [
        look_up.row("session look-up", "≤ 10 µs"),
        token.row("fresh token, warm", "≤ 11 µs"),
    ]
}

/// The two requests of a sign-in, and what the least of them costs.
async fn sign_ins(engine: &str, database: &str, place: &Place) -> Vec<Row> {
    let begin = Cost::of(SIGN_INS, async || drop(place.begin().await)).await;
    let mut waiting = Vec::new();
    for _ in 0..SIGN_INS {
        waiting.push(place.begin().await);
    }
    let redeem = Cost::of_each(waiting, async |begun| place.come_back(begun).await).await;
    let floor = Floor::prepare(engine, database, place.microsoft.clone()).await;
    let ask = Cost::of(SIGN_INS, async || floor.ask().await).await;
    let mut number = 0;
    let commit = Cost::of(SIGN_INS, async || {
        number += 1;
        floor.commit(number).await;
    });
    let commit = commit.await;
    floor.leave().await;
    let least = ask.cpu() + 2.0 * commit.cpu();
    vec![
        begin.row(&format!("sign-in: begin an attempt, {engine}"), "≤ 180 µs"),
        commit.row(&format!("· of that, one bare transaction, {engine}"), ""),
        begin.against(commit.cpu(), "· times as much as that"),
        redeem.row(&format!("sign-in: redeem a code, {engine}"), "≤ 180 µs"),
        ask.row("· of that, three bare requests to Microsoft", ""),
        redeem.against(least, "· times as much as they and two bare transactions"),
    ]
}

/// How many are measured, and a tenth before.
const SIGN_INS: u32 = 1_000;
