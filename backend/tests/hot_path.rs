//! What a warm request costs the database: nothing. Statements are counted where sqlx tells of them, for the whole
//! process; so this file has a process of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop as tests do")]
#![expect(dead_code, reason = "the helpers serve another file too")]

#[path = "blackbox/browser.rs"]
mod browser;
#[path = "blackbox/microsoft.rs"]
mod microsoft;
#[path = "blackbox/world.rs"]
mod world;

use std::fmt;
use std::sync::Mutex;

use axum::http::StatusCode;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use world::World;

/// Every statement so far, but those of the upkeep that runs beside requests.
static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Count;

impl<S: Subscriber> Layer<S> for Count {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "sqlx::query" && *metadata.level() <= Level::DEBUG
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let upkeep = ["news", "delete from", "limit $2"];
        if !upkeep.iter().any(|word| text.0.contains(word)) {
            STATEMENTS.lock().unwrap().push(text.0);
        }
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!("{value:?} "));
    }
}

fn statements() -> Vec<String> {
    std::mem::take(&mut STATEMENTS.lock().unwrap())
}

/// Issue: session look-up and a fresh access token are answered from memory; and what is signed out, refused or
/// disconnected is not.
#[tokio::test]
async fn a_warm_request_asks_the_database_nothing() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Count)).unwrap();
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
