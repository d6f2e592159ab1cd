//! What proves to Microsoft who asks: several credentials side by side, exchanged while serving, and their end told in
//! time.

use axum::http::StatusCode;
use connect_outlook_backend::Backend;
use connect_outlook_backend::vault::{KeyRing, Vault};
use serde_json::{Value, json};

use super::browser::Browser;
use super::microsoft::SECRET;
use super::world::{START, World, config};

const OLD_AND_NEW: (&str, &str) = ("client_secret", "old~secret\nnew~secret");
const DAY: i64 = 86_400;

async fn connected(world: &World) -> (Browser, String) {
    let mut ada = world.browser();
    let id = ada.connect().await;
    (ada, format!("/v1/accounts/{id}/messages"))
}

fn refuses_the_secret(world: &World) {
    world.microsoft.say(
        401,
        json!({"error": "invalid_client", "error_codes": [7_000_222]}),
    );
}

/// The secrets that came, in order.
fn secrets(world: &World) -> Vec<String> {
    let forms = &world.microsoft.script().forms;
    forms
        .iter()
        .map(|form| form["client_secret"].clone())
        .collect()
}

/// The old one ends while the new one stands beside it: nobody notices.
#[tokio::test]
async fn when_one_secret_is_refused_the_next_one_refreshes() {
    let world = World::start_with(&[OLD_AND_NEW]).await;
    let (mut ada, list) = connected(&world).await;
    world.advance(4_000);
    refuses_the_secret(&world);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(ada.get("/readyz").await.body, json!({"status": "ready"}));
    world.advance(4_000);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(
        secrets(&world),
        ["old~secret", "old~secret", "new~secret", "new~secret"],
        "what works is kept"
    );
}

/// R39: a code is not sent again, not even with another secret; the next visitor has the one that works.
#[tokio::test]
async fn a_code_leaves_once_whatever_the_secret() {
    let world = World::start_with(&[OLD_AND_NEW]).await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    refuses_the_secret(&world);
    let answer = ada.come_back(&started).await;
    assert_eq!(answer.body["status"], "misconfigured", "{:?}", answer.body);
    assert_eq!(secrets(&world), ["old~secret"]);
    world.microsoft.script().claims.clear();
    ada.connect().await;
    assert_eq!(secrets(&world), ["old~secret", "new~secret"]);
}

/// F16: all of them are refused: one incident, and no account changes.
#[tokio::test]
async fn when_every_secret_is_refused_it_is_an_incident_and_no_accounts() {
    let world = World::start_with(&[OLD_AND_NEW]).await;
    let (mut ada, list) = connected(&world).await;
    world.advance(4_000);
    refuses_the_secret(&world);
    refuses_the_secret(&world);
    assert_eq!(ada.get(&list).await.code(), "deployment_misconfigured");
    let ready = ada.get("/readyz").await;
    assert_eq!(ready.body["incident"]["code"], "secret_expired");
    let session = ada.get("/v1/session").await;
    assert_eq!(session.body["accounts"][0]["state"], "connected");
    world.advance(61);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(ada.get("/readyz").await.body, json!({"status": "ready"}));
}

