//! Refreshing on use: once, in time, and never at the account's cost when somebody else is at fault.

use axum::http::{StatusCode, header};
use connect_outlook_backend::steps::Step;
use serde_json::json;

use super::browser::Browser;
use super::microsoft::SECRET;
use super::world::World;

async fn connected() -> (World, Browser, String) {
    let world = World::start().await;
    let mut ada = world.browser();
    let id = ada.connect().await;
    (world, ada, format!("/v1/accounts/{id}/messages"))
}

async fn state(ada: &mut Browser) -> String {
    ada.get("/v1/session").await.body["accounts"][0]["state"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The tokens of the tests live an hour: a tenth, six minutes, is the margin.
#[tokio::test]
async fn a_token_is_replaced_when_little_of_its_life_is_left_and_not_before() {
    let (mut world, mut ada, list) = connected().await;
    world.advance(3_600 - 361);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(world.microsoft.token_requests(), 1);
    world.advance(1);
    world.steps();
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(world.microsoft.token_requests(), 2);
    assert!(world.steps().contains(&Step::AccessTokenRefreshed {
        expires_in: 3_600,
        rotated: true
    }));
    let form = world.microsoft.script().forms[1].clone();
    assert_eq!(
        (form["grant_type"].as_str(), form["refresh_token"].as_str()),
        ("refresh_token", "refresh-1")
    );
    assert_eq!(
        (form["client_secret"].as_str(), form["scope"].as_str()),
        (SECRET, "User.Read Mail.Read offline_access")
    );
}

/// R79: the refresh token that came last is the one used next; without a new one the old one stays.
#[tokio::test]
async fn rotation_is_followed_and_its_absence_too() {
    let (world, mut ada, list) = connected().await;
    for (rotates, used_next) in [
        (true, "refresh-2"),
        (false, "refresh-2"),
        (true, "refresh-4"),
    ] {
        if !rotates {
            world
                .microsoft
                .script()
                .answer
                .insert("refresh_token", json!(null));
        }
        world.advance(3_600);
        assert_eq!(ada.get(&list).await.status, StatusCode::OK);
        world.advance(3_600);
        world.microsoft.say(503, json!("down"));
        assert_eq!(ada.get(&list).await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            world.microsoft.script().forms.last().unwrap()["refresh_token"],
            used_next
        );
    }
}

/// R80: in one process. The first waits at Microsoft while the others arrive.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_callers_of_one_lapsed_account_cause_one_refresh() {
    let (world, ada, list) = connected().await;
    world.advance(4_000);
    world.microsoft.script().held = true;
    let all: Vec<_> = (0..100)
        .map(|_| {
            let (mut ada, list) = (ada.clone(), list.clone());
            tokio::spawn(async move { ada.get(&list).await.status })
        })
        .collect();
    while world.microsoft.token_requests() < 2 {
        tokio::task::yield_now().await;
    }
    world.microsoft.let_go();
    for caller in all {
        assert_eq!(caller.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(world.microsoft.token_requests(), 2);
}

/// R94: the life of a token counts from the question, however long the answer takes.
#[tokio::test]
async fn a_token_whose_answer_took_long_is_replaced_all_the_earlier() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    world.microsoft.script().held = true;
    let connecting = tokio::spawn(async move {
        let connected = ada.come_back(&started).await;
        (ada, connected.body["account"]["id"].clone())
    });
    while world.microsoft.token_requests() < 1 {
        tokio::task::yield_now().await;
    }
    world.advance(500);
    world.microsoft.let_go();
    let (mut ada, account) = connecting.await.unwrap();
    let list = format!("/v1/accounts/{}/messages", account.as_str().unwrap());
    lasts_from_the_question(&world, &mut ada, &list).await;

    world.advance(3_600);
    world.microsoft.script().held = true;
    let before = world.microsoft.token_requests();
    let (mut reader, path) = (ada.clone(), list.clone());
    let reading = tokio::spawn(async move { reader.get(&path).await.status });
    while world.microsoft.token_requests() == before {
        tokio::task::yield_now().await;
    }
    world.advance(500);
    world.microsoft.let_go();
    assert_eq!(reading.await.unwrap(), StatusCode::OK);
    lasts_from_the_question(&world, &mut ada, &list).await;
}

/// A token that lives an hour, and was asked for 500 seconds ago, is replaced six minutes before that hour is over.
async fn lasts_from_the_question(world: &World, ada: &mut Browser, list: &str) {
    let before = world.microsoft.token_requests();
    for (seconds, more) in [(3_600 - 500 - 400, 0), (100, 1)] {
        world.advance(seconds);
        assert_eq!(ada.get(list).await.status, StatusCode::OK);
        assert_eq!(world.microsoft.token_requests(), before + more);
    }
}

/// R94: a short life ends five minutes early too, so that nobody sets out with a token that lapses on the way.
#[tokio::test]
async fn a_token_of_a_short_life_is_replaced_five_minutes_early() {
    let world = World::start().await;
    let mut ada = world.browser();
    world
        .microsoft
        .script()
        .answer
        .insert("expires_in", json!(1_200));
    let list = format!("/v1/accounts/{}/messages", ada.connect().await);
    for (seconds, requests) in [(890, 1), (20, 2)] {
        world.advance(seconds);
        assert_eq!(ada.get(&list).await.status, StatusCode::OK);
        assert_eq!(world.microsoft.token_requests(), requests);
    }
}

/// R180: the visitor closes the tab while Microsoft thinks; the answer is kept nevertheless.
#[tokio::test]
async fn an_answer_reaches_the_vault_though_nobody_waits_for_it() {
    let (world, ada, list) = connected().await;
    world.advance(4_000);
    world.microsoft.script().held = true;
    let (mut gone, path) = (ada.clone(), list.clone());
    let request = tokio::spawn(async move { gone.get(&path).await.status });
    while world.microsoft.token_requests() < 2 {
        tokio::task::yield_now().await;
    }
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    world.microsoft.let_go();
    assert_eq!(ada.clone().get(&list).await.status, StatusCode::OK);
    assert_eq!(world.microsoft.token_requests(), 2);
}

/// R60, R88, F15: a dead grant is the visitor's turn; the session opens no mail, and Microsoft is not asked again.
#[tokio::test]
async fn a_dead_grant_asks_for_a_sign_in_and_is_not_tried_again() {
    let (world, mut ada, list) = connected().await;
    world.advance(4_000);
    world.microsoft.say(
        400,
        json!({"error": "invalid_grant", "suberror": "bad_token", "error_codes": [50_173]}),
    );
    for _ in 0..3 {
        let answer = ada.get(&list).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::CONFLICT, "account_needs_user")
        );
    }
    assert_eq!(
        (
            world.microsoft.token_requests(),
            state(&mut ada).await.as_str()
        ),
        (2, "needs_user")
    );
    ada.connect().await;
    assert_eq!(
        (ada.get(&list).await.status, state(&mut ada).await.as_str()),
        (StatusCode::OK, "connected")
    );
}

