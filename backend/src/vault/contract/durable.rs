//! Every connection that writes does so durably (F26): not by a default, but by having said so.

use std::future::ready;
use std::time::Duration;

use sqlx::Row as _;
use tokio::net::TcpListener;

use super::world::{KEY, World};
use crate::clock::awaited::{awaited, is_about};
use crate::vault::{KeyRing, Location, Vault};

on_every_engine![every_connection_that_writes_waits_for_the_disk];

/// R126: neither a statement nor a lock is waited for without end, nor does a transaction stay open.
#[tokio::test]
async fn nothing_waits_for_ever_on_postgres() {
    let world = World::on_postgres().await;
    let mut writing = world.vault.database.write().await.unwrap();
    for (setting, expected) in [
        ("show statement_timeout", "10s"),
        ("show lock_timeout", "5s"),
        ("show idle_in_transaction_session_timeout", "15s"),
    ] {
        let row = sqlx::query(setting).fetch_one(&mut *writing).await.unwrap();
        assert_eq!(row.get::<String, _>(0), expected, "{setting}");
    }
}

/// R126: how long a server, or a connection of the pool's, is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// R126: whatever takes the connection and says nothing is no database.
#[tokio::test]
async fn a_server_that_says_nothing_is_waited_for_so_long() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("postgres://u:p@{}/v", silent.local_addr().unwrap());
    let (location, keys) = (address.parse().unwrap(), KeyRing::parse(KEY).unwrap());
    let (opened, took) = awaited(Vault::open(&location, keys), ready(())).await;
    assert!(opened.is_err());
    assert!(is_about(took, PATIENCE), "{took:?}");
}

/// R126: while all connections are busy, nobody waits for one for ever.
#[tokio::test]
async fn a_connection_of_the_pool_is_waited_for_so_long() {
    for world in [World::on_postgres().await, World::in_a_file().await] {
        let pool = world.vault.database.reader();
        let mut busy = Vec::new();
        while busy.len() < pool.options().get_max_connections() as usize {
            busy.push(pool.acquire().await.unwrap());
        }
        let (acquired, took) = awaited(pool.acquire(), ready(())).await;
        assert!(matches!(acquired, Err(sqlx::Error::PoolTimedOut)));
        assert!(is_about(took, PATIENCE), "{took:?}");
    }
}

/// F26: all of the pool at once, and those that are made after these have gone.
async fn every_connection_that_writes_waits_for_the_disk(world: &World) {
    let (question, answer, connections) = match &world.location {
        Location::Postgres(_) => ("show synchronous_commit", "on", 10),
        // 2 is FULL (https://www.sqlite.org/pragma.html#pragma_synchronous).
        Location::Memory | Location::SqliteFile(_) => ("pragma synchronous", "2", 1),
    };
    let rounds = if world.location == Location::Memory {
        1
    } else {
        2
    };
    for _ in 0..rounds {
        let mut open = Vec::new();
        for _ in 0..connections {
            let mut writing = world.vault.database.write().await.unwrap();
            let row = sqlx::query(question)
                .fetch_one(&mut *writing)
                .await
                .unwrap();
            let said = row.try_get::<String, _>(0);
            let said = said.unwrap_or_else(|_| row.get::<i64, _>(0).to_string());
            assert_eq!(said, answer);
            open.push(writing);
        }
        for writing in open {
            writing.rollback().await.unwrap();
        }
        if world.location != Location::Memory {
            let writer = world.vault.database.writer_for_tests();
            for _ in 0..connections {
                writer.acquire().await.unwrap().close().await.unwrap();
            }
        }
    }
}
