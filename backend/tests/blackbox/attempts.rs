//! Attempts: started, finished, refused, and everything that must not finish them.

use axum::http::{StatusCode, header};
use connect_outlook_backend::random;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::state::State;
use serde_json::{Value, json};

use super::browser::{Browser, Started};
use super::microsoft::{CLIENT, SECRET, TENANT};
use super::world::{SITE, START, World};

#[tokio::test]
async fn a_page_gets_what_its_authorize_url_needs() {
    let world = World::start().await;
    let challenge = CodeVerifier::from_random(random::bytes().unwrap()).challenge();
    let body = json!({
        "code_challenge": challenge, "code_challenge_method": "S256", "login_hint": "ada@contoso.example",
        "domain_hint": "organizations", "prompt": "select_account",
    });
    let answer = world.browser().post("/v1/attempts", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let (state, nonce) = (answer.body["state"].clone(), answer.body["nonce"].clone());
    assert!(state != nonce && state.as_str().unwrap().len() == 43);
    assert_eq!(
        answer.body,
        json!({
            "state": state, "nonce": nonce, "client_id": CLIENT, "redirect_uri": format!("{SITE}/outlook-callback"),
            "authorize_endpoint": format!("{}/common/oauth2/v2.0/authorize", world.microsoft.origin()),
            "scope": "openid profile email offline_access User.Read Mail.Read", "response_mode": "fragment",
            "expires_at": START + 600, "prompt": "select_account", "login_hint": "ada@contoso.example",
            "domain_hint": "organizations",
        })
    );
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-connect-outlook-flow=")
            && cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax")
    );
    assert!(!cookie.contains("Domain"));
}

/// The whole way: what reaches Microsoft, what reaches the page, what happened.
#[tokio::test]
async fn a_code_becomes_a_session() {
    let mut world = World::start().await;
    let mut ada = world.browser();
    let started = ada
        .begin(&json!({"return_to": "/inbox?folder=sent#top"}))
        .await;
    let answer = ada.come_back(&started).await;
    assert_eq!(answer.status, StatusCode::OK);
    let id = answer.body["account"]["id"].clone();
    assert_eq!(
        answer.body,
        json!({
            "status": "connected", "return_to": "/inbox?folder=sent#top",
            "account": {"id": id, "display_name": "Ada Lovelace", "address": "ada@contoso.example", "state": "connected"},
        })
    );
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-connect-outlook-session=")
            && cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Strict")
    );
    let form = world.microsoft.script().forms[0].clone();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("code", "0.code"),
        ("code_verifier", &started.verifier),
        ("redirect_uri", "http://localhost:8400/outlook-callback"),
        (
            "scope",
            "openid profile email offline_access User.Read Mail.Read",
        ),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
    let names: Vec<_> = world
        .steps()
        .iter()
        .map(|step| serde_json::to_value(step).unwrap()["step"].clone())
        .collect();
    assert_eq!(
        names,
        [
            "attempt_started",
            "attempt_taken",
            "code_redeemed",
            "id_token_validated",
            "graph_called",
            "graph_called",
            "tokens_sealed",
            "session_opened"
        ]
    );
}

/// R1: nothing Microsoft issued is in anything the page gets.
#[tokio::test]
async fn no_answer_holds_a_token_or_the_secret() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let mut seen = format!("{:?}", ada.come_back(&started).await);
    seen += &format!("{:?}", ada.get("/v1/session").await);
    for secret in ["access-1", "refresh-1", SECRET, "eyJ", &started.verifier] {
        assert!(!seen.contains(secret), "{secret}");
    }
}

pub(crate) async fn refused(world: &World, browser: &mut Browser, body: &Value, code: &str) {
    let before = world.microsoft.token_requests();
    let answer = browser.post("/v1/sessions", body).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::BAD_REQUEST, code)
    );
    assert!(!answer.headers.contains_key(header::SET_COOKIE));
    assert_eq!(world.microsoft.token_requests(), before, "no token request");
}

pub(crate) fn finish(state: &str, verifier: &str) -> Value {
    json!({"state": state, "code": "0.code", "code_verifier": verifier})
}

/// R21: one state, one redemption.
#[tokio::test]
async fn an_attempt_is_good_once() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    assert_eq!(ada.come_back(&started).await.body["status"], "connected");
    refused(
        &world,
        &mut ada,
        &finish(&started.state, &started.verifier),
        "attempt_unknown",
    )
    .await;
}

/// R21: fifty at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_callbacks_at_once_one_reaches_microsoft() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    world
        .microsoft
        .script()
        .claims
        .insert("nonce", started.nonce.clone().into());
    let body = finish(&started.state, &started.verifier);
    let all = (0..50).map(|_| {
        let (mut browser, body) = (ada.clone(), body.clone());
        tokio::spawn(async move { browser.post("/v1/sessions", &body).await })
    });
    let mut connected = 0;
    for answer in futures_util::future::join_all(all).await {
        let answer = answer.unwrap();
        connected += usize::from(answer.body["status"] == "connected");
        assert!(
            answer.body["status"] == "connected" || answer.code() == "attempt_unknown",
            "{answer:?}"
        );
    }
    assert_eq!((connected, world.microsoft.token_requests()), (1, 1));
}

