//! What requests cost the database: a warm one nothing, and a sign-in as little as can be. It is counted for the whole
//! process; so this file has a process of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop as tests do")]
#![expect(dead_code, reason = "the helpers serve another file too")]

#[path = "hot_path/asked.rs"]
mod asked;
#[path = "blackbox/browser.rs"]
mod browser;
#[path = "hot_path/commits.rs"]
mod commits;
#[path = "blackbox/microsoft.rs"]
mod microsoft;
#[path = "blackbox/world.rs"]
mod world;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use connect_outlook_backend::http::{Guard, Limit, routes};
use tracing_subscriber::layer::SubscriberExt as _;

use asked::{Count, counted, round_trips, statements, whoever_asks};
use browser::{Browser, Started};
use commits::{commits, commits_since};
use world::World;

/// Counting begins once; two tests do not count at a time.
async fn counting() -> tokio::sync::MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    static BEGUN: std::sync::Once = std::sync::Once::new();
    BEGUN.call_once(|| {
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Count))
            .unwrap();
    });
    let alone = ONE_AT_A_TIME.lock().await;
    statements();
    alone
}

/// D9: every route of the table that asks who somebody is: a handle that opens nothing costs one look-up, one that we
/// cannot have made costs none, and Microsoft hears of neither.
#[tokio::test]
async fn whoever_is_unknown_costs_one_look_up() {
    let _alone = counting().await;
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let world = World::start_with(&[("database", &database)]).await;
    statements();
    let mut asked = 0;
    for route in routes() {
        // What begins and ends an attempt asks nobody who he is.
        let anybody = [Limit::Start, Limit::Callback].contains(&route.limit);
        if anybody || route.guard != Guard::AntiForgery {
            continue;
        }
        let names = route.path.split('/').map(|part| {
            let is_name = part.starts_with('{');
            if is_name {
                "00000000-0000-4000-8000-000000000001"
            } else {
                part
            }
        });
        let path = names.collect::<Vec<_>>().join("/");
        for (handle, most) in [("x".repeat(43), 1), ("x".repeat(44), 0), (String::new(), 0)] {
            let mut nobody = world.browser();
            let name = "__Host-connect-outlook-session".to_owned();
            nobody.cookies.insert(name, handle);
            let answer = nobody.send(route.method.clone(), &path, None).await;
            let statements = statements();
            assert!(statements.len() <= most, "{route:?}: {statements:?}");
            let nothing_to_do = route.method == Method::DELETE && path == "/v1/session";
            assert!(
                nothing_to_do || answer.status.is_client_error(),
                "{route:?} {}",
                answer.status
            );
            asked += 1;
        }
    }
    assert!(asked >= 3 * 9, "{asked}");
    for (key, most) in [("x".repeat(43), 1), ("x".repeat(44), 0)] {
        let request = Request::builder().uri("/v1/accounts");
        let request = request.header("authorization", format!("Bearer co_api_{key}"));
        let request = request.body(Body::empty()).unwrap();
        let answer = browser::ask(&world.backend.router(), request).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let statements = statements();
        assert_eq!(statements.len(), most, "an API key: {statements:?}");
    }
    assert_eq!(world.microsoft.script().graph.len(), 0);
    assert_eq!(world.microsoft.token_requests(), 0);
    world.backend.stop().await;
}

/// Issue: session look-up and a fresh access token are answered from memory; and what is signed out, refused or
/// disconnected is not.
#[tokio::test]
async fn a_warm_request_asks_the_database_nothing() {
    let _alone = counting().await;
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    for database in [database.as_str(), "sqlite::memory:"] {
        let world = World::start_with(&[("database", database)]).await;
        let mut ada = world.browser();
        let id = ada.connect().await;
        let folders = format!("/v1/accounts/{id}/folders");
        assert_eq!(ada.get(&folders).await.status, StatusCode::OK);
        assert!(!statements().is_empty(), "the count counts");
        for _ in 0..50 {
            assert_eq!(ada.get(&folders).await.status, StatusCode::OK);
        }
        assert_eq!(statements(), Vec::<String>::new(), "{database}");
        assert_eq!(world.microsoft.token_requests(), 1);
        world.advance(61);
        assert_eq!(ada.get(&folders).await.status, StatusCode::OK);
        assert!(!statements().is_empty(), "once a minute its use is noted");
        world.backend.stop().await;
    }
}

