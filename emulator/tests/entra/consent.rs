//! Consent, entra 30–33 and 37.

use crate::support::{ADA, ALAN, App, Browser, GRACE, HEDY, KATHERINE, MARGARET, Stage};

/// entra 30
#[tokio::test]
async fn first_use_lists_the_scopes_in_words_and_later_use_is_silent() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let consent = browser.sign_in_as(App::DEMO.start(), ADA).await;
    assert_eq!(consent.title(), "Permissions requested");
    let mut listed: Vec<String> = consent
        .tags("li")
        .iter()
        .map(|item| item.attribute("data-scope").to_owned())
        .collect();
    listed.sort();
    assert_eq!(
        listed,
        [
            "Mail.Read",
            "User.Read",
            "email",
            "offline_access",
            "openid",
            "profile"
        ]
    );
    assert!(
        consent.body.contains("Read your mail") && consent.body.contains("Connect Outlook Demo")
    );
    assert!(consent.body.contains("unverified"));
    browser.press_action(&consent, "accept").await.code();
    browser.open(&App::DEMO.start().path()).await.code();
    let more = browser
        .open(&App::DEMO.start().with("scope", "openid Mail.Send").path())
        .await;
    assert_eq!(
        more.title(),
        "Permissions requested",
        "a new scope asks again"
    );
}

/// entra 30
#[tokio::test]
async fn grants_belong_to_one_person_and_one_app() {
    let stage = Stage::start().await;
    App::DEMO.code(&stage, ADA).await;
    let mut browser = Browser::new(&stage);
    assert_eq!(
        browser.sign_in_as(App::DEMO.start(), ALAN).await.title(),
        "Permissions requested"
    );
    let other_app = App::EXPIRED.start().with("login_hint", ADA);
    let page = browser.open(&other_app.path()).await;
    assert_eq!(
        browser.press_action(&page, "sign_in").await.title(),
        "Permissions requested"
    );
}

/// entra 30
#[tokio::test]
async fn a_verified_publisher_is_shown() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let page = browser
        .open(
            &App::SINGLE_TENANT
                .start()
                .at("contoso.example")
                .with("login_hint", ADA)
                .path(),
        )
        .await;
    let consent = browser.press_action(&page, "sign_in").await;
    assert!(consent.body.contains("verified") && !consent.body.contains("unverified"));
}

/// entra 31
#[tokio::test]
async fn managed_tenants_send_mail_readers_to_their_administrator() {
    let stage = Stage::start().await;
    let reading = App::DEMO.start().sign_in(&stage, KATHERINE).await;
    assert_eq!(reading.title(), "Need admin approval");
    assert!(reading.body.contains("AADSTS90094"));
    let sending = App::DEMO
        .start()
        .with("scope", "openid User.Read Mail.Send")
        .sign_in(&stage, KATHERINE)
        .await;
    sending.code();
}

/// entra 31: an administrator may agree, for everybody if they tick the box.
#[tokio::test]
async fn an_administrators_consent_can_hold_for_the_whole_tenant() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let consent = browser.sign_in_as(App::DEMO.start(), MARGARET).await;
    assert!(
        consent
            .body
            .contains("Consent on behalf of your organization")
    );
    browser
        .fill_and_press(&consent, &[("for_organization", "yes")], "accept")
        .await
        .code();
    App::DEMO.start().sign_in(&stage, KATHERINE).await.code();
    let contoso = App::DEMO
        .start()
        .with("login_hint", GRACE)
        .shown(&stage)
        .await;
    assert_eq!(
        Browser::new(&stage)
            .press_action(&contoso, "sign_in")
            .await
            .title(),
        "Permissions requested"
    );
}

/// entra 31: without the tick it holds for the administrator alone, and the box cannot be forged by others.
#[tokio::test]
async fn consent_for_all_needs_an_administrator_and_the_tick() {
    let stage = Stage::start().await;
    App::DEMO.start().sign_in(&stage, MARGARET).await.code();
    assert_eq!(
        App::DEMO.start().sign_in(&stage, KATHERINE).await.title(),
        "Need admin approval"
    );
    let mut browser = Browser::new(&stage);
    let consent = browser.sign_in_as(App::DEMO.start(), ADA).await;
    assert!(!consent.body.contains("on behalf of your organization"));
    browser
        .fill_and_press(&consent, &[("for_organization", "yes")], "accept")
        .await
        .code();
    assert_eq!(
        browser.sign_in_as(App::DEMO.start(), ALAN).await.title(),
        "Permissions requested"
    );
}

/// entra 32: pressing "accept" on a page that only offers approval grants nothing.
#[tokio::test]
async fn the_approval_page_cannot_be_turned_into_consent() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let approval = browser.sign_in_as(App::DEMO.start(), KATHERINE).await;
    let forged = browser
        .fill_and_press(&approval, &[("action", "accept")], "restart")
        .await;
    assert_eq!(forged.title(), "Need admin approval");
}

/// entra 33
#[tokio::test]
async fn personal_accounts_consent_for_themselves() {
    let stage = Stage::start().await;
    stage.emulator.state().change_world(|world| {
        for tenant in &mut world.tenants {
            tenant.consent_policy = connect_outlook_emulator::world::ConsentPolicy::Off;
        }
    });
    App::DEMO
        .start()
        .at("consumers")
        .sign_in(&stage, HEDY)
        .await
        .code();
    assert_eq!(
        App::DEMO.start().sign_in(&stage, ADA).await.title(),
        "Need admin approval"
    );
}

/// entra 37
#[tokio::test]
async fn default_asks_for_everything_registered_and_later_for_nothing() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let start = App::DEMO
        .start()
        .with("scope", "openid https://graph.microsoft.com/.default")
        .with("login_hint", ADA);
    let page = browser.open(&start.path()).await;
    let consent = browser.press_action(&page, "sign_in").await;
    let listed: Vec<String> = consent
        .tags("li")
        .iter()
        .map(|item| item.attribute("data-scope").to_owned())
        .collect();
    assert!(
        ["Mail.Read", "Mail.ReadWrite", "Mail.Send", "User.Read"]
            .iter()
            .all(|name| listed.contains(&(*name).to_owned()))
    );
    browser.press_action(&consent, "accept").await.code();
    browser.open(&start.path()).await.code();
}
