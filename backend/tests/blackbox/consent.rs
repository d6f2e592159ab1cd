//! What a visitor forwards to their administrator: who gets a page, what it says, and where it leads.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use super::browser::{Answer, Browser};
use super::microsoft::{CLIENT, TENANT};
use super::world::{SITE, World};

const REFUSED: &str = "AADSTS90094: An administrator has to agree.";

pub(super) fn parameter(url: &Url, name: &str) -> String {
    let mut found = url.query_pairs().filter(|(known, _)| known == name);
    found.next().unwrap().1.into_owned()
}

pub(super) fn location(answer: &Answer) -> Url {
    let text = answer.headers[header::LOCATION].to_str().unwrap();
    text.parse().unwrap()
}

/// What a visitor is told whom Microsoft sent for an administrator.
pub(super) async fn blocked(browser: &mut Browser, wishes: &Value) -> Value {
    let started = browser.begin(wishes).await;
    let refusal =
        json!({"state": started.state, "error": "access_denied", "error_description": REFUSED});
    browser.post("/v1/attempts/refusals", &refusal).await.body
}

/// The path of the page that is forwarded.
pub(super) fn page(told: &Value) -> String {
    let link: Url = told["link"].as_str().unwrap().parse().unwrap();
    let ours = format!("{SITE}/outlook/v1/consent/");
    assert!(link.as_str().starts_with(&ours), "{link}");
    link.path().trim_start_matches("/outlook").to_owned()
}

/// Presses the page's button; where that leads.
pub(super) async fn presses(browser: &mut Browser, page: &str) -> Url {
    let request = browser.navigation(Method::POST, page, "same-origin");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = browser.follow(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    location(&answer)
}

pub(super) async fn state(browser: &mut Browser, page: &str) -> String {
    let told = browser.get(&format!("{page}/state")).await;
    told.body["state"].as_str().unwrap().to_owned()
}

/// Entra's second edition: the scopes that the visitor was asked for, `organizations` where many may sign in.
#[tokio::test]
async fn a_visitor_who_needs_an_administrator_gets_a_page_for_them() {
    let world = World::start().await;
    let mut ada = world.browser();
    let told = blocked(&mut ada, &json!({})).await;
    assert_eq!(
        (&told["status"], &told["next"]),
        (&json!("needs_admin"), &json!("ask_admin"))
    );
    let page = page(&told);
    let shown = super::door::sent(&world, Method::GET, &page, &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("read their mail"), "{}", shown.text);
    assert!(shown.text.contains("Your own mailbox is not connected."));

    let mut grace = world.browser();
    let link = presses(&mut grace, &page).await;
    assert!(link.as_str().starts_with(world.microsoft.origin()));
    assert_eq!(link.path(), "/organizations/v2.0/adminconsent");
    assert_eq!(parameter(&link, "client_id"), CLIENT);
    assert_eq!(
        parameter(&link, "redirect_uri"),
        format!("{SITE}/outlook/v1/callback")
    );
    let scope = parameter(&link, "scope");
    assert!(scope.split(' ').any(|scope| scope == "Mail.Read"));
}

/// R41: scanners look at addresses in letters; nothing comes of it.
#[tokio::test]
async fn looking_at_the_page_changes_nothing() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    for _ in 0..30 {
        for method in [Method::GET, Method::HEAD] {
            let looked = super::door::sent(&world, method, &page, &[]).await;
            assert_eq!(looked.status, StatusCode::OK);
            assert!(!looked.headers.contains_key(header::SET_COOKIE));
        }
    }
    assert_eq!(state(&mut ada, &page).await, "requested");
    assert_eq!(world.microsoft.token_requests(), 0);
    presses(&mut world.browser(), &page).await;
}

/// Where the attempt was for an account that is known, the page leads to its organisation and to no other.
#[tokio::test]
async fn the_page_of_a_known_account_leads_to_its_organisation() {
    let world = World::start().await;
    let mut ada = world.browser();
    let account = ada.connect().await;
    let told = blocked(&mut ada, &json!({"account": account})).await;
    let link = presses(&mut world.browser(), &page(&told)).await;
    assert_eq!(link.path(), format!("/{TENANT}/v2.0/adminconsent"));
}

/// entra 22: Microsoft says no more of a visitor who left its page that asks for an administrator.
#[tokio::test]
async fn who_turned_back_gets_it_too() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let refusal =
        json!({"state": started.state, "error": "access_denied", "error_subcode": "cancel"});
    let told = ada.post("/v1/attempts/refusals", &refusal).await;
    assert_eq!(
        (&told.body["status"], told.code()),
        (&json!("cancelled"), "turned_back")
    );
    page(&told.body);
}

/// Nobody else is given one; who has a personal account has no administrator.
#[tokio::test]
async fn other_outcomes_have_no_page() {
    let world = World::start().await;
    for description in ["AADSTS65004: x", "AADSTS53003: x", "AADSTS50011: x"] {
        let mut ada = world.browser();
        let started = ada.begin(&json!({})).await;
        let refusal = json!({"state": started.state, "error": "access_denied", "error_description": description});
        let told = ada.post("/v1/attempts/refusals", &refusal).await;
        assert!(
            told.body["status"].is_string() && told.body["link"].is_null(),
            "{:?}",
            told.body
        );
    }
    let world = World::start_with(&[("tenant", "consumers")]).await;
    let told = blocked(&mut world.browser(), &json!({})).await;
    assert!(told["link"].is_null(), "{told}");
}

/// Who guesses at pages finds none; a request that nobody answered is over after a month.
#[tokio::test]
async fn what_is_unknown_or_over_says_so() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    for path in ["/v1/consent/x", &format!("/v1/consent/{}", "A".repeat(43))] {
        let shown = super::door::sent(&world, Method::GET, path, &[]).await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND);
    }
    world.advance(30 * 86_400);
    let shown = super::door::sent(&world, Method::GET, &page, &[]).await;
    assert_eq!(shown.status, StatusCode::GONE);
    assert_eq!(state(&mut ada, &page).await, "expired");
}
