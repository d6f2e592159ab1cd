//! The device authorization grant, entra 76 and 77.

use serde_json::Value;

use crate::support::{ADA, App, Browser, KATHERINE, Shown, Stage, TokenAnswer};

const LONG: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Device and user code for an app.
async fn started(stage: &Stage, app: &App) -> Value {
    let form = [
        ("client_id", app.client_id),
        ("scope", "openid profile offline_access User.Read Mail.Read"),
    ];
    let url = stage.url("/organizations/oauth2/v2.0/devicecode");
    let answer = stage.http.post(url).form(&form).send().await;
    answer.expect("an answer").json().await.expect("JSON")
}

async fn poll(stage: &Stage, app: &App, grant_type: &str, started: &Value) -> TokenAnswer {
    let form = [
        ("grant_type", grant_type),
        ("client_id", app.client_id),
        (
            "device_code",
            started["device_code"].as_str().expect("text"),
        ),
        ("client_info", "1"),
    ];
    stage.token("organizations", &form).await
}

/// The page after the code was typed.
async fn typed(browser: &mut Browser<'_>, code: &str) -> Shown {
    let page = browser.open("/devicelogin").await;
    browser
        .fill_and_press(&page, &[("otc", code)], "next")
        .await
}

/// `address` types the code and signs in, up to the question whether they know the app.
async fn confirming(browser: &mut Browser<'_>, started: &Value, address: &str) -> Shown {
    let code = started["user_code"].as_str().expect("text");
    let picker = typed(browser, code).await;
    let sign_in = browser
        .press(&picker, |button| button.text.contains(address))
        .await;
    browser.press_action(&sign_in, "sign_in").await
}

/// entra 76: six fields.
#[tokio::test]
async fn six_fields_are_answered() {
    let stage = Stage::start().await;
    let started = started(&stage, &App::INSTALLED).await;
    let fields: Vec<&String> = started.as_object().expect("an object").keys().collect();
    assert_eq!(
        fields,
        [
            "device_code",
            "expires_in",
            "interval",
            "message",
            "user_code",
            "verification_uri"
        ]
    );
    assert_eq!(
        (&started["expires_in"], &started["interval"]),
        (&900.into(), &5.into())
    );
    let code = started["user_code"].as_str().expect("text");
    assert_eq!(code.len(), 9);
    assert!(started["message"].as_str().expect("text").contains(code));
    assert_eq!(started["verification_uri"], stage.url("/devicelogin"));
}

/// entra 76, entra 77: pending until somebody has signed in and agreed, then tokens, once; by both names of the grant.
#[tokio::test]
async fn a_person_lets_the_program_in() {
    let stage = Stage::start().await;
    for grant_type in [LONG, "device_code"] {
        let started = started(&stage, &App::INSTALLED).await;
        let poll = async || poll(&stage, &App::INSTALLED, grant_type, &started).await;
        poll().await.refused(400, "authorization_pending", 70_016);
        let mut browser = Browser::new(&stage);
        let confirm = confirming(&mut browser, &started, ADA).await;
        assert!(confirm.title() == "Confirm sign-in" && confirm.body.contains("Fabrikam Desktop"));
        poll().await.refused(400, "authorization_pending", 70_016);
        let next = browser.press_primary(&confirm).await;
        let done = match next.title() {
            "Permissions requested" => browser.press_action(&next, "accept").await,
            _ => next,
        };
        assert_eq!(done.title(), "Signed in on your device");
        let tokens = poll().await.granted();
        for field in ["access_token", "refresh_token", "id_token", "client_info"] {
            assert!(!tokens.text(field).is_empty());
        }
        poll().await.refused(400, "bad_verification_code", 70_018);
        let refresh = App::INSTALLED.refresh(tokens.text("refresh_token"));
        stage.token("organizations", &refresh).await.granted();
    }
}

/// entra 76
#[tokio::test]
async fn a_person_may_decline() {
    let stage = Stage::start().await;
    for action in ["cancel", "decline"] {
        let started = started(&stage, &App::INSTALLED).await;
        let mut browser = Browser::new(&stage);
        let mut page = confirming(&mut browser, &started, ADA).await;
        if action == "decline" {
            page = browser.press_action(&page, "confirm").await;
        }
        let done = browser.press_action(&page, action).await;
        assert_eq!(done.title(), "Sign-in declined");
        poll(&stage, &App::INSTALLED, LONG, &started).await.refused(
            400,
            "authorization_declined",
            65_004,
        );
    }
}