/// F17: who must act depends on the refusal.
#[tokio::test]
async fn the_state_says_who_must_act() {
    for (answer, expected) in [
        (
            json!({"error": "invalid_grant", "suberror": "message_only", "error_codes": [53_003]}),
            "blocked_by_policy",
        ),
        (
            json!({"error": "interaction_required", "suberror": "basic_action", "error_codes": [50_076], "claims": "{}"}),
            "needs_user",
        ),
        (
            json!({"error": "invalid_grant", "error_codes": [90_094]}),
            "needs_admin",
        ),
    ] {
        let (world, mut ada, list) = connected().await;
        world.advance(4_000);
        world.microsoft.say(400, answer.clone());
        ada.get(&list).await;
        assert_eq!(state(&mut ada).await, expected, "{answer}");
    }
}

/// R88, F16: our secret is our trouble. The account is untouched, the deployment says so, and recovers by itself.
#[tokio::test]
async fn a_refused_secret_is_an_incident_and_never_the_accounts() {
    let (world, mut ada, list) = connected().await;
    world.advance(4_000);
    world.microsoft.say(
        401,
        json!({"error": "invalid_client", "error_codes": [7_000_222]}),
    );
    let answer = ada.get(&list).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::SERVICE_UNAVAILABLE, "deployment_misconfigured")
    );
    assert_eq!(state(&mut ada).await, "connected");
    let ready = ada.get("/readyz").await;
    assert_eq!(
        (ready.status, &ready.body["status"]),
        (StatusCode::OK, &json!("degraded"))
    );
    assert_eq!(
        (
            &ready.body["incident"]["code"],
            &ready.body["incident"]["actor"]
        ),
        (&json!("secret_expired"), &json!("operator"))
    );
    for _ in 0..3 {
        assert_eq!(ada.get(&list).await.code(), "deployment_misconfigured");
    }
    assert_eq!(
        world.microsoft.token_requests(),
        2,
        "it is not asked again at once"
    );
    world.advance(61);
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(ada.get("/readyz").await.body, json!({"status": "ready"}));
}

