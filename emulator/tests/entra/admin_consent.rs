//! Admin consent in both editions, entra 34–36.

use crate::support::{
    ADA, App, Browser, CONTOSO, FABRIKAM, GRACE, KATHERINE, MARGARET, Shown, Stage,
};

/// The path of an admin-consent request of `app`.
fn request(path: &str, app: &App, scope: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("client_id", app.client_id)
        .append_pair("redirect_uri", app.redirect_uri)
        .append_pair("state", "s 1");
    if !scope.is_empty() {
        query.append_pair("scope", scope);
    }
    format!("{path}?{}", query.finish())
}

/// What `address` is shown after signing in.
async fn asked(browser: &mut Browser<'_>, path: &str, address: &str) -> Shown {
    let picker = browser.open(path).await;
    let sign_in = browser
        .press(&picker, |button| button.text.contains(address))
        .await;
    browser.press_action(&sign_in, "sign_in").await
}

/// An administrator goes all the way.
pub(crate) async fn agree(
    stage: &Stage,
    path: &str,
    app: &App,
    scope: &str,
    address: &str,
) -> Shown {
    let mut browser = Browser::new(stage);
    let consent = asked(&mut browser, &request(path, app, scope), address).await;
    assert_eq!(consent.title(), "Permissions requested", "{}", consent.body);
    browser.press_action(&consent, "accept").await
}

/// The names of a redirect's parameters.
fn names(shown: &Shown) -> Vec<String> {
    let (_, query) = shown.location().split_once('?').expect("a query");
    let pairs = url::form_urlencoded::parse(query.trim_end_matches('#').as_bytes());
    pairs.map(|(name, _)| name.into_owned()).collect()
}

/// entra 34: the first edition's success.
#[tokio::test]
async fn the_first_edition_answers_with_tenant_state_and_consent() {
    let stage = Stage::start().await;
    let answer = agree(&stage, "/common/adminconsent", &App::LEDGER, "", GRACE).await;
    assert_eq!(names(&answer), ["tenant", "state", "admin_consent"]);
    assert_eq!(answer.answer("tenant").as_deref(), Some(CONTOSO));
    assert_eq!(answer.answer("admin_consent").as_deref(), Some("True"));
    assert_eq!(answer.answer("state").as_deref(), Some("s 1"));
}

/// entra 34: the second edition's success, with what was granted.
#[tokio::test]
async fn the_second_edition_also_tells_the_scopes() {
    let stage = Stage::start().await;
    let scope = "https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/Mail.Send";
    let path = "/organizations/v2.0/adminconsent";
    let answer = agree(&stage, path, &App::DEMO, scope, MARGARET).await;
    assert_eq!(
        names(&answer),
        ["admin_consent", "tenant", "scope", "state"]
    );
    assert_eq!(answer.answer("tenant").as_deref(), Some(FABRIKAM));
    assert_eq!(answer.answer("scope").as_deref(), Some(scope));
}

/// entra 34: the two refusals, of which the second says `admin_consent=True` beside the error.
#[tokio::test]
async fn a_refusal_has_the_shape_of_its_edition() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let path = request("/contoso.example/adminconsent", &App::DEMO, "");
    let consent = asked(&mut browser, &path, GRACE).await;
    let first = browser.press_action(&consent, "decline").await;
    assert_eq!(names(&first), ["error", "error_description"]);
    assert_eq!(first.answer("error").as_deref(), Some("permission_denied"));

    let path = request(
        "/contoso.example/v2.0/adminconsent",
        &App::DEMO,
        "Mail.Read",
    );
    let mut browser = Browser::new(&stage);
    let consent = asked(&mut browser, &path, GRACE).await;
    let second = browser.press_action(&consent, "decline").await;
    assert_eq!(
        names(&second),
        ["admin_consent", "error", "error_description", "state"]
    );
    assert_eq!(second.answer("admin_consent").as_deref(), Some("True"));
    second.refuses("consent_required", 65_004);
    let codes = App::DEMO.start().with("login_hint", ADA);
    let mut browser = Browser::new(&stage);
    let page = browser.open(&codes.path()).await;
    let still = browser.press_action(&page, "sign_in").await;
    assert_eq!(
        still.title(),
        "Permissions requested",
        "nothing was granted"
    );
}

