//! What ends and bars refreshing, entra 66–69, 82, and rotation modes.

use connect_outlook_emulator::{
    RefreshRotation,
    scenario::{
        NewScenario,
        ScenarioName::{
            self, AppDisabled, AppRemoved, BlockedByPolicy, ConsentWithdrawn, PasswordChanged,
            PasswordResetByAdmin, SecretExpired, SecretWrong, SessionsRevoked, SignInFrequency,
            UserDeleted, UserDisabled, UserUnassigned,
        },
    },
};

use super::{refreshed, set, set_for_demo};
use crate::support::{ADA, ALAN, App, Browser, Stage};

/// entra 67
#[tokio::test]
async fn revoking_sessions_ends_every_refresh_token_and_every_session() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    let code = browser.go_all_the_way(shown, ADA).await.code();
    let tokens = stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    let others = App::DEMO.tokens(&stage, ALAN).await;
    set(&stage, SessionsRevoked, ADA);
    let refused = refreshed(&stage, &App::DEMO, &tokens).await;
    let refused = refused.refused(400, "invalid_grant", 50_173);
    assert_eq!(refused.text("suberror"), "bad_token");
    refreshed(&stage, &App::DEMO, &others).await.granted();
    let again = browser
        .open(&App::DEMO.start().with("prompt", "none").path())
        .await;
    again.refuses("login_required", 50_058);
    let anew = App::DEMO.tokens(&stage, ADA).await;
    refreshed(&stage, &App::DEMO, &anew).await.granted();
}

/// entra 67: the kind of client decides what a changed password ends.
#[tokio::test]
async fn a_changed_password_spares_confidential_clients_and_a_reset_spares_nobody() {
    let stage = Stage::start().await;
    let confidential = App::DEMO.tokens(&stage, ADA).await;
    let public = App::INSTALLED.tokens(&stage, ADA).await;
    set(&stage, PasswordChanged, ADA);
    refreshed(&stage, &App::DEMO, &confidential).await.granted();
    refreshed(&stage, &App::INSTALLED, &public)
        .await
        .refused(400, "invalid_grant", 50_173);
    let public = App::INSTALLED.tokens(&stage, ADA).await;
    set(&stage, PasswordResetByAdmin, ADA);
    for (app, tokens) in [(App::DEMO, confidential), (App::INSTALLED, public)] {
        refreshed(&stage, &app, &tokens)
            .await
            .refused(400, "invalid_grant", 50_173);
    }
}

/// entra 68, 69: each has its own refusal, and its removal heals.
#[tokio::test]
async fn states_refuse_with_their_own_numbers_until_they_are_removed() {
    let cases: [(ScenarioName, &str, u32, Option<&str>); 6] = [
        (UserDisabled, "invalid_grant", 50_057, None),
        (UserDeleted, "invalid_grant", 50_034, Some("bad_token")),
        (UserUnassigned, "invalid_grant", 50_105, None),
        (AppRemoved, "unauthorized_client", 700_016, None),
        (AppDisabled, "unauthorized_client", 7_000_112, None),
        (
            BlockedByPolicy,
            "invalid_grant",
            53_003,
            Some("message_only"),
        ),
    ];
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    for (name, error, number, suberror) in cases {
        let id = set(&stage, name, ADA).expect("a state");
        let refused = refreshed(&stage, &App::DEMO, &tokens).await;
        let refused = refused.refused(400, error, number);
        assert_eq!(refused.json["suberror"].as_str(), suberror, "{name:?}");
        assert_eq!(
            refused.json.get("claims").is_some(),
            name == BlockedByPolicy
        );
        assert!(stage.emulator.remove_scenario(id));
        refreshed(&stage, &App::DEMO, &tokens).await.granted();
    }
}

/// entra 71: trouble with a secret leaves refresh tokens alone.
#[tokio::test]
async fn secrets_can_count_as_expired_or_wrong() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    for (name, number) in [(SecretExpired, 7_000_222), (SecretWrong, 7_000_215)] {
        let id = set_for_demo(&stage, name).expect("a state");
        refreshed(&stage, &App::DEMO, &tokens)
            .await
            .refused(401, "invalid_client", number);
        assert!(stage.emulator.remove_scenario(id));
    }
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
}

/// entra 38
#[tokio::test]
async fn withdrawn_consent_refuses_the_refresh_and_asks_again() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let new = NewScenario::new(ConsentWithdrawn)
        .person(ADA)
        .app(App::DEMO.client_id);
    stage.emulator.set_scenario(&new).expect("suits");
    let refused = refreshed(&stage, &App::DEMO, &tokens).await;
    let refused = refused.refused(400, "invalid_grant", 65_001);
    assert_eq!(refused.text("suberror"), "consent_required");
    App::DEMO.code(&stage, ADA).await;
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
}

/// entra 69
#[tokio::test]
async fn sign_in_frequency_demands_a_younger_sign_in() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let frequency = NewScenario::new(SignInFrequency).person(ADA).seconds(3_600);
    stage.emulator.set_scenario(&frequency).expect("suits");
    let refused = refreshed(&stage, &App::DEMO, &tokens).await;
    let refused = refused.refused(400, "invalid_grant", 70_043);
    assert_eq!(refused.text("suberror"), "token_expired");
    let anew = App::DEMO.tokens(&stage, ADA).await;
    refreshed(&stage, &App::DEMO, &anew).await.granted();
    stage.wait(3_600);
    refreshed(&stage, &App::DEMO, &anew)
        .await
        .refused(400, "invalid_grant", 70_043);
}

/// entra 82
#[tokio::test]
async fn a_client_that_asks_the_same_again_and_again_is_stopped() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    for _ in 0..14 {
        refreshed(&stage, &App::DEMO, &tokens).await.granted();
    }
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "invalid_grant", 50_196);
    stage.wait(301);
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
    stage
        .emulator
        .change_switches(|switches| switches.loop_threshold = Some(2));
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "invalid_grant", 50_196);
}

/// entra 82, at the other endpoint
#[tokio::test]
async fn a_browser_that_goes_round_in_circles_is_stopped() {
    let stage = Stage::start().await;
    stage
        .emulator
        .change_switches(|switches| switches.loop_threshold = Some(3));
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    browser.go_all_the_way(shown, ADA).await.code();
    for state in ["one", "two"] {
        let again = App::DEMO.start().with("state", state).path();
        browser.open(&again).await.code();
    }
    let third = browser.open(&App::DEMO.start().path()).await;
    third.refuses("invalid_grant", 50_196);
}

/// entra 62 and its two switches
#[tokio::test]
async fn rotation_decides_what_becomes_of_used_refresh_tokens() {
    let stage = Stage::start().await;
    let rotate = |rotation| {
        stage
            .emulator
            .change_switches(|switches| switches.refresh_rotation = rotation);
    };
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
    rotate(RefreshRotation::Strict);
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "invalid_grant", 70_000);
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let child = refreshed(&stage, &App::DEMO, &tokens).await.granted();
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "invalid_grant", 70_000);
    rotate(RefreshRotation::Grace(60));
    let second = refreshed(&stage, &App::DEMO, &child).await.granted();
    stage.wait(59);
    refreshed(&stage, &App::DEMO, &child).await.granted();
    stage.wait(60);
    refreshed(&stage, &App::DEMO, &child)
        .await
        .refused(400, "invalid_grant", 70_000);
    refreshed(&stage, &App::DEMO, &second).await.granted();
}
