//! Somebody else's transaction is in the way and commits first: what was asked for is done all the same (F35). Only
//! PostgreSQL ends a transaction for that, where its operator has made it strict.

use futures_util::future::join;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::links::{USER, connect, key, link, park, read, take, taken};
use super::sendings::{begin, letter, mine, stage};
use super::world::{LIMITS, NOW, World, attempt, grant};
use crate::meters::Meters;
use crate::vault::Location;
use crate::vault::attempts::AttemptEnd;
use crate::vault::id::{
    ApiKeyDigest, BrowserDigest, ClaimDigest, CompletionDigest, HandleDigest, KeyDigest,
    LinkDigest, StateDigest,
};
use crate::vault::links::{LinkState, Taken};
use crate::vault::sendings::{BeginSending, SendingEnd, Stage};

/// What `work` comes to while somebody has made `change` and commits it only once `work` waits for that. It must have met
/// one conflict.
async fn beside<T>(world: &World, change: &'static str, work: impl Future<Output = T>) -> T {
    let (meters, mut other) = (Meters::default(), connection(world).await);
    sqlx::raw_sql("begin").execute(&mut other).await.unwrap();
    sqlx::raw_sql(change).execute(&mut other).await.unwrap();
    let counting = metrics::set_default_local_recorder(&meters);
    let ((), done) = join(commit_when_waited_for(world, other), work).await;
    drop(counting);
    let (counted, one) = (meters.render(), "errors_total{kind=\"conflict\"} 1\n");
    assert!(counted.contains(one), "{change}: {counted}");
    done
}

async fn connection(world: &World) -> PgConnection {
    let Location::Postgres(address) = &world.location else {
        panic!("on PostgreSQL");
    };
    PgConnection::connect(address.as_str()).await.unwrap()
}

async fn commit_when_waited_for(world: &World, mut other: PgConnection) {
    let own = sqlx::query("select pg_backend_pid()").fetch_one(&mut other);
    let own: i32 = own.await.unwrap().get(0);
    let mut looking = connection(world).await;
    let waiting =
        format!("select pid from pg_stat_activity where {own} = any(pg_blocking_pids(pid))");
    loop {
        let question = sqlx::query(AssertSqlSafe(waiting.clone()));
        if question
            .fetch_optional(&mut looking)
            .await
            .unwrap()
            .is_some()
        {
            break;
        }
    }
    sqlx::raw_sql("commit").execute(&mut other).await.unwrap();
}

const LINKS: &str = "update links set starts = starts";
const COMPLETIONS: &str = "update completions set parked_at = parked_at";
const SENDINGS: &str = "update sendings set created_at = created_at";
const KEYS: &str = "update api_keys set name = name";
const ATTEMPTS: &str = "update attempts set created_at = created_at";
const SESSIONS: &str = "update sessions set last_seen_at = last_seen_at";

/// F35, D4: pressing a button is counted once.
#[tokio::test]
async fn a_link_is_begun_and_revoked() {
    let world = &World::on_strict_postgres().await;
    let id = link(world, "token").await;
    let start = world.vault.start_link(LinkDigest::of("token"), 20, NOW);
    assert_eq!(beside(world, LINKS, start).await.unwrap().id, id);
    assert_eq!(world.count("links where starts = 1").await, 1);
    let revoke = world.vault.revoke_link(id, NOW);
    assert!(beside(world, LINKS, revoke).await.unwrap());
    assert_eq!(read(world, id, NOW).await.state, LinkState::Revoked);
}

/// F35, R39: the code is parked, taken and used once.
#[tokio::test]
async fn a_link_goes_its_whole_way() {
    let world = &World::on_strict_postgres().await;
    let id = link(world, "token").await;
    beside(world, LINKS, park(world, id, "a")).await;
    assert_eq!(world.count("completions").await, 1);
    let user = USER;
    let take_it = world
        .vault
        .take_completion(id, CompletionDigest::of("a"), user, NOW);
    let Taken::Parked(parked) = beside(world, LINKS, take_it).await.unwrap() else {
        panic!("it was parked");
    };
    assert_eq!(parked.code.expose(), "code-a");
    assert!(matches!(take(world, id, "a").await, Ok(Taken::Busy)));
    let connected = beside(world, LINKS, connect(world, id, parked.completion)).await;
    let account = connected.unwrap().id;
    let events = world.events(account).await;
    assert_eq!(events.len(), 1, "told once");
    let state = read(world, id, NOW).await.state;
    assert_eq!(state, LinkState::Connected { account, at: NOW });
}

/// F35
#[tokio::test]
async fn a_confirmation_that_connects_nothing_is_remembered() {
    let world = &World::on_strict_postgres().await;
    let id = link(world, "token").await;
    park(world, id, "a").await;
    let parked = taken(world, id, "a").await;
    let refuse = world.vault.refuse_completion(parked.completion, "{}");
    beside(world, COMPLETIONS, refuse).await.unwrap();
    assert!(matches!(take(world, id, "a").await, Ok(Taken::Refused(outcome)) if outcome == "{}"));
}

