//! The second factor, entra 20, 69, 75.

use connect_outlook_emulator::scenario::{
    NewScenario,
    ScenarioName::{AuthContextRequired, MfaRequired},
};
use serde_json::{Value, json};

use super::{refreshed, set};
use crate::support::{ADA, App, Browser, Shown, Stage};

/// Signs Ada in, through the page of the second factor.
async fn by_second_factor(stage: &Stage, path: &str) -> Shown {
    let mut browser = Browser::new(stage);
    let shown = browser.open(path).await;
    let shown = browser.go_all_the_way(shown, ADA).await;
    assert_eq!(shown.title(), "Verify your identity");
    let shown = browser.press_primary(&shown).await;
    browser.go_all_the_way(shown, ADA).await
}

/// entra 69
#[tokio::test]
async fn a_refresh_demands_it_by_claims_and_a_sign_in_with_them_satisfies() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    set(&stage, MfaRequired, ADA);
    let refused = refreshed(&stage, &App::DEMO, &tokens).await;
    let refused = refused.refused(400, "interaction_required", 50_076);
    assert_eq!(refused.text("suberror"), "basic_action");
    let claims: Value = serde_json::from_str(refused.text("claims")).expect("JSON in text");
    assert_eq!(claims["access_token"]["capolids"]["essential"], true);
    let start = App::DEMO.start().with("claims", refused.text("claims"));
    let code = by_second_factor(&stage, &start.path()).await.code();
    let stronger = stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    refreshed(&stage, &App::DEMO, &stronger).await.granted();
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "interaction_required", 50_076);
}

/// entra 20
#[tokio::test]
async fn a_silent_sign_in_says_that_it_is_needed() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    browser.go_all_the_way(shown, ADA).await.code();
    set(&stage, MfaRequired, ADA);
    let silent = App::DEMO.start().with("prompt", "none").path();
    let shown = browser.open(&silent).await;
    shown.refuses("interaction_required", 50_076);
}

#[tokio::test]
async fn a_wrong_code_is_told_and_another_try_allowed() {
    let stage = Stage::start().await;
    set(&stage, MfaRequired, ADA);
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    let asked = browser.go_all_the_way(shown, ADA).await;
    let wrong = browser
        .fill_and_press(&asked, &[("code", "000000")], "verify")
        .await;
    assert!(wrong.body.contains("AADSTS500121"), "{}", wrong.body);
    let shown = browser.press_primary(&wrong).await;
    browser.go_all_the_way(shown, ADA).await.code();
}

/// entra 22
#[tokio::test]
async fn turning_back_tells_the_app() {
    let stage = Stage::start().await;
    set(&stage, MfaRequired, ADA);
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    let asked = browser.go_all_the_way(shown, ADA).await;
    let back = browser.press_action(&asked, "cancel").await;
    assert_eq!(back.answer("error_subcode").as_deref(), Some("cancel"));
}

/// entra 75: Graph's demand for an authentication context is met only by a sign-in that carries the claims.
#[tokio::test]
async fn an_authentication_context_needs_a_sign_in_with_claims() {
    let stage = Stage::start().await;
    let cp1 = json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } }).to_string();
    let code = App::DEMO.code(&stage, ADA).await;
    let mut form = App::DEMO.redemption(&code);
    form.push(("claims", &cp1));
    let tokens = stage.token("common", &form).await.granted();
    stage
        .emulator
        .set_scenario(&NewScenario::new(AuthContextRequired).person(ADA))
        .expect("suits");
    let context = json!({ "access_token": {
        "acrs": { "essential": true, "value": "c1" },
        "xms_cc": { "values": ["cp1"] },
    } })
    .to_string();
    let demanded = super::challenges::demanded(&stage, &tokens).await;
    assert_eq!(demanded["access_token"]["acrs"]["value"], "c1");
    let mut form = App::DEMO.refresh(tokens.text("refresh_token"));
    form.push(("claims", &context));
    stage
        .token("common", &form)
        .await
        .refused(400, "interaction_required", 50_076);
    let start = App::DEMO.start().with("claims", &context);
    let code = by_second_factor(&stage, &start.path()).await.code();
    let mut form = App::DEMO.redemption(&code);
    form.push(("claims", &context));
    let stronger = stage.token("common", &form).await.granted();
    super::challenges::reads_mail(&stage, &stronger).await;
}