/// F16: while Microsoft refuses every secret, one request asks each time and the others are told of the incident; nobody's
/// code is spent on it, and another secret is tried at once.
#[tokio::test]
async fn while_every_secret_is_refused_one_request_asks_now_and_then() {
    let world = World::start().await;
    let (mut ada, hers) = connected(&world).await;
    world.microsoft.script().claims.insert("oid", json!(GRACE));
    let (mut grace, theirs) = connected(&world).await;
    let mut newcomer = world.browser();
    let started = newcomer.begin(&json!({})).await;
    world.advance(400);
    world.advance(3_600);
    let started_late = newcomer.begin(&json!({})).await;
    (0..100).for_each(|_| refuses_the_secret(&world));
    let before = world.microsoft.token_requests();
    for _ in 0..5 {
        assert_eq!(ada.get(&hers).await.code(), "deployment_misconfigured");
        assert_eq!(grace.get(&theirs).await.code(), "deployment_misconfigured");
    }
    let turned_back = newcomer.come_back(&started_late).await;
    assert_eq!(
        (&turned_back.body["status"], turned_back.code()),
        (&json!("misconfigured"), "secret_expired")
    );
    assert_eq!(world.microsoft.token_requests(), before + 1);
    let mut waits = 61;
    for round in 2..=4 {
        world.advance(waits);
        let (one, other) = tokio::join!(ada.get(&hers), grace.get(&theirs));
        assert_eq!(
            (one.code(), other.code()),
            ("deployment_misconfigured", "deployment_misconfigured")
        );
        assert_eq!(
            world.microsoft.token_requests(),
            before + round,
            "one of them tried"
        );
        waits *= 2;
    }
    let newer = config(&world.microsoft, &[("client_secret", "swapped~in")]);
    world.backend.reload(newer).await.unwrap();
    world.microsoft.script().answers.clear();
    world.microsoft.script().claims.clear();
    assert_eq!(ada.get(&hers).await.status, StatusCode::OK);
    assert_eq!(ada.get("/readyz").await.body, json!({"status": "ready"}));
    drop(started);
    newcomer.connect().await;
}

const GRACE: &str = "77777777-aaaa-4bbb-8ccc-888888888888";

/// F16: a visitor meets the refusal first: background and callers do not ask for it again.
#[tokio::test]
async fn what_a_sign_in_found_out_holds_for_refreshes() {
    let world = World::start().await;
    let (mut ada, list) = connected(&world).await;
    world.advance(4_000);
    let mut newcomer = world.browser();
    let started = newcomer.begin(&json!({})).await;
    refuses_the_secret(&world);
    assert_eq!(
        newcomer.come_back(&started).await.body["status"],
        "misconfigured"
    );
    let before = world.microsoft.token_requests();
    assert_eq!(ada.get(&list).await.code(), "deployment_misconfigured");
    assert_eq!(world.microsoft.token_requests(), before);
    world.microsoft.script().claims.clear();
    world.advance(61);
    newcomer.connect().await;
    assert_eq!(
        ada.get(&list).await.status,
        StatusCode::OK,
        "a sign-in that works opens the way"
    );
}

#[tokio::test]
async fn a_secret_past_its_end_is_not_tried_while_there_is_another() {
    let ends = ("client_secret_expires", "2027-01-15T09:00:00Z");
    let world = World::start_with(&[OLD_AND_NEW, ends]).await;
    let (mut ada, list) = connected(&world).await;
    world.advance(4_000);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(secrets(&world), ["old~secret", "new~secret"]);
}

#[tokio::test]
async fn credentials_are_exchanged_without_a_restart() {
    let world = World::start().await;
    let (mut ada, list) = connected(&world).await;
    let newer = config(&world.microsoft, &[("client_secret", "swapped~in")]);
    world.backend.reload(newer).await.unwrap();
    world.advance(4_000);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    let pem = pem();
    let certificate = config(&world.microsoft, &[("client_certificate", &pem)]);
    world.backend.reload(certificate).await.unwrap();
    world.advance(4_000);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    let forms = world.microsoft.script().forms.clone();
    assert_eq!(forms[0]["client_secret"], SECRET);
    assert_eq!(forms[1]["client_secret"], "swapped~in");
    assert!(forms[2].contains_key("client_assertion"));
    assert!(!forms[2].contains_key("client_secret"));
}

