//! Commits of which nobody hears what became of them, and transactions that cannot be carried out beside each other.

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};

use crate::{
    cut::{Cut, When},
    killed::ada_at,
    place::{INBOX, Place, moment, reading},
    process::Process,
    story::{Database, Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F34", a_commit_that_nobody_heard_of_counts_once).apart(),
    story!("F35", a_deadlock_is_nobody_s_trouble),
    story!("F35", a_conflict_without_end_is_told_after_three_tries_more),
    story!(
        "F35 F36",
        where_transactions_must_be_in_order_one_request_is_made
    ),
];

async fn a_commit_that_nobody_heard_of_counts_once(place: &Place<'_>) -> usize {
    match place.database {
        Database::Sqlite => its_sync_fails(place).await,
        Database::Postgres => the_way_is_cut(place).await,
    }
    assert_eq!(place.world.events().await, ["account.connected"]);
    2
}

/// What SQLite could not sync it does not count, whatever lies in its log.
async fn its_sync_fails(place: &Place<'_>) {
    let process = Process::start_on_disk(place).await;
    let ada = ada_at(place, &process).await;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    place.ground().disk.fail_syncs(1, "-wal");
    held.let_go();
    assert!(caller.await.unwrap().status >= 500);
    assert_eq!(place.ground().disk.failed_syncs(), 1);
    assert_eq!(place.versions().await, [["1"]]);
    place.leases_lapse().await;
    assert_eq!(ada.get(INBOX).await.status, 200);
    assert_eq!(place.versions().await, [["2"]]);
    place.keep(process);
}

/// The version says whether it counted.
async fn the_way_is_cut(place: &Place<'_>) {
    let cut = Cut::on_the_way_to(place.world.vault().0).await;
    let settings = place.settings().with("database", &cut.address);
    let there = place.world.another_process_with(&settings).await;
    let ada = place.world.visitor().connect("ada").await;
    let ada = place.at(&ada, &there);
    for (round, when) in [When::Before, When::After].into_iter().enumerate() {
        place.world.advance(7_200);
        let held = place.hold_token_request();
        let caller = reading(&ada);
        held.until_it_waits().await;
        cut.next_commit(when);
        held.let_go();
        let answer = caller.await.unwrap();
        assert_eq!(answer.status, 200, "{when:?}: {}", answer.body);
        assert!(cut.is_done(), "{when:?}");
        let version = (round + 2).to_string();
        assert_eq!(place.versions().await, [[version]], "{when:?}");
    }
}

/// Somebody else locks what we want and wants what we have locked: ours is ended, and begins again.
async fn a_deadlock_is_nobody_s_trouble(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    let mut other = place.connection().await;
    let begin = match place.database {
        Database::Sqlite => "begin immediate",
        // Whoever has waited for a second looks whether it is one, and gives in: not this one.
        Database::Postgres => {
            "begin; set local deadlock_timeout = '1min'; select 1 from refresh_leases for update"
        }
    };
    sqlx::raw_sql(begin).execute(&mut other).await.unwrap();
    held.let_go();
    place.until_refreshes(1).await;
    if place.database == Database::Postgres {
        until_somebody_waits_for(&mut other, place).await;
    }
    // With PostgreSQL this is answered only because the other one was ended.
    let change = "update accounts set created_at = created_at";
    sqlx::raw_sql(change).execute(&mut other).await.unwrap();
    sqlx::raw_sql("commit").execute(&mut other).await.unwrap();
    let answer = caller.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(place.versions().await, [["2"]]);
    assert_eq!(place.world.events().await, ["account.connected"]);
    1
}

async fn until_somebody_waits_for(other: &mut AnyConnection, place: &Place<'_>) {
    let own = sqlx::query("select pg_backend_pid()").fetch_one(other);
    let own: i32 = own.await.unwrap().get(0);
    let mut looking = place.connection().await;
    let waiting =
        format!("select pid from pg_stat_activity where {own} = any(pg_blocking_pids(pid))");
    loop {
        let question = AssertSqlSafe(waiting.clone());
        let found = sqlx::query(question).fetch_optional(&mut looking).await;
        if found.unwrap().is_some() {
            break;
        }
        moment().await;
    }
    looking.close().await.unwrap();
}

async fn a_conflict_without_end_is_told_after_three_tries_more(place: &Place<'_>) -> usize {
    let visitor = place.world.visitor();
    let body = json!({
        "code_challenge": connect_outlook_tests::page::challenge("a-verifier"),
        "code_challenge_method": "S256",
    });
    let mut other = place.connection().await;
    match place.database {
        Database::Sqlite => sqlx::raw_sql("begin immediate"),
        Database::Postgres => sqlx::raw_sql(CONFLICTS),
    }
    .execute(&mut other)
    .await
    .unwrap();
    let answer = visitor.page().post("/v1/attempts", &body).await;
    let told = (answer.status, answer.code());
    assert_eq!(told, (503, "unavailable".to_owned()), "{}", answer.body);
    if place.database == Database::Postgres {
        let tries = "select cast(last_value as text) from conflicts";
        assert_eq!(place.world.ask(tries).await, [["4"]]);
    }
    match place.database {
        Database::Sqlite => sqlx::raw_sql("rollback"),
        Database::Postgres => sqlx::raw_sql(NO_CONFLICTS),
    }
    .execute(&mut other)
    .await
    .unwrap();
    other.close().await.unwrap();
    let answer = visitor.page().post("/v1/attempts", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    0
}

/// An operator who has made PostgreSQL stricter than we need gets the same.
async fn where_transactions_must_be_in_order_one_request_is_made(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let mut settings = place.settings();
    if place.database == Database::Postgres {
        let address = format!(
            "{}%20-c%20default_transaction_isolation%3Drepeatable%5C%20read",
            place.world.vault().0
        );
        settings = settings.with("database", &address);
    }
    let mut processes = Vec::new();
    for _ in 0..2 {
        let there = place.world.another_process_with(&settings).await;
        processes.push(place.at(&ada, &there));
    }
    let callers: Vec<_> = (0..64)
        .map(|number| reading(&processes[number % 2]))
        .collect();
    for caller in callers {
        let answer = caller.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    1
}

/// A sequence counts also what is undone.
const CONFLICTS: &str = "
    create sequence conflicts;
    create function conflict() returns trigger language plpgsql as $$
    begin
        perform nextval('conflicts');
        raise exception 'a conflict' using errcode = 'serialization_failure';
    end $$;
    create trigger conflict before insert on attempts for each row execute function conflict();";
const NO_CONFLICTS: &str =
    "drop trigger conflict on attempts; drop function conflict; drop sequence conflicts;";
