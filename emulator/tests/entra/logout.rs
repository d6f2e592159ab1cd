//! Signing out, entra 80 and 81.

use crate::{
    id_token::proven,
    support::{ADA, ALAN, App, Browser, HEDY, Stage},
};

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

/// Ada and Alan are signed in to the same browser.
async fn two_sessions<'stage>(stage: &'stage Stage) -> Browser<'stage> {
    let mut browser = Browser::new(stage);
    for address in [ADA, ALAN] {
        let start = App::DEMO.start().with("login_hint", address);
        let page = browser.open(&start.path()).await;
        browser.go_all_the_way(page, address).await.code();
    }
    browser
}

/// entra 80: with several sessions one is asked which.
#[tokio::test]
async fn of_several_accounts_one_is_chosen() {
    let stage = Stage::start().await;
    let mut browser = two_sessions(&stage).await;
    let back = "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Foutlook-callback&state=s";
    let picker = browser
        .open(&format!("/common/oauth2/v2.0/logout?{back}"))
        .await;
    assert_eq!(picker.title(), "Sign out");
    let out = browser
        .press(&picker, |button| button.text.contains(ALAN))
        .await;
    assert_eq!(
        out.location(),
        "http://localhost:3000/outlook-callback?state=s"
    );
    browser.open(&App::DEMO.start().path()).await.code();
}

/// entra 80: the `login_hint` claim as `logout_hint` skips that question; an address does not.
#[tokio::test]
async fn a_logout_hint_names_the_account() {
    let stage = Stage::start().await;
    stage.change(&App::DEMO, |demo| {
        demo.optional_claims = vec!["login_hint".into(), "sid".into()];
    });
    let tokens = App::DEMO.tokens(&stage, ALAN).await;
    let (_, claims, _) = proven(&stage, tokens.text("id_token")).await;
    let hint = claims["login_hint"].as_str().expect("a hint").to_owned();
    assert!(!hint.contains("alan") && claims["sid"].is_string());
    let mut browser = two_sessions(&stage).await;
    let path = |hint: &str| format!("/common/oauth2/v2.0/logout?logout_hint={hint}");
    assert_eq!(browser.open(&path(ALAN)).await.title(), "Sign out");
    assert_eq!(browser.open(&path(&hint)).await.title(), "Signed out");
    let code = browser.open(&App::DEMO.start().path()).await.code();
    let left = stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    let (_, claims, _) = proven(&stage, left.text("id_token")).await;
    assert_eq!(claims["preferred_username"], ADA);
    let hinted = App::DEMO.start().with("login_hint", &hint);
    let page = Browser::new(&stage).open(&hinted.path()).await;
    assert!(page.title() == "Sign in" && page.body.contains(ALAN));
}

/// entra 80: personal accounts come back only to apps with a front-channel address.
#[tokio::test]
async fn personal_accounts_return_only_to_apps_that_listen() {
    let stage = Stage::start().await;
    let out = async || {
        let mut browser = Browser::new(&stage);
        let page = browser.open(&App::DEMO.start().path()).await;
        browser.go_all_the_way(page, HEDY).await.code();
        let back = "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Foutlook-callback";
        browser
            .open(&format!("/consumers/oauth2/v2.0/logout?{back}"))
            .await
    };
    let stays = out().await;
    assert!(stays.title() == "Signed out" && stays.headers.get("refresh").is_none());
    stage.change(&App::DEMO, |demo| {
        demo.logout_url = Some("http://localhost:3000/signed-out".into());
    });
    let goes = out().await;
    assert!(
        goes.headers["refresh"]
            .to_str()
            .expect("text")
            .contains("outlook-callback")
    );
}

/// entra 81: every app of the session is told by a hidden frame of its own, with the session's id and no issuer.
#[tokio::test]
async fn each_app_of_the_session_is_told() {
    let stage = Stage::start().await;
    stage.change(&App::DEMO, |demo| {
        demo.logout_url = Some("http://localhost:3000/signed-out?app=demo".into());
    });
    stage.change(&App::PAGE, |page| {
        page.logout_url = Some("http://localhost:3001/signed-out".into());
    });
    stage.change(&App::SINGLE_TENANT, |other| {
        other.logout_url = Some("http://localhost:3002/never-visited".into());
    });
    let mut browser = Browser::new(&stage);
    let mut session_state = String::new();
    for app in [App::DEMO, App::PAGE] {
        let page = browser.open(&app.start().path()).await;
        let answer = browser.go_all_the_way(page, ADA).await;
        session_state = answer.answer("session_state").expect("a session");
    }
    let back = "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Foutlook-callback";
    let out = browser
        .open(&format!("/common/oauth2/v2.0/logout?{back}"))
        .await;
    let frames: Vec<String> = out
        .tags("iframe")
        .iter()
        .map(|frame| {
            assert!(frame.has("hidden"));
            frame.attribute("src").to_owned()
        })
        .collect();
    let expected = [
        format!("http://localhost:3000/signed-out?app=demo&sid={session_state}"),
        format!("http://localhost:3001/signed-out?sid={session_state}"),
    ];
    assert_eq!(frames, expected);
    let refresh = out.headers["refresh"].to_str().expect("text");
    assert_eq!(refresh, "2;url=http://localhost:3000/outlook-callback");
    let policy = out.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(policy.contains("frame-src http: https:"));
}