/// entra 35: `common` is not for the second edition, and a scope is needed.
#[tokio::test]
async fn the_second_edition_refuses_common_and_wants_a_scope() {
    let stage = Stage::start().await;
    let shown = async |path: &str| Browser::new(&stage).open(path).await;
    let path = "/common/v2.0/adminconsent";
    shown(&request(path, &App::DEMO, "Mail.Read"))
        .await
        .stays_with(90_130);
    let path = "/organizations/v2.0/adminconsent";
    shown(&request(path, &App::DEMO, ""))
        .await
        .stays_with(900_144);
    let elsewhere = App {
        redirect_uri: "https://elsewhere.example/",
        ..App::DEMO
    };
    shown(&request(path, &elsewhere, "Mail.Read"))
        .await
        .stays_with(50_011);
    let without = format!("/common/adminconsent?client_id={}", App::DEMO.client_id);
    shown(&without).await.stays_with(900_144);
}

/// entra 35: who is no administrator learns that one is needed, and pressing on grants nothing.
#[tokio::test]
async fn others_see_that_an_administrator_is_needed() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let path = request(
        "/contoso.example/v2.0/adminconsent",
        &App::DEMO,
        "Mail.Read",
    );
    let page = asked(&mut browser, &path, ADA).await;
    assert_eq!(page.title(), "Need admin approval");
    let guest = asked(&mut Browser::new(&stage), &path, KATHERINE).await;
    assert_eq!(
        guest.title(),
        "Need admin approval",
        "a guest is none either"
    );
}

/// entra 36: after an administrator's consent nobody is asked any more.
#[tokio::test]
async fn later_users_are_not_asked() {
    let stage = Stage::start().await;
    let path = "/fabrikam.example/v2.0/adminconsent";
    let scope = "openid profile email offline_access User.Read Mail.Read";
    agree(&stage, path, &App::DEMO, scope, MARGARET).await;
    let mut browser = Browser::new(&stage);
    let start = App::DEMO.start().with("login_hint", KATHERINE);
    let page = browser.open(&start.path()).await;
    browser.press_action(&page, "sign_in").await.code();
}

/// entra 36: the switch for the time that a consent needs to spread.
#[tokio::test]
async fn a_consent_may_need_its_time_to_spread() {
    let stage = Stage::start().await;
    stage.change(&App::DEMO, |demo| demo.switches.consent_delay = 60);
    let path = "/fabrikam.example/v2.0/adminconsent";
    let scope = "openid profile email offline_access User.Read Mail.Read";
    agree(&stage, path, &App::DEMO, scope, MARGARET).await;
    let shown = async || {
        let mut browser = Browser::new(&stage);
        let start = App::DEMO.start().with("login_hint", KATHERINE);
        let page = browser.open(&start.path()).await;
        browser.press_action(&page, "sign_in").await
    };
    assert_eq!(shown().await.title(), "Need admin approval");
    stage.wait(60);
    shown().await.code();
}

/// entra 34: everything that is registered, application permissions included, is shown and granted.
#[tokio::test]
async fn default_grants_application_permissions_too() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let path = request("/contoso.example/adminconsent", &App::LEDGER, "");
    let consent = asked(&mut browser, &path, GRACE).await;
    let listed: Vec<String> = consent
        .tags("li")
        .iter()
        .map(|item| item.attribute("data-role").to_owned())
        .filter(|role| !role.is_empty())
        .collect();
    assert_eq!(
        listed,
        ["Mail.Read", "User.Read.All", "Application.Read.All"]
    );
    browser.press_action(&consent, "accept").await;
    let token = crate::applications::ledgers_token(&stage).await;
    let grant = stage.emulator.state().app_tokens.lookup(&token);
    assert!(grant.expect("issued").allows("mail.read"));
}
