//! App registrations on Graph's path, entra 88.

use serde_json::{Value, json};

use crate::{
    admin_consent::agree,
    support::{ADA, App, CONTOSO, GRACE, Signer, Stage},
};

/// An app-only Graph token of the ledger.
pub(crate) async fn ledgers_token(stage: &Stage) -> String {
    let signer = Signer::of(stage);
    let assertion = signer.modern(&signer.claims(stage, CONTOSO));
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", App::LEDGER.client_id),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &assertion),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let answer = stage.token(CONTOSO, &form).await.granted();
    answer.text("access_token").to_owned()
}

/// A ledger whose administrator granted these application permissions.
async fn permitted(stage: &Stage, permissions: &[&str]) -> String {
    let permissions = permissions.iter().map(|name| (*name).to_owned()).collect();
    stage.change(&App::LEDGER, |ledger| {
        ledger.application_permissions = permissions;
    });
    let path = "/contoso.example/adminconsent";
    agree(stage, path, &App::LEDGER, "", GRACE).await;
    ledgers_token(stage).await
}

async fn get(stage: &Stage, token: &str, path: &str) -> (u16, Value) {
    let request = stage.http.get(stage.url(path)).bearer_auth(token);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

async fn post(stage: &Stage, token: &str, path: &str, body: Value) -> (u16, Value) {
    let request = stage.http.post(stage.url(path)).bearer_auth(token);
    let answer = request.json(&body).send().await.expect("an answer");
    (
        answer.status().as_u16(),
        answer.json().await.unwrap_or_default(),
    )
}

fn of(app: &App) -> String {
    format!("/v1.0/applications(appId='{}')", app.client_id)
}

/// entra 88: when credentials end can be read; the secrets themselves cannot.
#[tokio::test]
async fn credentials_are_shown_with_their_end_and_without_their_text() {
    let stage = Stage::start().await;
    let token = permitted(&stage, &["Application.Read.All"]).await;
    let path = format!(
        "{}?$select=passwordCredentials,keyCredentials",
        of(&App::DEMO)
    );
    let (status, application) = get(&stage, &token, &path).await;
    assert_eq!(status, 200);
    assert!(application.get("displayName").is_none());
    let secret = &application["passwordCredentials"][0];
    assert_eq!(secret["keyId"], "5ec4e700-0000-4000-8000-000000000001");
    assert_eq!(
        (&secret["hint"], &secret["secretText"]),
        (&json!("emu"), &Value::Null)
    );
    let end = secret["endDateTime"].as_str().expect("text");
    assert!(end.len() == 20 && end.ends_with('Z'), "{end}");
    let (_, ledger) = get(&stage, &token, &of(&App::LEDGER)).await;
    assert_eq!(ledger["appId"], App::LEDGER.client_id);
    let key = &ledger["keyCredentials"][0];
    assert_eq!(key["endDateTime"], "2099-12-31T23:59:59Z");
    assert_eq!(key["customKeyIdentifier"].as_str().expect("text").len(), 40);
    let by_object = format!(
        "/v1.0/applications/{}",
        ledger["id"].as_str().expect("text")
    );
    assert_eq!(
        get(&stage, &token, &by_object).await.1["appId"],
        App::LEDGER.client_id
    );
    let demo = get(&stage, &token, &of(&App::DEMO)).await.1;
    let web = demo["web"]["redirectUris"].as_array().expect("a list");
    assert!(web.contains(&json!("http://localhost/outlook/v1/callback")));
    assert_eq!(
        (
            &demo["spa"]["redirectUris"],
            &demo["isFallbackPublicClient"]
        ),
        (&json!([]), &json!(false))
    );
    let raw = demo.to_string();
    assert!(!raw.contains("emulated~Secret"));
}

/// entra 88: whoever may not read registrations does not.
#[tokio::test]
async fn registrations_need_their_permission_and_their_tenant() {
    let stage = Stage::start().await;
    assert_eq!(get(&stage, "nonsense", &of(&App::DEMO)).await.0, 401);
    let ada = App::DEMO.tokens(&stage, ADA).await;
    let (status, refused) = get(&stage, ada.text("access_token"), &of(&App::DEMO)).await;
    assert_eq!(status, 403);
    assert_eq!(refused["error"]["code"], "Authorization_RequestDenied");
    let token = permitted(&stage, &["Application.Read.All"]).await;
    let (status, missing) = get(&stage, &token, &of(&App::PAGE)).await;
    assert_eq!(status, 404, "a registration of another tenant");
    assert_eq!(missing["error"]["code"], "Request_ResourceNotFound");
    let add = format!("{}/addPassword", of(&App::DEMO));
    assert_eq!(post(&stage, &token, &add, json!({})).await.0, 403);
}

/// entra 88: a secret's text is told once, two at most live side by side, and rotation works.
#[tokio::test]
async fn secrets_rotate_within_two() {
    let stage = Stage::start().await;
    let token = permitted(&stage, &["Application.ReadWrite.All"]).await;
    let add = format!("{}/addPassword", of(&App::DEMO));
    let named = json!({ "passwordCredential": { "displayName": "next", "endDateTime": "2030-01-01T00:00:00Z" } });
    let (status, added) = post(&stage, &token, &add, named).await;
    assert_eq!(status, 200);
    assert_eq!(added["endDateTime"], "2030-01-01T00:00:00Z");
    let text = added["secretText"].as_str().expect("told once").to_owned();
    assert_eq!(
        post(&stage, &token, &add, json!({})).await.0,
        400,
        "a third"
    );
    let code = App::DEMO.code(&stage, ADA).await;
    let mut form = App::DEMO.redemption(&code);
    form.retain(|(name, _)| *name != "client_secret");
    form.push(("client_secret", &text));
    stage.token("common", &form).await.granted();
    let remove = format!("{}/removePassword", of(&App::DEMO));
    let old = json!({ "keyId": "5ec4e700-0000-4000-8000-000000000001" });
    assert_eq!(post(&stage, &token, &remove, old).await.0, 204);
    let code = App::DEMO.code(&stage, ADA).await;
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .refused(401, "invalid_client", 7_000_215);
}
