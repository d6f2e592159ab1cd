//! The server-driven way: a form, two redirects, no script.

use axum::http::{Method, StatusCode, header};
use connect_outlook_protocol::pkce::{CodeChallenge, CodeVerifier};
use connect_outlook_protocol::returned;
use serde_json::{Value, json};
use url::Url;

use super::browser::{Answer, Browser};
use super::world::{SITE, World};

const SESSION: &str = "__Host-connect-outlook-session";

/// Where an answer sends the browser.
fn location(answer: &Answer) -> Url {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "R32: {answer:?}");
    answer.headers[header::LOCATION]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

fn parameter(url: &Url, name: &str) -> String {
    let mut found = url.query_pairs().filter(|(known, _)| known == name);
    let (value, again) = (found.next(), found.next());
    assert!(value.is_some() && again.is_none(), "{name} in {url}");
    value.unwrap().1.into_owned()
}

/// Presses the button; answers the authorize URL, whose nonce the next ID token will have.
async fn pressed(world: &World, browser: &mut Browser, form: &str) -> Url {
    let url = location(&browser.press(form).await);
    let nonce: Value = parameter(&url, "nonce").into();
    world.microsoft.script().claims.insert("nonce", nonce);
    url
}

async fn arrived(world: &World, browser: &mut Browser, form: &str) -> Answer {
    let url = pressed(world, browser, form).await;
    let query = format!("code=0.code&state={}", parameter(&url, "state"));
    browser.arrive(&query).await
}

/// What stands on the page that a callback came to.
async fn came_to(world: &World, browser: &mut Browser, query: &str) -> String {
    let url = location(&browser.arrive(query).await);
    assert_eq!(url.origin().ascii_serialization(), SITE);
    let pairs: Vec<_> = url
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(
        pairs,
        ["code"],
        "R32: neither code nor state goes on: {url}"
    );
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let path = path.strip_prefix("/outlook").unwrap();
    let page = super::door::sent(world, Method::GET, path, &[]).await;
    assert!(page.status.is_client_error() || page.status.is_server_error());
    assert!(page.text.starts_with("<!DOCTYPE html>") && page.text.contains("<h1>"));
    parameter(&url, "code")
}

/// R4, R16, R33: the verifier of the token request is of our making, and its challenge is the one Entra saw.
#[tokio::test]
async fn a_form_becomes_a_session() {
    let world = World::start().await;
    let mut ada = world.browser();
    let url = pressed(&world, &mut ada, "return_to=%2Finbox%3Fpage%3D2%23top").await;
    assert!(url.as_str().starts_with(world.microsoft.origin()));
    assert_eq!(parameter(&url, "response_type"), "code");
    assert_eq!(parameter(&url, "response_mode"), "query");
    assert_eq!(parameter(&url, "code_challenge_method"), "S256");
    let callback = format!("{SITE}/outlook/v1/callback");
    assert_eq!(parameter(&url, "redirect_uri"), callback);
    let query = format!("code=0.code&state={}", parameter(&url, "state"));
    let answer = ada.arrive(&query).await;
    let landed = location(&answer);
    assert_eq!(
        landed.as_str(),
        format!("{SITE}/inbox?page=2&connect_outlook=connected#top")
    );
    let form = world.microsoft.script().forms[0].clone();
    let verifier = CodeVerifier::parse(&form["code_verifier"]).unwrap();
    let challenge = CodeChallenge::parse(&parameter(&url, "code_challenge")).unwrap();
    assert!(challenge.matches(&verifier));
    assert_eq!(form["redirect_uri"], callback);
    let session = ada.get("/v1/session").await;
    assert_eq!(session.body["accounts"][0]["display_name"], "Ada Lovelace");
}

/// R19: nothing is ever the same twice.
#[tokio::test]
async fn every_press_makes_fresh_values() {
    let world = World::start().await;
    let mut ada = world.browser();
    let (one, two) = (
        pressed(&world, &mut ada, "").await,
        pressed(&world, &mut ada, "").await,
    );
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(parameter(&one, name), parameter(&two, name), "{name}");
    }
}

