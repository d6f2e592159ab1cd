//! What a refresh costs the database: each statement is a round trip, and what is made durable is the dearest of all.
//! Statements are counted where sqlx tells of them, for the whole process; so this file has a process of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop as tests do")]
#![expect(dead_code, reason = "the helpers serve another file too")]

#[path = "blackbox/browser.rs"]
mod browser;
#[path = "hot_path/commits.rs"]
mod commits;
#[path = "blackbox/microsoft.rs"]
mod microsoft;
#[path = "blackbox/world.rs"]
mod world;

use std::fmt;
use std::sync::Mutex;

use axum::http::StatusCode;
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use browser::Browser;
use commits::{commits, commits_since};
use world::World;

/// What the statements of a refresh have in them and no other statement has, and what each is for. The text is the same
/// on SQLite and on PostgreSQL.
const PARTS: [(&str, &str); 9] = [
    ("insert into refresh_leases", "lease and intent"),
    ("k.wrapped,", "tokens"),
    ("set grant_version = grant_version + 1", "compare and swap"),
    ("set expires_at = 0, refresh_id = null", "the end"),
    ("insert into grants", "tokens alone"),
    ("insert into duties", "whose work it is"),
    ("where g.ends_at <", "what ends"),
    ("where l.refresh_id is not null", "what broke off"),
    ("row_number()", "what is due"),
];

/// A refresh, wherever it is asked for. The new tokens are written in the statement that gives the lease back.
const REFRESH: [&str; 4] = ["lease and intent", "tokens", "compare and swap", "the end"];

/// The parts of refreshes so far.
static TAKEN: Mutex<Vec<&str>> = Mutex::new(Vec::new());

struct Count;

impl<S: Subscriber> Layer<S> for Count {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "sqlx::query" && *metadata.level() <= Level::DEBUG
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Text(String::new());
        event.record(&mut said);
        let words: Vec<_> = said.0.split_whitespace().collect();
        let text = words.join(" ");
        let part = PARTS.iter().find(|(words, _)| text.contains(words));
        TAKEN.lock().unwrap().extend(part.map(|(_, part)| *part));
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        // Line ends of a statement are told as two characters.
        let told = format!("{value:?} ").replace("\\n", " ");
        self.0.push_str(&told);
    }
}

fn parts() -> Vec<&'static str> {
    std::mem::take(&mut TAKEN.lock().unwrap())
}

/// Waits until somebody has given a lease back.
async fn until_it_has_ended() {
    let last = REFRESH[REFRESH.len() - 1];
    while TAKEN.lock().unwrap().last() != Some(&last) {
        tokio::task::yield_now().await;
    }
}

/// A deployment on a file, and Ada, whose folders have been read.
async fn ada(folder: &TempDir, background: &str) -> (World, Browser, String) {
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let settings = [
        ("database", database.as_str()),
        ("background_refresh", background),
    ];
    let world = World::start_with(&settings).await;
    let mut ada = world.browser();
    let folders = format!("/v1/accounts/{}/folders", ada.connect().await);
    assert_eq!(ada.get(&folders).await.status, StatusCode::OK);
    (world, ada, folders)
}

/// R80, R83, R86: one statement takes the lease and notes the intent; then the tokens are read; what Microsoft answers is
/// stored in one transaction of two statements, which begin and commit it. Without anybody asking, a look at what there
/// is to do costs four statements, however many accounts are due. Whoever needs a token at once pays for one statement
/// more, which found that it was over.
#[tokio::test]
async fn a_refresh_costs_four_statements_and_two_commits() {
    let counting = tracing_subscriber::registry().with(Count);
    tracing::subscriber::set_global_default(counting).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (world, ..) = ada(&folder, "on").await;
    // Late in the life of her token, and before anybody would wait.
    world.advance(3_100);
    until_it_has_ended().await;
    let look = [
        "whose work it is",
        "what ends",
        "what broke off",
        "what is due",
    ];
    let taken = parts();
    let from = taken.len() - REFRESH.len();
    assert_eq!(taken[from..], REFRESH);
    assert_eq!(taken[from - look.len()..from], look);
    world.backend.stop().await;

    let (world, mut ada, folders) = ada(&folder, "off").await;
    let log = folder.path().join("vault.sqlite-wal");
    world.advance(4_000);
    let (commits, _) = (commits(&log), parts());
    assert_eq!(ada.get(&folders).await.status, StatusCode::OK);
    let taken = parts();
    assert_eq!(taken[0], "tokens", "what is there is over");
    assert_eq!(taken[1..], REFRESH);
    // The session's use is noted too.
    assert_eq!(commits_since(&log, commits), 2 + 1);
    world.backend.stop().await;
}