/// entra 76: what the sign-in stops on its own page leaves the program waiting.
#[tokio::test]
async fn consent_that_only_an_administrator_gives_stays_pending() {
    let stage = Stage::start().await;
    let started = started(&stage, &App::INSTALLED).await;
    let mut browser = Browser::new(&stage);
    let confirm = confirming(&mut browser, &started, KATHERINE).await;
    let page = browser.press_primary(&confirm).await;
    assert_eq!(page.title(), "Need admin approval");
    poll(&stage, &App::INSTALLED, LONG, &started).await.refused(
        400,
        "authorization_pending",
        70_016,
    );
}

/// entra 76, entra 85: fifteen minutes.
#[tokio::test]
async fn a_device_code_expires() {
    let stage = Stage::start().await;
    let started = started(&stage, &App::INSTALLED).await;
    stage.wait(899);
    poll(&stage, &App::INSTALLED, LONG, &started).await.refused(
        400,
        "authorization_pending",
        70_016,
    );
    stage.wait(1);
    poll(&stage, &App::INSTALLED, LONG, &started)
        .await
        .refused(400, "expired_token", 70_020);
    let mut browser = Browser::new(&stage);
    let late = typed(&mut browser, started["user_code"].as_str().expect("text")).await;
    assert!(late.title() == "Enter code" && late.body.contains("AADSTS70018"));
}

/// entra 76: codes belong to one client, and unknown ones are told apart from pending ones.
#[tokio::test]
async fn wrong_codes_are_refused() {
    let stage = Stage::start().await;
    let unknown = serde_json::json!({ "device_code": "unknown" });
    poll(&stage, &App::INSTALLED, LONG, &unknown).await.refused(
        400,
        "bad_verification_code",
        70_018,
    );
    let mut browser = Browser::new(&stage);
    let wrong = typed(&mut browser, "AAAAAAAAA").await;
    assert!(wrong.body.contains("AADSTS70018"));
    let empty = typed(&mut browser, " ").await;
    assert!(empty.body.contains("AADSTS90119") || empty.body.contains("AADSTS70018"));
    let started = started(&stage, &App::INSTALLED).await;
    let confirm = confirming(&mut browser, &started, ADA).await;
    browser.press_action(&confirm, "cancel").await;
    let again = typed(&mut browser, started["user_code"].as_str().expect("text")).await;
    assert!(again.body.contains("AADSTS90120"));
}

/// entra 76: an app that is not public proves itself here too.
#[tokio::test]
async fn a_confidential_app_needs_its_secret() {
    let stage = Stage::start().await;
    let started = started(&stage, &App::DEMO).await;
    poll(&stage, &App::DEMO, LONG, &started)
        .await
        .refused(401, "invalid_client", 7_000_218);
}

/// entra 76: `slow_down` only where the switch says so.
#[tokio::test]
async fn polling_too_fast_is_answered_by_the_switch() {
    let stage = Stage::start().await;
    let started = started(&stage, &App::INSTALLED).await;
    let poll = async || poll(&stage, &App::INSTALLED, LONG, &started).await;
    poll().await;
    poll().await.refused(400, "authorization_pending", 70_016);
    stage.change(&App::INSTALLED, |app| app.switches.device_slow_down = true);
    poll().await.refused(400, "slow_down", 70_016);
    stage.wait(5);
    poll().await.refused(400, "authorization_pending", 70_016);
}

/// entra 76: a code that waits alone is filled in, so that pressing what is primary leads to the end.
#[tokio::test]
async fn the_primary_way_lets_ada_in() {
    let stage = Stage::start().await;
    let started = started(&stage, &App::INSTALLED).await;
    let mut browser = Browser::new(&stage);
    let mut page = browser.open("/devicelogin").await;
    while page.title() != "Signed in on your device" {
        page = browser.press_primary(&page).await;
    }
    poll(&stage, &App::INSTALLED, LONG, &started)
        .await
        .granted();
}
