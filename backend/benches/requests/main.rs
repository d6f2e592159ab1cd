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
#[path = "../../tests/blackbox/microsoft.rs"]
mod microsoft;
mod place;
mod program;
#[path = "../../tests/blackbox/world.rs"]
mod world;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use cost::{Cost, Row};
use place::Place;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let mut rows = runtime.block_on(requests(&folder.path().display().to_string()));
    rows.extend(program::measure());
    cost::print(&rows);
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
            let warm = Cost::of(100_000, async || place.look_up().await).await;
            rows.push(warm.row("session look-up", "≤ 10 µs"));
            let warm = Cost::of(100_000, async || place.find_token().await).await;
            rows.push(warm.row("fresh token, warm", "≤ 11 µs"));
        }
        let cold = Cost::of(2_000, async || place.find_token_cold().await).await;
        rows.push(cold.row(&format!("fresh token, cold, {engine}"), ""));
        let login = Cost::of(300, async || place.log_in().await).await;
        rows.push(login.row(
            &format!("redeem: start, code, session, {engine}"),
            "≤ 180 µs",
        ));
        if engine == "SQLite" {
            rows.push(place.know_many(100_000, &database).await);
        }
    }
    rows
}