/// entra.md §4.1: signed once for many requests, and never together with a secret.
#[tokio::test]
async fn an_assertion_serves_for_its_life() {
    let pem = pem();
    let world = World::start_with(&[("client_certificate", &pem)]).await;
    for _ in 0..3 {
        world.browser().connect().await;
    }
    world.advance(540);
    world.browser().connect().await;
    let forms = world.microsoft.script().forms.clone();
    let assertions: Vec<_> = forms.iter().map(|form| &form["client_assertion"]).collect();
    assert_eq!(assertions[0], assertions[2]);
    assert_ne!(assertions[0], assertions[3]);
    for form in &forms {
        assert_eq!(
            form["client_assertion_type"],
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        assert!(!form.contains_key("client_secret"));
    }
}

/// Each step once for each credential, whichever process sees it first and however often it starts.
#[tokio::test]
async fn the_end_of_a_credential_is_announced_at_sixty_thirty_seven_one_and_no_days() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let ends = ("client_secret_expires", "2027-04-01");
    let settings = [("database", database.as_str()), ends];
    let world = World::start_with(&settings).await;
    let other = config(&world.microsoft, &settings);
    let other = Backend::new(other, world.clock.clone()).await.unwrap();
    let vault = Vault::open(&database.parse().unwrap(), ring())
        .await
        .unwrap();
    let end = 1_806_537_600;
    let mut told = Vec::new();
    for days_left in (-2..=70).rev() {
        world.advance(end - days_left * DAY - world.clock.now().0);
        world.backend.tidy().await;
        other.tidy().await;
        let events = vault.deployment_events(100).await.unwrap();
        if events.len() > told.len() {
            let payload: Value = serde_json::from_str(&events[0].payload).unwrap();
            assert_eq!(payload["expires_at"], end);
            assert!(!events[0].payload.contains(SECRET));
            told.push((
                events[0].kind.clone(),
                payload["days_left"].as_i64(),
                days_left,
            ));
        }
    }
    let expiring = |days| ("credential.expiring".to_owned(), Some(days), days);
    let mut expected: Vec<_> = [60, 30, 7, 1].map(expiring).into();
    expected.push(("credential.expired".to_owned(), Some(0), 0));
    assert_eq!(told, expected);
    assert!(START < end - 70 * DAY, "the story begins before its end");
}

/// A secret of which nobody said when it ends: once Microsoft says that it has, that is told once over all processes, and
/// once more for the next such secret in its place.
#[tokio::test]
async fn the_end_of_a_secret_that_nobody_knew_is_announced_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let settings = [("database", database.as_str())];
    let world = World::start_with(&settings).await;
    let other = world.another_process(&database).await;
    let vault = Vault::open(&database.parse().unwrap(), ring())
        .await
        .unwrap();
    let (mut ada, list) = connected(&world).await;
    let mut there = ada.at(other.router());
    for (round, secret) in ["first~secret", "second~secret"].into_iter().enumerate() {
        for process in [&world.backend, &other] {
            let with = [settings[0], ("client_secret", secret)];
            process
                .reload(config(&world.microsoft, &with))
                .await
                .unwrap();
        }
        world.advance(4_000);
        for _ in 0..3 {
            refuses_the_secret(&world);
            refuses_the_secret(&world);
            assert_eq!(ada.get(&list).await.code(), "deployment_misconfigured");
            assert_eq!(there.get(&list).await.code(), "deployment_misconfigured");
            world.backend.tidy().await;
            other.tidy().await;
            world.advance(700);
        }
        world.microsoft.script().answers.clear();
        let events = vault.deployment_events(10).await.unwrap();
        assert_eq!(events.len(), round + 1);
        let payload: Value = serde_json::from_str(&events[0].payload).unwrap();
        assert_eq!(events[0].kind, "credential.expired");
        assert_eq!(payload, json!({"credential": "secret 1", "days_left": 0}));
    }
}

fn ring() -> KeyRing {
    KeyRing::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").unwrap()
}

/// A certificate and its key, made for tests.
fn pem() -> String {
    [
        include_str!("../../src/entra/credential/testing/certificate.pem"),
        include_str!("../../src/entra/credential/testing/key.pem"),
    ]
    .concat()
}