/// What a sign-in costs: one durable transaction when it begins, two when it ends (the attempt is spent before the code
/// is sent; account, tokens, event and session are stored together), three requests, and as few statements as can be:
/// those that wait for nobody's answer go together and are counted as one.
#[tokio::test]
async fn a_sign_in_costs_three_commits_and_three_requests() {
    let _alone = counting().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.sqlite");
    let world = World::start_with(&[("database", &format!("sqlite:{}", file.display()))]).await;
    let log = folder.path().join("vault.sqlite-wal");
    // The first visitor of all brings the keys along, and is new to the vault; the second one is known.
    for keys in [1, 1] {
        let mut ada = world.browser();
        let (commits, _) = (commits(&log), statements());
        let started = ada.begin(&serde_json::json!({})).await;
        assert_eq!(commits_since(&log, commits), 1);
        let begun = statements();
        assert_eq!(begun.len(), 1, "it records and counts: {begun:?}");

        let graph = world.microsoft.script().graph.len();
        let codes = world.microsoft.token_requests();
        let answer = ada.come_back(&started).await;
        assert_eq!(answer.body["status"], "connected", "{:?}", answer.body);
        assert_eq!(commits_since(&log, commits), 3);
        let ended = statements();
        assert_eq!(
            ended.len(),
            3,
            "one takes, one claims, one stores: {ended:?}"
        );
        assert_eq!(world.microsoft.token_requests() - codes, 1);
        assert_eq!(world.microsoft.script().graph.len() - graph, 2);
        assert_eq!(world.microsoft.script().keys_asked, keys, "once in an hour");
    }
    world.backend.stop().await;
}

/// The same in round trips, on both databases: to begin, and to end. On SQLite each is a change of threads and back, and
/// dearer than what is done there.
#[tokio::test]
async fn a_sign_in_asks_the_database_so_often() {
    let _alone = counting().await;
    let _asking = whoever_asks().entered();
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let postgres = connect_outlook_throwaway_postgres::new_schema().await;
    let postgres = postgres.unwrap_or_else(|missing| panic!("{missing}"));
    let postgres = counted(&postgres, folder.path()).await;
    // On SQLite a transaction begins and ends with statements that are sent anyway.
    for (database, extra, read) in [(sqlite, 0, 1 + LOOK), (postgres, 2, 1)] {
        let world = World::start_with(&[("database", &database)]).await;
        let found = SignIns::of(&world).await;
        let expected = SignIns {
            // It is recorded, counted and judged at once.
            begun: 1,
            // It is spent; the account is claimed, and all is stored.
            ended: 1 + 2 + extra,
            // It is read whose the session is, and whether Microsoft wants more of one of them.
            // It is recorded, and committed; on PostgreSQL it begins with a lock.
            begun_again: 2 * read + 2 + extra,
            // … and which accounts came along.
            ended_again: 1 + 2 + extra + read,
        };
        assert_eq!(found, expected, "{database}");
        world.backend.stop().await;
    }
}

/// The pool's, at a connection that comes back.
const LOOK: usize = 1;

/// Round trips of one.
#[derive(Debug, PartialEq, Eq)]
struct SignIns {
    begun: usize,
    ended: usize,
    /// By a browser that is known, and holds a session.
    begun_again: usize,
    ended_again: usize,
}

impl SignIns {
    /// The least of some rounds: what runs once a minute is in others.
    async fn of(world: &World) -> Self {
        let mut rounds = Vec::new();
        for _ in 0..5 {
            rounds.push(Self::in_a_row(world).await);
        }
        let least = |part: fn(&Self) -> usize| rounds.iter().map(part).min().unwrap();
        Self {
            begun: least(|round| round.begun),
            ended: least(|round| round.ended),
            begun_again: least(|round| round.begun_again),
            ended_again: least(|round| round.ended_again),
        }
    }

    async fn in_a_row(world: &World) -> Self {
        let newcomers = (0..IN_A_ROW).map(|_| (world.browser(), None)).collect();
        let (newcomers, begun) = begin_each(newcomers).await;
        let (known, ended) = end_each(newcomers).await;
        let (known, begun_again) = begin_each(known).await;
        let (_, ended_again) = end_each(known).await;
        Self {
            begun,
            ended,
            begun_again,
            ended_again,
        }
    }
}

type Visitors = Vec<(Browser, Option<Started>)>;

async fn begin_each(mut visitors: Visitors) -> (Visitors, usize) {
    let before = round_trips();
    for (browser, started) in &mut visitors {
        *started = Some(browser.begin(&serde_json::json!({})).await);
    }
    (visitors, of_each(before))
}

async fn end_each(mut visitors: Visitors) -> (Visitors, usize) {
    let before = round_trips();
    for (browser, started) in &mut visitors {
        let answer = browser.come_back(&started.take().unwrap()).await;
        assert_eq!(answer.body["status"], "connected", "{:?}", answer.body);
    }
    (visitors, of_each(before))
}

/// The last look of what went before may be counted here, and the last one of these after it.
fn of_each(before: usize) -> usize {
    (round_trips() - before + IN_A_ROW / 2) / IN_A_ROW
}

const IN_A_ROW: usize = 8;