/// R20, R29: what is no state of ours.
#[tokio::test]
async fn a_state_that_was_never_given_is_unknown() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let other = State::from_random(random::bytes().unwrap());
    refused(
        &world,
        &mut ada,
        &finish(other.expose(), &started.verifier),
        "attempt_unknown",
    )
    .await;
    for bad in ["", "short", &"a".repeat(10_000)] {
        refused(
            &world,
            &mut ada,
            &finish(bad, &started.verifier),
            "bad_request",
        )
        .await;
    }
    assert_eq!(ada.come_back(&started).await.body["status"], "connected");
}

/// R22: a stranger's browser learns nothing and spends nothing.
#[tokio::test]
async fn another_browser_cannot_finish_an_attempt_and_its_owner_still_can() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let body = finish(&started.state, &started.verifier);
    refused(&world, &mut world.browser(), &body, "attempt_not_yours").await;
    let mut mallory = world.browser();
    mallory.begin(&json!({})).await;
    refused(&world, &mut mallory, &body, "attempt_not_yours").await;
    let refusal = json!({"state": started.state, "error": "access_denied"});
    assert_eq!(
        mallory.post("/v1/attempts/refusals", &refusal).await.code(),
        "attempt_not_yours"
    );
    assert_eq!(ada.come_back(&started).await.body["status"], "connected");
}

/// The verifier is proved before the code leaves; a wrong one spends the attempt.
#[tokio::test]
async fn a_wrong_verifier_never_reaches_microsoft_and_burns_the_attempt() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let other = CodeVerifier::from_random(random::bytes().unwrap());
    refused(
        &world,
        &mut ada,
        &finish(&started.state, other.expose()),
        "verifier_mismatch",
    )
    .await;
    refused(
        &world,
        &mut ada,
        &finish(&started.state, &started.verifier),
        "attempt_unknown",
    )
    .await;
}

/// R23: what was begun under one registration, or for one tenant, cannot be ended under another, whoever shares the vault.
#[tokio::test]
async fn an_attempt_of_another_registration_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let world = World::start_with(&[("database", &database)]).await;
    for other in [
        ("client_id", "11111111-2222-4333-8444-555555555555"),
        ("tenant", "organizations"),
    ] {
        let settings = [("database", database.as_str()), other];
        let there = world.another_process_with(&settings).await;
        let mut ada = world.browser();
        let started = ada.begin(&json!({})).await;
        let body = finish(&started.state, &started.verifier);
        let mut elsewhere = ada.at(there.router());
        refused(&world, &mut elsewhere, &body, "attempt_unknown").await;
        there.stop().await;
    }
}

/// R10, R23: what is redeemed is what was asked for, and not all that the deployment may ask.
#[tokio::test]
async fn a_code_is_redeemed_for_the_scopes_of_its_attempt() {
    let scopes = "openid profile offline_access Mail.Read Mail.Send";
    let world = World::start_with(&[("scopes", scopes)]).await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({"scopes": ["Mail.Read"]})).await;
    assert_eq!(ada.come_back(&started).await.body["status"], "connected");
    let forms = world.microsoft.script().forms.clone();
    let redeemed = &forms[0]["scope"];
    assert!(redeemed.contains("Mail.Read"), "{redeemed}");
    assert!(!redeemed.contains("Mail.Send"), "{redeemed}");
}

/// R24
#[tokio::test]
async fn an_attempt_lapses_after_ten_minutes() {
    let world = World::start().await;
    let mut ada = world.browser();
    let (late, in_time) = (ada.begin(&json!({})).await, world.browser());
    let mut in_time = in_time;
    let other = in_time.begin(&json!({})).await;
    world.advance(599);
    assert_eq!(in_time.come_back(&other).await.body["status"], "connected");
    world.advance(1);
    refused(
        &world,
        &mut ada,
        &finish(&late.state, &late.verifier),
        "attempt_expired",
    )
    .await;
}

/// R25: five at a time in one browser; the oldest goes, the others work.
#[tokio::test]
async fn a_browser_has_five_attempts_at_most() {
    let world = World::start().await;
    let mut ada = world.browser();
    let mut all = Vec::new();
    for _ in 0..6 {
        all.push(ada.begin(&json!({})).await);
    }
    refused(
        &world,
        &mut ada,
        &finish(&all[0].state, &all[0].verifier),
        "attempt_unknown",
    )
    .await;
    assert_eq!(ada.come_back(&all[5]).await.body["status"], "connected");
    assert_eq!(ada.come_back(&all[1]).await.body["status"], "connected");
}

/// R30: a callback that names another issuer spends the attempt and sends nothing; one that names ours is fine.
#[tokio::test]
async fn a_callback_of_another_issuer_is_refused() {
    let world = World::start().await;
    let mut ada = world.browser();
    let named = |started: &Started, issuer: &str| {
        let mut body = finish(&started.state, &started.verifier);
        body["issuer"] = issuer.into();
        body
    };
    let started = ada.begin(&json!({})).await;
    let other = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    refused(
        &world,
        &mut ada,
        &named(&started, &other),
        "issuer_mismatch",
    )
    .await;
    refused(
        &world,
        &mut ada,
        &finish(&started.state, &started.verifier),
        "attempt_unknown",
    )
    .await;
    for (tenant, status) in [
        (TENANT, "connected"),
        ("77777777-aaaa-4bbb-8ccc-888888888888", "cancelled"),
    ] {
        let started = ada.begin(&json!({})).await;
        world
            .microsoft
            .script()
            .claims
            .insert("nonce", started.nonce.clone().into());
        let ours = format!("{}/{tenant}/v2.0", world.microsoft.origin());
        let answer = ada.post("/v1/sessions", &named(&started, &ours)).await;
        assert_eq!(answer.body["status"], status, "{answer:?}");
    }
}
