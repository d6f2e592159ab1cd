//! Signing out, entra 80.

use crate::support::{ADA, App, Browser, Stage};

/// entra 80
#[tokio::test]
async fn signing_out_ends_the_browsers_session_and_nothing_else() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let page = browser.open(&App::DEMO.start().path()).await;
    let code = browser.go_all_the_way(page, ADA).await.code();
    let tokens = stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    browser.open(&App::DEMO.start().path()).await.code();
    let out = browser.open("/common/oauth2/v2.0/logout").await;
    assert_eq!(out.title(), "Signed out");
    assert_eq!(
        browser.open(&App::DEMO.start().path()).await.title(),
        "Pick an account"
    );
    stage
        .token("common", &App::DEMO.refresh(tokens.text("refresh_token")))
        .await
        .granted();
}

/// entra 80
#[tokio::test]
async fn signing_out_returns_only_to_registered_addresses() {
    let stage = Stage::start().await;
    let out = async |address: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("post_logout_redirect_uri", address)
            .append_pair("state", "s 1");
        Browser::new(&stage)
            .open(&format!("/common/oauth2/v2.0/logout?{}", query.finish()))
            .await
    };
    let back = out("http://localhost:3000/outlook-callback").await;
    assert_eq!(
        back.location(),
        "http://localhost:3000/outlook-callback?state=s+1"
    );
    let stays = out("https://elsewhere.example/").await;
    assert!(stays.headers.get("location").is_none() && stays.title() == "Signed out");
}

/// entra 80
#[tokio::test]
async fn signing_out_by_post_works_too() {
    let stage = Stage::start().await;
    let form = [(
        "post_logout_redirect_uri",
        "http://localhost:3000/outlook-callback",
    )];
    let answer = stage
        .http
        .post(stage.url("/common/oauth2/v2.0/logout"))
        .form(&form)
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        answer.headers()["location"],
        "http://localhost:3000/outlook-callback"
    );
    let unknown = stage.get("/nowhere.example/oauth2/v2.0/logout").await;
    assert_eq!(unknown.status(), 400);
}
