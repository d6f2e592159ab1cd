//! What a visitor forwards to their administrator, and where the administrator lands.

use axum::http::{Method, StatusCode, header};
use serde_json::json;
use url::Url;

use super::microsoft::CLIENT;
use super::world::{SITE, World};

const REFUSED: &str = "AADSTS90094: An administrator has to agree.";

fn parameter(url: &Url, name: &str) -> String {
    let mut found = url.query_pairs().filter(|(known, _)| known == name);
    found.next().unwrap().1.into_owned()
}

/// Entra's second edition: the scopes that the visitor was asked for, `organizations` where many may sign in.
#[tokio::test]
async fn a_visitor_who_needs_an_administrator_gets_a_link_for_them() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let refusal =
        json!({"state": started.state, "error": "access_denied", "error_description": REFUSED});
    let told = ada.post("/v1/attempts/refusals", &refusal).await;
    assert_eq!(
        (&told.body["status"], &told.body["next"]),
        (&json!("needs_admin"), &json!("ask_admin"))
    );
    let link: Url = told.body["link"].as_str().unwrap().parse().unwrap();
    assert!(link.as_str().starts_with(world.microsoft.origin()));
    assert_eq!(link.path(), "/organizations/v2.0/adminconsent");
    assert_eq!(parameter(&link, "client_id"), CLIENT);
    assert_eq!(
        parameter(&link, "redirect_uri"),
        format!("{SITE}/outlook/v1/callback")
    );
    assert!(
        parameter(&link, "scope")
            .split(' ')
            .any(|scope| scope == "Mail.Read")
    );
    assert_ne!(
        parameter(&link, "state"),
        started.state,
        "R52: not the attempt's"
    );
}

/// Where the attempt was for an account that is known, the link leads to its organisation.
#[tokio::test]
async fn the_link_of_a_known_account_names_its_organisation() {
    let world = World::start().await;
    let mut ada = world.browser();
    let account = ada.connect().await;
    let started = ada.begin(&json!({"account": account})).await;
    let refusal =
        json!({"state": started.state, "error": "access_denied", "error_description": REFUSED});
    let told = ada.post("/v1/attempts/refusals", &refusal).await;
    let link: Url = told.body["link"].as_str().unwrap().parse().unwrap();
    let tenant = link.path().split('/').nth(1).unwrap();
    assert_eq!(tenant.len(), 36, "{link}");
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
    assert!(
        told.body["link"]
            .as_str()
            .unwrap()
            .contains("/v2.0/adminconsent?")
    );
}

/// Nobody else is given one.
#[tokio::test]
async fn other_outcomes_have_no_link() {
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
}

/// The `tenant` of the redirect proves nothing, so nothing comes of it but a page; R32: the address is clean.
#[tokio::test]
async fn an_administrator_lands_on_a_page_that_claims_nothing() {
    let mut world = World::start().await;
    let evil = "%3Cscript%3E";
    for (query, page) in [
        (
            format!("admin_consent=True&tenant={evil}&scope=x&state={evil}"),
            "given",
        ),
        (
            format!("admin_consent=True&error=consent_required&error_description={evil}&state=x"),
            "refused",
        ),
    ] {
        let mut grace = world.browser();
        let back = grace.arrive(&query).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER);
        assert_eq!(
            back.headers[header::LOCATION],
            format!("{SITE}/outlook/v1/approval/{page}")
        );
        assert!(grace.cookies.is_empty());
        let path = format!("/v1/approval/{page}");
        let shown = super::door::sent(&world, Method::GET, &path, &[]).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.text.contains("<h1>") && !shown.text.contains("script"));
    }
    assert!(world.steps().is_empty());
}

/// R28, R52: neither kind of answer ends an attempt of the other.
#[tokio::test]
async fn an_approval_ends_no_attempt_and_a_code_is_no_approval() {
    let world = World::start().await;
    let mut ada = world.browser();
    let pressed = ada.press("").await;
    let url: Url = pressed.headers[header::LOCATION]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let (state, nonce) = (parameter(&url, "state"), parameter(&url, "nonce"));
    world
        .microsoft
        .script()
        .claims
        .insert("nonce", nonce.into());
    let approved = ada
        .arrive(&format!("admin_consent=True&tenant=t&state={state}"))
        .await;
    assert!(
        approved.headers[header::LOCATION]
            .to_str()
            .unwrap()
            .ends_with("/v1/approval/given")
    );
    let back = ada
        .arrive(&format!("code=0.code&admin_consent=True&state={state}"))
        .await;
    let landed = back.headers[header::LOCATION].to_str().unwrap();
    assert!(
        landed.ends_with("?connect_outlook=connected"),
        "the attempt was still open: {landed}"
    );
}