/// F35: one key, one letter, one run.
#[tokio::test]
async fn a_letter_is_begun_sent_and_told_of_once() {
    let world = &World::on_strict_postgres().await;
    let (vault, ada) = (&world.vault, world.connect("ada", &grant("1")).await.id);
    let lapsed = "update sendings set lease_until = 1";
    mine(vault, ada, "key").await;
    let BeginSending::Yours(run) = beside(world, lapsed, begin(vault, ada, "key")).await else {
        panic!("whoever had it is gone");
    };
    let ask = |run| async move { vault.about_to_send(&run, &letter()).await.unwrap() };
    assert!(beside(world, SENDINGS, ask(run)).await);
    let end = vault.end_sending(&run, SendingEnd::Unknown);
    beside(world, SENDINGS, end).await.unwrap();
    assert_eq!(stage(vault, ada, "key").await, Some(Stage::Unknown));
    let settle = vault.settle_sending(ada, KeyDigest::of("key"), SendingEnd::Accepted);
    beside(world, SENDINGS, settle).await.unwrap();
    assert_eq!(stage(vault, ada, "key").await, Some(Stage::Accepted));
    let other = mine(vault, ada, "other").await;
    let forget = vault.forget_sending(&other);
    beside(world, SENDINGS, forget).await.unwrap();
    assert_eq!(stage(vault, ada, "other").await, None);
}

/// F35, R66
#[tokio::test]
async fn an_api_key_opens_and_is_revoked() {
    let world = &World::on_strict_postgres().await;
    let (id, secret) = world.vault.new_api_key("server", NOW).await.unwrap();
    let digest = || ApiKeyDigest::of(secret.expose());
    let first = world.vault.use_api_key(digest(), NOW);
    assert_eq!(beside(world, KEYS, first).await.unwrap(), Some(id));
    let noted = "api_keys where first_used_at is not null";
    assert_eq!(world.count(noted).await, 1);
    let revoke = world.vault.revoke_api_key(id, NOW);
    assert!(beside(world, KEYS, revoke).await.unwrap());
    let again = world.vault.use_api_key(digest(), NOW).await;
    assert_eq!(again.unwrap(), None);
    assert_ne!(key(world).await, id);
}

/// F35: an end is kept, and given to one claimer.
#[tokio::test]
async fn the_end_of_an_attempt_is_kept_and_claimed() {
    let world = &World::on_strict_postgres().await;
    let (vault, claim) = (&world.vault, ClaimDigest::of("a frame's secret"));
    let mut began = attempt("a", "browser");
    began.claim = Some(claim);
    vault.begin_attempt(&began, NOW).await.unwrap();
    let (state, browser) = (StateDigest::of("state-a"), BrowserDigest::of("browser"));
    let taken = vault.take_attempt(state, browser, began.kind, NOW).await;
    taken.unwrap();
    let end = AttemptEnd::Refused("{}".to_owned());
    let keep = vault.end_claimed(claim, &end);
    beside(world, ATTEMPTS, keep).await.unwrap();
    let take = vault.take_end(claim, NOW);
    assert_eq!(beside(world, ATTEMPTS, take).await.unwrap(), Some(end));
    assert_eq!(vault.take_end(claim, NOW).await.unwrap(), None);
}

/// R91: what a sign-in has waited for is what it supersedes, although its statement began before.
#[tokio::test]
async fn a_sign_in_supersedes_the_tokens_that_it_waited_for() {
    let world = &World::on_postgres().await;
    let ada = world.connect("ada", &grant("1")).await.id;
    let mut other = connection(world).await;
    let change = "
        begin;
        update accounts set grant_version = grant_version + 1;
        update grants set sealed_refresh_token = null;";
    sqlx::raw_sql(change).execute(&mut other).await.unwrap();
    let brought = grant("2");
    let sign_in = world.try_to_connect("ada", &brought);
    let ((), signed_in) = join(commit_when_waited_for(world, other), sign_in).await;
    assert_eq!(signed_in.unwrap().id, ada);
    let tokens = world.vault.tokens(ada, NOW).await.unwrap().unwrap();
    assert_eq!(
        tokens.previous_refresh_token, None,
        "the one before was taken away"
    );
    assert_eq!(tokens.refresh_token, brought.refresh_token);
}

/// F35, R72
#[tokio::test]
async fn sessions_beside_one_end() {
    let world = &World::on_strict_postgres().await;
    let (vault, ada) = (&world.vault, world.connect("ada", &grant("1")).await.id);
    let handle = |name| HandleDigest::of(name);
    for name in ["one", "other"] {
        let opened = vault.open_session(handle(name), ada, LIMITS, NOW).await;
        opened.unwrap();
    }
    let end = vault.end_sessions_beside(handle("one"), None, NOW);
    assert_eq!(beside(world, SESSIONS, end).await.unwrap(), 2);
    assert_eq!(world.count("sessions").await, 0);
}
