//! Scenarios at the authorize endpoint: by name for somebody, or brought along by the address; entra 24, 25.

use connect_outlook_emulator::scenario::ScenarioName::{
    AppDisabled, AppRemoved, BlockedByPolicy, NeverReturns, RedirectMismatch, UserDeleted,
    UserDisabled, UserUnassigned,
};

use super::{refreshed, set, set_for_demo};
use crate::support::{ADA, ALAN, App, Browser, Stage};

const BROUGHT: &str = "emulator.scenario";

/// entra 25: all of them stay on the page, and with `prompt=none` the app hears (entra 20).
#[tokio::test]
async fn who_is_barred_stays_on_the_page() {
    let cases = [
        (BlockedByPolicy, 53_003),
        (UserUnassigned, 50_105),
        (UserDisabled, 50_057),
        (UserDeleted, 50_034),
        (AppRemoved, 700_016),
        (AppDisabled, 7_000_112),
    ];
    for (name, number) in cases {
        let stage = Stage::start().await;
        let mut browser = Browser::new(&stage);
        let shown = browser.open(&App::DEMO.start().path()).await;
        browser.go_all_the_way(shown, ADA).await.code();
        set(&stage, name, ADA);
        let barred = browser.open(&App::DEMO.start().path()).await;
        barred.stays_with(number);
        assert_eq!(barred.title(), "You cannot access this right now");
        let other = browser.press_primary(&barred).await;
        assert_eq!(other.title(), "Pick an account");
        let silent = App::DEMO.start().with("prompt", "none").path();
        let description = browser.open(&silent).await.answer("error_description");
        let description = description.expect("told to the app");
        assert!(
            description.starts_with(&format!("AADSTS{number}: ")),
            "{description}"
        );
        App::DEMO.start().sign_in(&stage, ALAN).await.code();
    }
}

/// entra 24
#[tokio::test]
async fn a_sign_in_can_stay_for_ever_and_go_on_when_the_scenario_is_removed() {
    let stage = Stage::start().await;
    let id = set(&stage, NeverReturns, ADA).expect("a state");
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    let mut stays = browser.go_all_the_way(shown, ADA).await;
    for _ in 0..3 {
        assert_eq!(
            (stays.status.as_u16(), stays.title()),
            (200, "Just a moment")
        );
        stays = browser.press_primary(&stays).await;
    }
    assert!(stage.emulator.remove_scenario(id));
    browser.press_primary(&stays).await.code();
}

#[tokio::test]
async fn redirect_uris_can_count_as_unregistered() {
    let stage = Stage::start().await;
    let id = set_for_demo(&stage, RedirectMismatch).expect("a state");
    App::DEMO.start().shown(&stage).await.stays_with(50_011);
    assert!(stage.emulator.remove_scenario(id));
    assert_eq!(App::DEMO.start().shown(&stage).await.status, 200);
}

#[tokio::test]
async fn the_address_brings_scenarios_for_whoever_signs_in_by_it() {
    let stage = Stage::start().await;
    let start = App::DEMO.start().with(BROUGHT, "blocked_by_policy");
    start.sign_in(&stage, ADA).await.stays_with(53_003);
    assert!(
        stage.emulator.scenarios().is_empty(),
        "nobody came to their end by it"
    );
    let start = App::DEMO.start().with(BROUGHT, "user_disabled");
    start.sign_in(&stage, ADA).await.stays_with(50_057);
    let start = App::DEMO
        .start()
        .with(BROUGHT, "sessions_revoked,token_throttled");
    let code = start.sign_in(&stage, ADA).await.code();
    let form = App::DEMO.redemption(&code);
    let throttled = stage.token("common", &form).await;
    throttled.refused(429, "temporarily_unavailable", 90_055);
    let tokens = stage.token("common", &form).await.granted();
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "invalid_grant", 50_173);
    let others = App::DEMO.tokens(&stage, ALAN).await;
    refreshed(&stage, &App::DEMO, &others).await.granted();
}

#[tokio::test]
async fn a_second_factor_brought_by_the_address_is_asked_once() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let start = App::DEMO.start().with(BROUGHT, "mfa_required");
    let shown = browser.open(&start.path()).await;
    let asked = browser.go_all_the_way(shown, ADA).await;
    assert_eq!(asked.title(), "Verify your identity");
    let shown = browser.press_primary(&asked).await;
    let code = browser.go_all_the_way(shown, ADA).await.code();
    let form = App::DEMO.redemption(&code);
    let tokens = stage.token("common", &form).await.granted();
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
}

#[tokio::test]
async fn an_unknown_scenario_in_the_address_is_told() {
    let stage = Stage::start().await;
    let start = App::DEMO.start().with(BROUGHT, "no_such_trouble");
    let shown = start.shown(&stage).await;
    assert_eq!(
        (shown.status.as_u16(), shown.title()),
        (400, "No such scenario")
    );
    assert!(!shown.body.contains("AADSTS"));
}
