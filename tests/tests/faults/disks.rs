//! The power fails, the disk is full, or does not sync: below SQLite in a process of its own, and below PostgreSQL.

use connect_outlook_backend::vault::{KeyRing, Location, Vault};
use connect_outlook_emulator::RefreshRotation;
use connect_outlook_tests::Connected;
use sqlx::Connection as _;

use crate::{
    killed::ada_at,
    place::{INBOX, Place, moment, reading},
    process::Process,
    story::{Database, Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F26", what_was_acknowledged_outlives_the_power).apart(),
    story!("F26", what_a_disk_did_not_sync_is_lost_and_that_is_seen).apart(),
    story!("F29", nobody_asks_for_what_a_full_disk_cannot_keep).apart(),
    story!("F29", what_came_when_the_disk_was_full_is_asked_for_again).apart(),
    story!("F30", what_was_not_synced_is_not_acknowledged).apart(),
    story!("F30", a_checkpoint_that_fails_loses_nothing).apart(),
];

/// Ada at a process on the disk, her token about to lapse.
async fn ada_on_disk(place: &Place<'_>) -> (Process, Connected) {
    let process = Process::start_on_disk(place).await;
    let ada = ada_at(place, &process).await;
    (process, ada)
}

/// The power fails, and comes back.
async fn lose_power(place: &Place<'_>, process: &mut Process) {
    let disk = &place.ground().disk;
    process.kill().await;
    if let Some(data) = place.ground().data_folder() {
        place.ground().stop();
        disk.lose_power(&data, &data);
        place.ground().start_again();
    } else {
        // The process of this test has the vault open: what is left of it goes elsewhere.
        let (before, after) = (place.vault_folder(), tempfile::tempdir().unwrap().keep());
        disk.lose_power(&before, &after);
        let address = format!("sqlite:{}/vault.sqlite", after.display());
        process.settings.insert("database", address);
    }
    process.start_again(place).await;
}

/// I5 of what is left.
async fn is_whole(process: &Process) {
    let location: Location = process.settings["database"].parse().unwrap();
    let keys = KeyRing::parse(&process.settings["key"]).unwrap();
    let vault = Vault::open(&location, keys).await.unwrap();
    let verified = vault.verify(|_| {}).await.unwrap();
    assert_eq!(verified.failures, Vec::<String>::new(), "I5");
    vault.close().await;
}

/// Where each refresh token is good once, so that nothing but the acknowledged tokens helps.
async fn what_was_acknowledged_outlives_the_power(place: &Place<'_>) -> usize {
    let (mut process, ada) = ada_on_disk(place).await;
    place.rotate(RefreshRotation::Strict);
    assert_eq!(ada.get(INBOX).await.status, 200);
    lose_power(place, &mut process).await;
    assert_eq!(ada.get(INBOX).await.status, 200, "it was acknowledged");
    is_whole(&process).await;
    place.keep(process);
    1
}

/// The counter-proof: were a commit not synced, the story before this one would fail.
async fn what_a_disk_did_not_sync_is_lost_and_that_is_seen(place: &Place<'_>) -> usize {
    let (mut process, ada) = ada_on_disk(place).await;
    place.rotate(RefreshRotation::Strict);
    place.ground().disk.forget_syncs();
    assert_eq!(ada.get(INBOX).await.status, 200);
    lose_power(place, &mut process).await;
    let answer = ada.get(INBOX).await;
    assert_eq!(answer.code(), "account_needs_user", "{}", answer.body);
    is_whole(&process).await;
    place.keep(process);
    2
}

async fn nobody_asks_for_what_a_full_disk_cannot_keep(place: &Place<'_>) -> usize {
    let (process, ada) = ada_on_disk(place).await;
    let disk = &place.ground().disk;
    disk.fill(log_of(place));
    for _ in 0..2 {
        let answer = ada.get(INBOX).await;
        assert!(answer.status >= 500, "{}", answer.body);
    }
    assert!(disk.refused_writes() > 0);
    assert_eq!(place.world.refreshes().len(), 0, "it could not be noted");
    disk.empty();
    comes_back(place);
    assert_eq!(ada.get(INBOX).await.status, 200);
    assert_eq!(place.world.events().await, ["account.connected"]);
    place.keep(process);
    1
}

async fn what_came_when_the_disk_was_full_is_asked_for_again(place: &Place<'_>) -> usize {
    let (process, ada) = ada_on_disk(place).await;
    let disk = &place.ground().disk;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    disk.fill(log_of(place));
    held.let_go();
    let answer = caller.await.unwrap();
    assert!(answer.status >= 500, "{}", answer.body);
    assert!(disk.refused_writes() > 0);
    disk.empty();
    comes_back(place);
    let intents = "select account_id from refresh_leases where refresh_id is not null";
    assert_eq!(place.world.ask(intents).await, [[ada.id()]]);
    place.leases_lapse().await;
    assert_eq!(ada.get(INBOX).await.status, 200);
    assert_eq!(place.world.events().await, ["account.connected"]);
    place.keep(process);
    2
}

async fn what_was_not_synced_is_not_acknowledged(place: &Place<'_>) -> usize {
    let (mut process, ada) = ada_on_disk(place).await;
    let disk = &place.ground().disk;
    place.rotate(RefreshRotation::Strict);
    disk.fail_syncs(1, log_of(place));
    let answer = ada.get(INBOX).await;
    assert!(answer.status >= 500, "{}", answer.body);
    assert_eq!(disk.failed_syncs(), 1);
    // An alarm: of what failed for good, for the operator.
    process.says("a request failed").await;
    // PostgreSQL gives up, sooner or later than it is asked again: a start makes that certain. What it could not sync may
    // have been written all the same.
    comes_back(place);
    while place.world.ready().await.status != 200 {
        moment().await;
    }
    place.leases_lapse().await;
    assert_eq!(ada.get(INBOX).await.status, 200);
    lose_power(place, &mut process).await;
    assert_eq!(ada.get(INBOX).await.status, 200, "it was acknowledged");
    is_whole(&process).await;
    place.keep(process);
    1
}

async fn a_checkpoint_that_fails_loses_nothing(place: &Place<'_>) -> usize {
    let (mut process, ada) = ada_on_disk(place).await;
    assert_eq!(ada.get(INBOX).await.status, 200);
    let disk = &place.ground().disk;
    match place.database {
        // A disconnect cuts the log back, and says what came of it.
        Database::Sqlite => {
            let alan = place.world.visitor().at(&process.url).connect("alan").await;
            disk.fill("vault.sqlite");
            assert_eq!(alan.disconnect().await.status, 204);
            process.says("the log of the vault was not cut back").await;
            assert!(disk.refused_writes() > 0);
            disk.empty();
        }
        Database::Postgres => {
            disk.fail_syncs(1, "/base/");
            let mut operator = place.connection().await;
            let failed = sqlx::raw_sql("checkpoint").execute(&mut operator).await;
            assert!(failed.is_err(), "the server gives up");
            drop(operator.close().await);
            assert_eq!(disk.failed_syncs(), 1);
        }
    }
    while ada.get(INBOX).await.status != 200 {
        moment().await;
    }
    lose_power(place, &mut process).await;
    assert_eq!(ada.get(INBOX).await.status, 200);
    is_whole(&process).await;
    place.keep(process);
    1
}

/// Whose writing is a commit.
fn log_of(place: &Place<'_>) -> &'static str {
    match place.database {
        Database::Sqlite => "-wal",
        Database::Postgres => "/pg_wal/",
    }
}

/// The disk is well again. SQLite needs nobody; PostgreSQL's server gave up when it could not write its log.
fn comes_back(place: &Place<'_>) {
    if place.database == Database::Postgres {
        place.ground().restart();
    }
}
