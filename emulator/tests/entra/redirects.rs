//! How answers travel, entra 11–16.

use crate::support::{ADA, App, Browser, CHALLENGE, Stage};

/// entra 11
#[tokio::test]
async fn only_the_port_of_localhost_may_differ() {
    let stage = Stage::start().await;
    for accepted in [
        "http://localhost/outlook-callback",
        "http://localhost:49152/outlook-callback",
    ] {
        let shown = App::DEMO
            .start()
            .with("redirect_uri", accepted)
            .sign_in(&stage, ADA)
            .await;
        assert!(
            shown.location().starts_with(&format!("{accepted}?code=")),
            "{}",
            shown.location()
        );
    }
    for refused in [
        "http://localhost:3000/Outlook-Callback",
        "http://localhost:3000/outlook-callback/",
        "http://localhost:3000/outlook-callback?a=b",
        "https://localhost:3000/outlook-callback",
        "http://localhost.example:3000/outlook-callback",
        "http://localhost:3000@elsewhere.example/outlook-callback",
    ] {
        App::DEMO
            .start()
            .with("redirect_uri", refused)
            .shown(&stage)
            .await
            .stays_with(50_011);
    }
}

/// entra 11
#[tokio::test]
async fn a_uri_without_path_is_answered_with_a_slash() {
    let stage = Stage::start().await;
    let start = App::SINGLE_TENANT.start().at("contoso.example");
    let shown = start.sign_in(&stage, ADA).await;
    assert!(
        shown.location().starts_with("http://localhost:3000/?code="),
        "{}",
        shown.location()
    );
    let shown = start
        .with("response_mode", "fragment")
        .sign_in(&stage, ADA)
        .await;
    assert!(
        shown.location().starts_with("http://localhost:3000/#code="),
        "{}",
        shown.location()
    );
}

/// entra 12
#[tokio::test]
async fn answers_come_in_the_mode_asked_for() {
    let stage = Stage::start().await;
    let by_default = App::DEMO.start().sign_in(&stage, ADA).await;
    assert!(
        by_default
            .location()
            .starts_with("http://localhost:3000/outlook-callback?code=")
    );
    let query = App::DEMO
        .start()
        .with("response_mode", "query")
        .sign_in(&stage, ADA)
        .await;
    assert!(
        query
            .location()
            .starts_with("http://localhost:3000/outlook-callback?code=")
    );
    let fragment = App::DEMO
        .start()
        .with("response_mode", "fragment")
        .sign_in(&stage, ADA)
        .await;
    assert!(
        fragment
            .location()
            .starts_with("http://localhost:3000/outlook-callback#code=")
    );
    assert_eq!(fragment.status, 302);
}

/// entra 12
#[tokio::test]
async fn answers_to_id_token_requests_default_to_the_fragment() {
    let stage = Stage::start().await;
    let shown = App::DEMO
        .start()
        .with("response_type", "code id_token")
        .shown(&stage)
        .await;
    assert!(
        shown
            .location()
            .starts_with("http://localhost:3000/outlook-callback#error="),
        "{}",
        shown.location()
    );
}

/// entra 13
#[tokio::test]
async fn query_answers_end_in_an_empty_fragment() {
    let stage = Stage::start().await;
    let granted = App::DEMO.start().sign_in(&stage, ADA).await;
    assert!(granted.location().ends_with('#') && granted.location().matches('#').count() == 1);
    let refused = App::DEMO
        .start()
        .with("response_mode", "query")
        .with("resource", "x")
        .shown(&stage)
        .await;
    assert!(refused.location().ends_with('#'));
    let fragment = App::DEMO
        .start()
        .with("response_mode", "fragment")
        .sign_in(&stage, ADA)
        .await;
    assert_eq!(fragment.location().matches('#').count(), 1);
}

/// entra 14
#[tokio::test]
async fn form_post_is_a_form_that_sends_itself() {
    let stage = Stage::start().await;
    let shown = App::DEMO
        .start()
        .with("response_mode", "form_post")
        .sign_in(&stage, ADA)
        .await;
    assert_eq!(shown.status, 200);
    let form = &shown.tags("form")[0];
    assert!(
        form.is("method", "post") && form.is("action", "http://localhost:3000/outlook-callback")
    );
    assert!(form.has("data-auto-submit"));
    let inputs = shown.tags("input");
    let names: Vec<&str> = inputs.iter().map(|input| input.attribute("name")).collect();
    assert_eq!(names, ["code", "state", "session_state"]);
    assert_eq!(inputs[1].attribute("value"), "a-state");
    let script = shown.tags("script")[0].attribute("src").to_owned();
    let script = stage.get(&script).await.text().await.expect("text");
    assert!(script.contains(".submit()"));
    let code = inputs[0].attribute("value").to_owned();
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
}

/// entra 15
#[tokio::test]
async fn state_comes_back_encoded_once_and_without_tags() {
    let stage = Stage::start().await;
    let state = "a b+c%2B&d=e/ä~";
    let shown = App::DEMO
        .start()
        .with("state", state)
        .sign_in(&stage, ADA)
        .await;
    assert_eq!(shown.answer("state").as_deref(), Some(state));
    assert_eq!(
        shown.location().matches("state=").count(),
        2,
        "state and session_state, once each"
    );
    let shown = App::DEMO
        .start()
        .with("state", "x<script>y</script>z")
        .sign_in(&stage, ADA)
        .await;
    assert_eq!(shown.answer("state").as_deref(), Some("xyz"));
    let shown = App::DEMO
        .start()
        .without("state")
        .sign_in(&stage, ADA)
        .await;
    assert_eq!(shown.answer("state"), None);
}

/// entra 16
#[tokio::test]
async fn session_state_is_always_there_and_client_info_on_request() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let first = browser.open(&App::DEMO.start().path()).await;
    let first = browser.go_all_the_way(first, ADA).await;
    let session_state = first.answer("session_state").expect("a session state");
    assert!(uuid::Uuid::try_parse(&session_state).is_ok());
    assert_eq!(first.answer("client_info"), None);
    let again = browser
        .open(&App::DEMO.start().with("client_info", "1").path())
        .await;
    assert_eq!(
        again.answer("session_state"),
        Some(session_state),
        "one session, one value"
    );
    let client_info = again.answer("client_info").expect("client info");
    // base64url of {"uid":"a1b2c3d4-0000-4000-8000-000000000001","utid":"c0a7050a-1111-4c0a-8c0a-000000000001"}
    let expected = "eyJ1aWQiOiJhMWIyYzNkNC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJ1dGlkIjoiYzBhNzA1MGEtMTExMS00YzBhLThjMGEtMDAwMDAwMDAwMDAxIn0";
    assert_eq!(client_info, expected);
}

/// entra 12: without `redirect_uri` one of the registered is taken, and the code is bound to it.
#[tokio::test]
async fn a_missing_redirect_uri_means_a_registered_one() {
    let stage = Stage::start().await;
    let shown = App::DEMO
        .start()
        .without("redirect_uri")
        .with("code_challenge", CHALLENGE)
        .sign_in(&stage, ADA)
        .await;
    let world = stage.emulator.world();
    let app = world.application(App::DEMO.client_id).expect("registered");
    let mut registered = app.redirect_uris.iter();
    assert!(
        registered.any(|registered| shown
            .location()
            .starts_with(&format!("{}?", registered.uri))),
        "{}",
        shown.location()
    );
}
