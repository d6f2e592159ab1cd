//! Fetching, against a key server of our own that counts.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;

use super::*;
use crate::clock::awaited::is_about;
use crate::entra::id_token::testing::published_key;
use crate::outbound::Trust;
use crate::outbound::silence::Silent;

const START: UnixTime = UnixTime(1_800_000_000);

#[derive(Clone, Default)]
struct Server {
    asked: Arc<AtomicUsize>,
    down: Arc<AtomicBool>,
}

impl Server {
    async fn start() -> (Self, Keys) {
        let server = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/keys", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/keys", get(answer))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let wire = Wire::new(&Trust::InsecureLoopback).unwrap();
        (server, Keys::new(address, &wire))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn answer(State(server): State<Server>) -> (StatusCode, String) {
    server.asked.fetch_add(1, Ordering::SeqCst);
    if server.down.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, String::new());
    }
    (
        StatusCode::OK,
        json!({ "keys": [published_key(None)] }).to_string(),
    )
}

#[tokio::test]
async fn a_hundred_sign_ins_at_once_fetch_once() {
    let (server, keys) = Server::start().await;
    let all = (0..100).map(|_| keys.current(START));
    assert!(
        futures_util::future::join_all(all)
            .await
            .into_iter()
            .all(|set| set.is_ok())
    );
    assert_eq!(server.asked(), 1);
}

/// R110, D8, F47: invented key ids cost one fetch a minute, whatever their number.
#[tokio::test]
async fn unknown_keys_cause_one_fetch_a_minute() {
    let (server, keys) = Server::start().await;
    keys.current(START).await.unwrap();
    for second in 1..60 {
        keys.with("invented", START.plus(second)).await.unwrap();
    }
    assert_eq!(server.asked(), 1);
    keys.with("invented", START.plus(60)).await.unwrap();
    keys.with("rfc7515", START.plus(500)).await.unwrap();
    assert_eq!(server.asked(), 2);
}

/// R110, D8, F46: the last good set serves a day without the server, and not longer.
#[tokio::test]
async fn known_keys_outlive_an_outage_of_a_day() {
    let (server, keys) = Server::start().await;
    keys.current(START).await.unwrap();
    server.down.store(true, Ordering::SeqCst);
    assert!(
        keys.current(START.plus(USABLE))
            .await
            .unwrap()
            .find("rfc7515")
            .is_some()
    );
    assert!(keys.current(START.plus(USABLE + 1)).await.is_err());
    server.down.store(false, Ordering::SeqCst);
    assert!(keys.current(START.plus(USABLE + 61)).await.is_ok());
}

#[tokio::test]
async fn keys_are_looked_at_again_after_an_hour() {
    let (server, keys) = Server::start().await;
    for (at, asked) in [(0, 1), (FRESH - 1, 1), (FRESH, 2), (FRESH + 30, 2)] {
        keys.current(START.plus(at)).await.unwrap();
        assert_eq!(server.asked(), asked, "after {at} s");
    }
}

#[tokio::test]
async fn without_any_key_nobody_is_judged_and_soon_it_is_tried_again() {
    let (server, keys) = Server::start().await;
    server.down.store(true, Ordering::SeqCst);
    assert!(keys.current(START).await.is_err());
    assert!(keys.current(START.plus(1)).await.is_err());
    assert_eq!(server.asked(), 1);
    server.down.store(false, Ordering::SeqCst);
    assert!(keys.current(START.plus(5)).await.is_ok());
}

/// F2: whoever signs in waits for it.
#[tokio::test]
async fn keys_have_ten_seconds_to_come() {
    let server = Silent::after("").await;
    let wire = Wire::new(&Trust::InsecureLoopback).unwrap();
    let keys = Keys::new(server.url.clone(), &wire);
    let (set, took) = server.heard(keys.current(START)).await;
    assert!(set.is_err());
    assert!(is_about(took, Duration::from_secs(10)), "{took:?}");
}