/// R26, R27: looking at the page starts nothing, and a link says nothing about the sign-in.
#[tokio::test]
async fn a_link_leads_to_a_button_and_starts_nothing() {
    let mut world = World::start().await;
    let page = super::door::sent(&world, Method::GET, "/v1/connect?return_to=/inbox", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text
            .contains("<form method=\"post\" action=\"/outlook/v1/connect\">")
    );
    assert!(page.text.contains("name=\"return_to\" value=\"/inbox\""));
    assert!(!page.headers.contains_key(header::SET_COOKIE));
    assert!(world.steps().is_empty());
    let claim = format!("claim={}", "A".repeat(43));
    for more in [
        "login_hint=ada",
        "prompt=login",
        "scopes=Mail.Read",
        "account=x",
        &claim,
        "x=y",
    ] {
        let page =
            super::door::sent(&world, Method::GET, &format!("/v1/connect?{more}"), &[]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{more}");
    }
    let style = super::door::sent(&world, Method::GET, "/v1/connect.css", &[]).await;
    assert_eq!(
        style.headers[header::CONTENT_TYPE],
        "text/css; charset=utf-8"
    );
}

#[tokio::test]
async fn wishes_reach_microsoft() {
    let world = World::start().await;
    let form = "login_hint=ada%40contoso.example&prompt=login&scopes=Mail.Read&return_to=";
    let url = pressed(&world, &mut world.browser(), form).await;
    assert_eq!(parameter(&url, "login_hint"), "ada@contoso.example");
    assert_eq!(parameter(&url, "prompt"), "login");
    assert!(parameter(&url, "scope").ends_with("Mail.Read"));
}

/// R10, R64, R73, R178: each is a page that says so, and no attempt.
#[tokio::test]
async fn a_form_that_is_not_in_order_starts_nothing() {
    let mut world = World::start().await;
    for form in [
        "return_to=https%3A%2F%2Fevil.example",
        "return_to=%2F%2Fevil.example",
        "return_to=%2F&return_to=%2F",
        "login_hint=a%0d%0ab",
        "prompt=none",
        "scopes=Directory.Read.All",
    ] {
        let mut browser = world.browser();
        let answer = browser.press(form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{form}");
        assert!(answer.text.starts_with("<!DOCTYPE html>"), "{form}");
        assert!(browser.cookies.is_empty(), "{form}");
    }
    assert!(world.steps().is_empty());
}

/// Signing in again is for the account that the form names, which has to be the session's own (R67, R68).
#[tokio::test]
async fn a_form_may_be_for_one_account() {
    let world = World::start().await;
    let mut ada = world.browser();
    let account = ada.connect().await;
    let url = pressed(
        &world,
        &mut ada,
        &format!("account={account}&domain_hint=organizations"),
    )
    .await;
    assert_eq!(parameter(&url, "login_hint"), "ada@contoso.example");
    assert_eq!(parameter(&url, "domain_hint"), "organizations");
    for mut stranger in [world.browser(), ada.clone()] {
        let other = account.replace(|digit: char| digit.is_ascii_digit(), "7");
        let named = if stranger.cookies.is_empty() {
            &account
        } else {
            &other
        };
        let answer = stranger.press(&format!("account={named}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.text.starts_with("<!DOCTYPE html>"));
    }
}

/// R31: what Microsoft said is told in our words, without its own.
#[tokio::test]
async fn a_no_comes_back_as_an_outcome() {
    let world = World::start().await;
    let mut ada = world.browser();
    let url = pressed(
        &world,
        &mut ada,
        "return_to=%2Fa%3Fconnect_outlook%3Dconnected",
    )
    .await;
    let query = format!(
        "error=access_denied&error_description=AADSTS65004%3a+hunter2&state={}",
        parameter(&url, "state")
    );
    let landed = location(&ada.arrive(&query).await);
    assert!(!landed.as_str().contains("hunter2"), "{landed}");
    let told = returned::read(landed.query().unwrap()).unwrap();
    assert_eq!(told.status, "cancelled");
    assert_eq!(told.reason.unwrap().aadsts, Some(65_004));
    assert!(!ada.cookies.contains_key(SESSION));
    assert_eq!(world.microsoft.token_requests(), 0);
}

/// R37: the session the browser held is replaced and its accounts come along, although the callback, a navigation from
/// another site, does not bring its strict cookie.
#[tokio::test]
async fn a_sign_in_replaces_the_session_of_the_browser() {
    let world = World::start().await;
    let mut ada = world.browser();
    ada.connect().await;
    let before = ada.clone();
    world
        .microsoft
        .script()
        .claims
        .insert("oid", "55555555-aaaa-4bbb-8ccc-666666666666".into());
    location(&arrived(&world, &mut ada, "").await);
    assert_ne!(ada.cookies[SESSION], before.cookies[SESSION]);
    assert_eq!(before.clone().get("/v1/session").await.code(), "no_session");
    let session = ada.get("/v1/session").await;
    assert_eq!(session.body["accounts"].as_array().unwrap().len(), 2);
}

/// R21, R39: of fifty callbacks at once, of the back button and of a reload, one has an effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_works_once() {
    let world = World::start().await;
    let mut ada = world.browser();
    let url = pressed(&world, &mut ada, "").await;
    let query = format!("code=0.code&state={}", parameter(&url, "state"));
    let tabs: Vec<_> = (0..50)
        .map(|_| {
            let (mut tab, query) = (ada.clone(), query.clone());
            tokio::spawn(async move { location(&tab.arrive(&query).await) })
        })
        .collect();
    let mut connected = 0;
    for tab in tabs {
        connected += usize::from(tab.await.unwrap().path() == "/");
    }
    assert_eq!((connected, world.microsoft.token_requests()), (1, 1));
    assert_eq!(came_to(&world, &mut ada, &query).await, "attempt_unknown");
    assert_eq!(world.microsoft.token_requests(), 1);
}

/// R22: another browser gets a page, its owner goes on.
#[tokio::test]
async fn an_attempt_belongs_to_its_browser() {
    let world = World::start().await;
    let (mut ada, mut stranger, mut other) = (world.browser(), world.browser(), world.browser());
    let url = pressed(&world, &mut ada, "").await;
    let query = format!("code=0.code&state={}", parameter(&url, "state"));
    assert_eq!(
        came_to(&world, &mut stranger, &query).await,
        "attempt_not_yours"
    );
    other.begin(&json!({})).await;
    assert_eq!(
        came_to(&world, &mut other, &query).await,
        "attempt_not_yours"
    );
    assert_eq!(world.microsoft.token_requests(), 0);
    assert_eq!(location(&ada.arrive(&query).await).path(), "/");
}

/// R28: an attempt of the one way does not end by the other, and is not spoilt by the try.
#[tokio::test]
async fn the_two_ways_do_not_mix() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let query = format!("code=0.code&state={}", started.state);
    assert_eq!(came_to(&world, &mut ada, &query).await, "attempt_unknown");
    let url = pressed(&world, &mut ada, "").await;
    let body = json!({"state": parameter(&url, "state"), "code": "0.code", "code_verifier": started.verifier});
    let answer = ada.post("/v1/sessions", &body).await;
    assert_eq!(answer.code(), "attempt_unknown");
    assert_eq!(world.microsoft.token_requests(), 0);
    world.microsoft.script().claims.clear();
    assert_eq!(ada.come_back(&started).await.body["status"], "connected");
    world
        .microsoft
        .script()
        .claims
        .insert("nonce", parameter(&url, "nonce").into());
    let query = format!("code=0.code&state={}", parameter(&url, "state"));
    assert_eq!(location(&ada.arrive(&query).await).path(), "/");
}

/// R24
#[tokio::test]
async fn after_ten_minutes_it_is_too_late() {
    let world = World::start().await;
    let mut ada = world.browser();
    let url = pressed(&world, &mut ada, "").await;
    world.advance(600);
    let query = format!("code=0.code&state={}", parameter(&url, "state"));
    assert_eq!(came_to(&world, &mut ada, &query).await, "attempt_expired");
    assert_eq!(world.microsoft.token_requests(), 0);
}

/// R29: nothing of a callback that is not in order is used, and the attempt stays.
#[tokio::test]
async fn a_callback_that_is_not_in_order_decides_nothing() {
    let world = World::start().await;
    let mut ada = world.browser();
    let url = pressed(&world, &mut ada, "").await;
    let state = parameter(&url, "state");
    for query in [
        String::new(),
        "code=0.code".to_owned(),
        format!("state={state}"),
        format!("code=a&code=b&state={state}"),
        format!("code=a&state={state}&state={state}"),
        format!("code=a&error=b&state={state}"),
        format!("code=&state={state}"),
        format!("code=a%00&state={state}"),
        format!("code=a%0d%0aset-cookie:%20x&state={state}"),
    ] {
        let code = came_to(&world, &mut ada, &query).await;
        assert_eq!(code, "callback_malformed", "{query}");
    }
    assert_eq!(world.microsoft.token_requests(), 0);
    let query = format!("code=0.code&state={state}");
    assert_eq!(location(&ada.arrive(&query).await).path(), "/");
}

/// R30: the issuer of another tenant's authority spends the attempt and not the code.
#[tokio::test]
async fn a_callback_of_another_issuer_is_refused() {
    let world = World::start().await;
    let mut ada = world.browser();
    let url = pressed(&world, &mut ada, "").await;
    let state = parameter(&url, "state");
    let query = format!("code=0.code&state={state}&iss=https%3A%2F%2Fevil.example%2Fx%2Fv2.0");
    assert_eq!(came_to(&world, &mut ada, &query).await, "issuer_mismatch");
    assert_eq!(world.microsoft.token_requests(), 0);
}

/// R31: the page shows what a callback can come to, and no other words of the address.
#[tokio::test]
async fn a_problem_page_repeats_nothing() {
    let world = World::start().await;
    for query in [
        "",
        "code=hunter2",
        "code=<b>x</b>",
        "code=no_session",
        "x=y",
    ] {
        let path = format!(
            "/v1/connect/problem?{}",
            query.replace('<', "%3c").replace('>', "%3e")
        );
        let page = super::door::sent(&world, Method::GET, &path, &[]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{query}");
        assert!(
            !page.text.contains("hunter2") && !page.text.contains("<b>"),
            "{query}"
        );
    }
}
