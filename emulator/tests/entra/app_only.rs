//! Client credentials, entra 53 and 78.

use reqwest::StatusCode;

use crate::{
    admin_consent::agree,
    id_token::proven,
    support::{ADA, App, CONTOSO, FABRIKAM, GRACE, MARGARET, Stage, TokenAnswer},
};

const DEFAULT: &str = "https://graph.microsoft.com/.default";

/// A request of the payroll app for itself.
fn form(scope: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", App::ASSIGNED_ONLY.client_id),
        (
            "client_secret",
            App::ASSIGNED_ONLY.secret.expect("a secret"),
        ),
        ("scope", scope),
    ]
}

fn fields(answer: &TokenAnswer) -> Vec<&str> {
    let fields = answer.json.as_object().expect("an object").keys();
    fields.map(String::as_str).collect()
}

/// entra 78: four fields and nothing else, also where no role was granted.
#[tokio::test]
async fn an_app_gets_a_token_for_itself_and_nothing_else() {
    let stage = Stage::start().await;
    let answer = stage.token(CONTOSO, &form(DEFAULT)).await.granted();
    assert_eq!(
        fields(&answer),
        ["access_token", "expires_in", "ext_expires_in", "token_type"]
    );
    let tokens = &stage.emulator.state().app_tokens;
    let grant = tokens.lookup(answer.text("access_token")).expect("issued");
    assert!(grant.roles.is_empty() && grant.tenant.as_str() == CONTOSO);
}

/// entra 78: no tenant, no token.
#[tokio::test]
async fn a_concrete_tenant_is_needed() {
    let stage = Stage::start().await;
    for tenant in ["common", "organizations"] {
        stage
            .token(tenant, &form(DEFAULT))
            .await
            .refused(400, "invalid_request", 9_001_023);
    }
    let (demo, secret) = (App::DEMO.client_id, App::DEMO.secret.expect("a secret"));
    let consumers = [
        ("grant_type", "client_credentials"),
        ("client_id", demo),
        ("client_secret", secret),
        ("scope", DEFAULT),
    ];
    stage
        .token("consumers", &consumers)
        .await
        .refused(400, "invalid_request", 9_001_023);
}

/// entra 53: one `/.default` and nothing beside it.
#[tokio::test]
async fn only_one_default_may_be_asked() {
    let stage = Stage::start().await;
    for scope in [
        "https://graph.microsoft.com/Mail.Read",
        "https://graph.microsoft.com/.default offline_access",
        "https://graph.microsoft.com/.default https://outlook.office.com/.default",
        "Mail.Reed",
    ] {
        stage
            .token(CONTOSO, &form(scope))
            .await
            .refused(400, "invalid_scope", 70_011);
    }
    stage
        .token(CONTOSO, &form("https://nowhere.example/.default"))
        .await
        .refused(400, "invalid_resource", 500_011);
    stage
        .token(CONTOSO, &form(""))
        .await
        .refused(400, "invalid_request", 900_144);
}

/// entra 78: servers only.
#[tokio::test]
async fn pages_and_strangers_get_nothing() {
    let stage = Stage::start().await;
    let origin = [("origin", "http://localhost:3000")];
    stage
        .token_with(CONTOSO, &form(DEFAULT), &origin)
        .await
        .refused(400, "invalid_request", 9_002_326);
    let anonymous: Vec<_> = form(DEFAULT)
        .into_iter()
        .filter(|(name, _)| *name != "client_secret")
        .collect();
    stage
        .token(CONTOSO, &anonymous)
        .await
        .refused(401, "invalid_client", 7_000_218);
}

/// entra 78: in a foreign tenant the app must have been installed by somebody's consent.
#[tokio::test]
async fn a_tenant_that_never_consented_does_not_know_the_app() {
    let stage = Stage::start().await;
    stage
        .token(FABRIKAM, &form(DEFAULT))
        .await
        .refused(400, "unauthorized_client", 700_016);
    let path = "/fabrikam.example/adminconsent";
    agree(&stage, path, &App::ASSIGNED_ONLY, "", MARGARET).await;
    stage.token(FABRIKAM, &form(DEFAULT)).await.granted();
}

/// entra 78: a token for an app's own API is one that the API can check.
#[tokio::test]
async fn a_token_for_an_apps_api_is_a_signed_jwt() {
    let stage = Stage::start().await;
    let scope = format!("api://{}/.default", App::MIDDLE.client_id);
    let answer = stage.token(CONTOSO, &form(&scope)).await.granted();
    let (_, claims, _) = proven(&stage, answer.text("access_token")).await;
    assert_eq!(claims["aud"], App::MIDDLE.client_id);
    assert_eq!(claims["azp"], App::ASSIGNED_ONLY.client_id);
    assert_eq!(
        (&claims["azpacr"], &claims["ver"]),
        (&"1".into(), &"2.0".into())
    );
    assert_eq!(claims["oid"], claims["sub"]);
    assert!(claims["scp"].is_null() && claims["roles"] == serde_json::json!([]));
}

/// entra 78, graph-mail §17: what an administrator granted an app opens mailboxes, and nothing else does.
#[tokio::test]
async fn granted_roles_open_mailboxes() {
    let stage = Stage::start().await;
    stage.change(&App::ASSIGNED_ONLY, |app| {
        app.application_permissions = vec!["Mail.Read".to_owned()];
    });
    let path = "/contoso.example/adminconsent";
    agree(&stage, path, &App::ASSIGNED_ONLY, "", GRACE).await;
    let answer = stage.token(CONTOSO, &form(DEFAULT)).await.granted();
    for (path, status) in [
        ("messages?$top=1", StatusCode::OK),
        ("mailFolders", StatusCode::OK),
        ("messages/x/send", StatusCode::BAD_REQUEST),
        ("", StatusCode::FORBIDDEN),
    ] {
        let url = stage.url(&format!("/v1.0/users/{ADA}/{path}"));
        let request = stage.http.get(url).bearer_auth(answer.text("access_token"));
        assert_eq!(
            request.send().await.expect("an answer").status(),
            status,
            "{path}"
        );
    }
}