/// R89, F3, F4: outages take nothing; the token at hand serves until it is over.
#[tokio::test]
async fn while_microsoft_is_down_the_token_at_hand_serves_to_its_end() {
    let (world, mut ada, list) = connected().await;
    world.advance(3_600 - 120);
    for (status, answer) in [
        (503, json!("<html>")),
        (429, json!({"error": "temporarily_unavailable"})),
        (401, json!({"error": "invalid_client"})),
    ] {
        world.microsoft.say(status, answer);
        assert_eq!(ada.get(&list).await.status, StatusCode::OK, "{status}");
        assert_eq!(ada.get(&list).await.status, StatusCode::OK, "{status}");
        world.advance(20);
    }
    assert_eq!(world.microsoft.token_requests(), 4, "each is heeded");
    world.advance(100);
    for status in [500, 429, 503] {
        world.microsoft.say(status, json!({}));
        let answer = ada.get(&list).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::SERVICE_UNAVAILABLE, "microsoft_unavailable")
        );
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
        assert_eq!(state(&mut ada).await, "connected");
        world.advance(300);
    }
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
}

/// F42: what comes home after a disconnect is dropped.
#[tokio::test]
async fn a_disconnect_while_a_refresh_is_out_stays_a_disconnect() {
    let (world, mut ada, list) = connected().await;
    let account = list.trim_end_matches("/messages").to_owned();
    world.advance(4_000);
    world.microsoft.script().held = true;
    let (mut waiting, path) = (ada.clone(), list.clone());
    let request = tokio::spawn(async move { waiting.get(&path).await });
    while world.microsoft.token_requests() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ada.delete(&account).await.status, StatusCode::NO_CONTENT);
    world.microsoft.let_go();
    assert_eq!(request.await.unwrap().code(), "account_needs_user");
    assert_eq!(ada.get("/v1/session").await.status, StatusCode::NO_CONTENT);
}

/// R112: a refresh that speaks of somebody else brings nothing.
#[tokio::test]
async fn a_refresh_that_names_somebody_else_is_dropped() {
    let (world, mut ada, list) = connected().await;
    world.advance(4_000);
    world
        .microsoft
        .script()
        .answer
        .insert("id_token", json!("a.b.c"));
    assert_eq!(ada.get(&list).await.code(), "microsoft_unavailable");
    assert_eq!(state(&mut ada).await, "connected");
    assert_eq!(
        ada.get(&list).await.status,
        StatusCode::OK,
        "the next answer counts"
    );
    assert_eq!(
        world.microsoft.script().forms[2]["refresh_token"],
        "refresh-1"
    );
}
