//! What is taken back: consent, accounts, assignments, apps; entra 37, 38, 68.

use connect_outlook_emulator::world::{ClientId, TenantId};

use crate::support::{ADA, App, Browser, CONTOSO, GRACE, KURT, Stage, TokenAnswer};

async fn refreshed(stage: &Stage, app: &App, tokens: &TokenAnswer) -> TokenAnswer {
    let form = app.refresh(tokens.text("refresh_token"));
    stage.token("common", &form).await
}

/// entra 38
#[tokio::test]
async fn a_withdrawn_consent_ends_the_refresh_token_until_it_is_given_again() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let code = App::DEMO.code(&stage, ADA).await;
    let ada = stage
        .emulator
        .world()
        .person_at(ADA)
        .expect("Ada")
        .id
        .clone();
    let client = ClientId::new(App::DEMO.client_id);
    stage.emulator.state().withdraw_consent(&ada, &client);
    let refused = refreshed(&stage, &App::DEMO, &tokens).await;
    assert_eq!(refused.json["suberror"], "consent_required");
    refused.refused(400, "invalid_grant", 65_001);
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .refused(400, "invalid_grant", 65_001);
    App::DEMO.tokens(&stage, ADA).await;
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
}

/// entra 38: an administrator's consent is withdrawn for everybody.
#[tokio::test]
async fn a_tenants_consent_may_be_withdrawn_too() {
    let stage = Stage::start().await;
    let path = "/contoso.example/adminconsent";
    crate::admin_consent::agree(&stage, path, &App::DEMO, "", GRACE).await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
    let (tenant, client) = (TenantId::new(CONTOSO), ClientId::new(App::DEMO.client_id));
    stage
        .emulator
        .state()
        .withdraw_tenant_consent(&tenant, &client);
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "invalid_grant", 65_001);
}

/// entra 68
#[tokio::test]
async fn a_disabled_account_is_refused_and_comes_back() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    stage.change_person(ADA, |ada| ada.disabled = true);
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "invalid_grant", 50_057);
    stage.change_person(ADA, |ada| ada.disabled = false);
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
    let kurt = App::DEMO.start().sign_in(&stage, KURT).await;
    kurt.stays_with(50_057);
}

/// entra 68
#[tokio::test]
async fn a_deleted_account_is_unknown() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let code = App::DEMO.code(&stage, ADA).await;
    stage.emulator.state().change_world(|world| {
        world.people.retain(|person| person.address != ADA);
    });
    let refused = refreshed(&stage, &App::DEMO, &tokens).await;
    assert_eq!(refused.json["suberror"], "bad_token");
    refused.refused(400, "invalid_grant", 50_034);
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .refused(400, "invalid_grant", 50_034);
}

/// entra 68: unassigned later on.
#[tokio::test]
async fn somebody_unassigned_is_refused() {
    let stage = Stage::start().await;
    let start = App::ASSIGNED_ONLY.start().at("organizations");
    let code = start.sign_in(&stage, GRACE).await.code();
    let form = App::ASSIGNED_ONLY.redemption(&code);
    let tokens = stage.token("organizations", &form).await.granted();
    stage.change(&App::ASSIGNED_ONLY, |app| {
        app.assigned_people = Some(Vec::new());
    });
    let refresh = App::ASSIGNED_ONLY.refresh(tokens.text("refresh_token"));
    stage
        .token("organizations", &refresh)
        .await
        .refused(400, "invalid_grant", 50_105);
}

/// entra 68: a removed service principal comes back with a new consent, older consents do not.
#[tokio::test]
async fn a_removed_service_principal_is_unknown_until_somebody_consents() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let graces = App::DEMO.tokens(&stage, GRACE).await;
    let (tenant, client) = (TenantId::new(CONTOSO), ClientId::new(App::DEMO.client_id));
    stage
        .emulator
        .state()
        .remove_service_principal(&tenant, &client);
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "unauthorized_client", 700_016);
    let mut browser = Browser::new(&stage);
    let start = App::DEMO.start().with("login_hint", ADA);
    let page = browser.open(&start.path()).await;
    let consent = browser.press_action(&page, "sign_in").await;
    assert_eq!(consent.title(), "Permissions requested");
    browser.press_action(&consent, "accept").await.code();
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
    refreshed(&stage, &App::DEMO, &graces)
        .await
        .refused(400, "invalid_grant", 65_001);
}

/// entra 68
#[tokio::test]
async fn a_disabled_app_is_refused_everywhere() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    stage.change(&App::DEMO, |demo| demo.switches.disabled = true);
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "unauthorized_client", 7_000_112);
    App::DEMO.start().shown(&stage).await.stays_with(7_000_112);
    stage.change(&App::DEMO, |demo| demo.switches.disabled = false);
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
}

/// entra 37: `.default` asks for everything registered, of every API; later it means what is held, without asking.
#[tokio::test]
async fn default_means_all_apis_first_and_what_is_held_afterwards() {
    let stage = Stage::start().await;
    stage.change(&App::DEMO, |demo| {
        demo.permissions
            .push("https://outlook.office.com/SMTP.Send".into());
    });
    let scope = "openid offline_access https://graph.microsoft.com/.default";
    let start = App::DEMO.start().with("scope", scope);
    let mut browser = Browser::new(&stage);
    let consent = browser.sign_in_as(start.clone(), ADA).await;
    let listed = consent.tags("li");
    assert!(listed.iter().any(|item| item.is("data-scope", "SMTP.Send")));
    let code = browser.press_action(&consent, "accept").await.code();
    let tokens = stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    let held = [
        "https://graph.microsoft.com/Mail.Read",
        "https://graph.microsoft.com/Mail.ReadWrite",
        "https://graph.microsoft.com/Mail.Send",
        "https://graph.microsoft.com/User.Read",
        "openid",
    ];
    assert_eq!(tokens.scopes(), held);
    stage.change(&App::DEMO, |demo| {
        demo.permissions.push("Contacts.Read".into());
    });
    browser.open(&start.path()).await.code();
    let mut refresh = App::DEMO.refresh(tokens.text("refresh_token"));
    refresh.push(("scope", scope));
    assert_eq!(
        stage.token("common", &refresh).await.granted().scopes(),
        held
    );
}
