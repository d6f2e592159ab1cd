//! Sessions, prompts and turning back, entra 20–23.

use crate::support::{ADA, ALAN, App, Browser, GRACE, JOAN, KATHERINE, Stage};

/// entra 20
#[tokio::test]
async fn prompt_none_answers_at_once_whatever_is_missing() {
    let stage = Stage::start().await;
    let silent = App::DEMO.start().with("prompt", "none");
    let mut browser = Browser::new(&stage);
    browser
        .open(&silent.path())
        .await
        .refuses("login_required", 50_058);

    let page = browser
        .open(&App::DEMO.start().with("scope", "openid").path())
        .await;
    browser.go_all_the_way(page, ADA).await.code();
    browser
        .open(&silent.path())
        .await
        .refuses("consent_required", 65_001);

    let page = browser.open(&App::DEMO.start().path()).await;
    browser.go_all_the_way(page, ADA).await.code();
    browser.open(&silent.path()).await.code();

    let page = browser
        .open(&App::DEMO.start().with("prompt", "select_account").path())
        .await;
    browser.go_all_the_way(page, GRACE).await.code();
    browser
        .open(&silent.path())
        .await
        .refuses("login_required", 16_000);
    browser
        .open(&silent.clone().with("login_hint", ADA).path())
        .await
        .code();
    browser
        .open(&silent.with("login_hint", ALAN).path())
        .await
        .refuses("login_required", 50_058);
}

/// entra 21
#[tokio::test]
async fn one_session_goes_on_by_itself_and_several_are_chosen_among() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let page = browser.open(&App::DEMO.start().path()).await;
    browser.go_all_the_way(page, ADA).await.code();
    browser.open(&App::DEMO.start().path()).await.code();
    let page = browser
        .open(&App::DEMO.start().with("prompt", "select_account").path())
        .await;
    browser.go_all_the_way(page, ALAN).await.code();
    assert_eq!(
        browser.open(&App::DEMO.start().path()).await.title(),
        "Pick an account"
    );
}

/// entra 21
#[tokio::test]
async fn prompts_show_what_they_name() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let page = browser.open(&App::DEMO.start().path()).await;
    browser.go_all_the_way(page, ADA).await.code();
    let login = browser
        .open(&App::DEMO.start().with("prompt", "login").path())
        .await;
    assert_eq!(login.title(), "Sign in");
    browser.press_action(&login, "sign_in").await.code();
    let picker = browser
        .open(&App::DEMO.start().with("prompt", "select_account").path())
        .await;
    assert_eq!(picker.title(), "Pick an account");
    let consent = browser
        .open(&App::DEMO.start().with("prompt", "consent").path())
        .await;
    assert_eq!(consent.title(), "Permissions requested");
    browser.press_action(&consent, "accept").await.code();
}

/// entra 21
#[tokio::test]
async fn a_login_hint_fills_in_the_account() {
    let stage = Stage::start().await;
    let known = App::DEMO
        .start()
        .with("login_hint", ALAN)
        .shown(&stage)
        .await;
    assert_eq!(known.title(), "Sign in");
    assert!(
        known
            .tags("input")
            .iter()
            .any(|input| input.is("name", "address") && input.is("value", ALAN))
    );
    let unknown = App::DEMO
        .start()
        .with("login_hint", "nobody@contoso.example")
        .shown(&stage)
        .await;
    let typed = |input: &crate::support::Tag| {
        input.is("name", "address") && input.is("value", "nobody@contoso.example")
    };
    assert!(unknown.tags("input").iter().any(typed));
}

/// entra 21: another browser knows nothing of the session.
#[tokio::test]
async fn sessions_belong_to_one_browser() {
    let stage = Stage::start().await;
    App::DEMO.code(&stage, ADA).await;
    assert_eq!(
        App::DEMO.start().shown(&stage).await.title(),
        "Pick an account"
    );
}

/// entra 22
#[tokio::test]
async fn turning_back_before_consent_is_a_cancel_without_description() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let picker = browser.open(&App::DEMO.start().path()).await;
    let from_picker = browser.press_action(&picker, "cancel").await;
    let callback = "http://localhost:3000/outlook-callback";
    let cancelled = format!("{callback}?error=access_denied&error_subcode=cancel&state=a-state#");
    assert_eq!(from_picker.location(), cancelled);
    let sign_in = browser
        .open(&App::DEMO.start().with("login_hint", ADA).path())
        .await;
    assert_eq!(
        browser.press_action(&sign_in, "cancel").await.location(),
        cancelled
    );
    let approval = App::DEMO.start().sign_in(&stage, KATHERINE).await;
    assert_eq!(approval.title(), "Need admin approval");
    assert_eq!(
        browser.press_action(&approval, "cancel").await.location(),
        cancelled
    );
}

/// entra 23
#[tokio::test]
async fn declining_consent_tells_the_app_why() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let page = browser
        .open(
            &App::DEMO
                .start()
                .with("response_mode", "fragment")
                .with("login_hint", ADA)
                .path(),
        )
        .await;
    let consent = browser.press_action(&page, "sign_in").await;
    assert_eq!(consent.title(), "Permissions requested");
    let declined = browser.press_action(&consent, "decline").await;
    declined.refuses("access_denied", 65_004);
    assert_eq!(declined.answer("state").as_deref(), Some("a-state"));
    assert_eq!(declined.answer("error_subcode"), None);
    let description = declined.answer("error_description").expect("one");
    assert_eq!(description.split("\r\n").count(), 4);
    assert!(
        declined
            .answer("error_uri")
            .expect("one")
            .ends_with("/error?code=65004")
    );
    assert_eq!(
        browser.open(&App::DEMO.start().path()).await.title(),
        "Permissions requested",
        "nothing was granted"
    );
}

/// entra 10: accounts that do not belong where they are used stay on the page.
#[tokio::test]
async fn accounts_of_elsewhere_are_stopped_on_the_page() {
    let stage = Stage::start().await;
    let hinted = |tenant, address| App::DEMO.start().at(tenant).with("login_hint", address);
    hinted("contoso.example", crate::support::MARGARET)
        .shown(&stage)
        .await
        .stays_with(50_020);
    hinted("organizations", crate::support::HEDY)
        .shown(&stage)
        .await
        .stays_with(500_208);
    hinted("consumers", ADA)
        .shown(&stage)
        .await
        .stays_with(500_208);
}

#[tokio::test]
async fn a_wrong_password_or_unknown_address_asks_again() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let page = browser.begin_as(App::DEMO.start(), ADA).await;
    let again = browser
        .fill_and_press(&page, &[("password", "wrong")], "sign_in")
        .await;
    assert!(again.title() == "Sign in" && again.body.contains("AADSTS50126"));
    let unknown = browser
        .fill_and_press(&again, &[("address", "nobody@contoso.example")], "sign_in")
        .await;
    assert!(unknown.title() == "Sign in" && unknown.body.contains("AADSTS50034"));
    let typed = [("address", ADA), ("password", "emulated-ada")];
    let consent = browser.fill_and_press(&unknown, &typed, "sign_in").await;
    assert_eq!(consent.title(), "Permissions requested");
}

#[tokio::test]
async fn a_page_of_a_finished_sign_in_is_spent() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let page = browser.begin_as(App::DEMO.start(), ADA).await;
    let consent = browser.press_action(&page, "sign_in").await;
    browser.press_action(&consent, "accept").await.code();
    browser
        .press_action(&consent, "accept")
        .await
        .stays_with(50_089);
    browser
        .press_action(&page, "cancel")
        .await
        .stays_with(50_089);
}

/// entra 25
#[tokio::test]
async fn the_unassigned_and_the_blocked_stay_on_the_page() {
    let stage = Stage::start().await;
    App::ASSIGNED_ONLY
        .start()
        .sign_in(&stage, ADA)
        .await
        .stays_with(50_105);
    App::DEMO
        .start()
        .sign_in(&stage, JOAN)
        .await
        .stays_with(53_003);
    App::ASSIGNED_ONLY
        .start()
        .sign_in(&stage, GRACE)
        .await
        .code();
}

/// entra 20: the same people, asked silently.
#[tokio::test]
async fn silent_requests_of_the_unassigned_and_the_blocked_are_told_to_the_app() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let page = browser.open(&App::DEMO.start().path()).await;
    browser.go_all_the_way(page, ADA).await.code();
    let silent = App::ASSIGNED_ONLY.start().with("prompt", "none");
    browser
        .open(&silent.path())
        .await
        .refuses("interaction_required", 50_105);
    let mut browser = Browser::new(&stage);
    let page = browser.open(&App::DEMO.start().path()).await;
    browser.go_all_the_way(page, JOAN).await.stays_with(53_003);
    browser
        .open(&App::DEMO.start().with("prompt", "none").path())
        .await
        .refuses("access_denied", 53_003);
}
