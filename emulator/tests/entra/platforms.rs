//! Credentials, `Origin` and the platform of the redirect URI, entra 43–48.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::support::{ADA, App, Stage};

const ORIGIN: (&str, &str) = ("origin", "http://localhost:3000");

/// entra 43
#[tokio::test]
async fn a_web_code_needs_a_live_secret() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let anonymous = App {
        secret: None,
        ..App::DEMO
    };
    stage
        .token("common", &anonymous.redemption(&code))
        .await
        .refused(401, "invalid_client", 7_000_218);
    let wrong = App {
        secret: Some("wrong"),
        ..App::DEMO
    };
    stage
        .token("common", &wrong.redemption(&code))
        .await
        .refused(401, "invalid_client", 7_000_215);
    let id_instead_of_value = App {
        secret: Some("5ec4e700-0000-4000-8000-000000000001"),
        ..App::DEMO
    };
    stage
        .token("common", &id_instead_of_value.redemption(&code))
        .await
        .refused(401, "invalid_client", 7_000_215);
    let expired = App::EXPIRED.code(&stage, ADA).await;
    stage
        .token("common", &App::EXPIRED.redemption(&expired))
        .await
        .refused(401, "invalid_client", 7_000_222);
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
}

/// entra 43: of two secrets each is judged by itself.
#[tokio::test]
async fn after_rotation_only_the_new_secret_works() {
    let stage = Stage::start().await;
    let code = App::SINGLE_TENANT
        .start()
        .at("contoso.example")
        .sign_in(&stage, ADA)
        .await
        .code();
    let before = App {
        secret: Some("emulated~Secret-before-rotation"),
        ..App::SINGLE_TENANT
    };
    stage
        .token("contoso.example", &before.redemption(&code))
        .await
        .refused(401, "invalid_client", 7_000_222);
    stage
        .token("contoso.example", &App::SINGLE_TENANT.redemption(&code))
        .await
        .granted();
}

/// entra 44
#[tokio::test]
async fn a_web_code_is_refused_to_whoever_sends_an_origin() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let answer = stage
        .token_with("common", &App::DEMO.redemption(&code), &[ORIGIN])
        .await;
    assert!(answer.header("access-control-allow-origin").is_none());
    let answer = answer.refused(400, "invalid_request", 9_002_326);
    assert!(
        answer
            .text("error_description")
            .contains("'http://localhost:3000'")
    );
    let null = stage
        .token_with(
            "common",
            &App::DEMO.redemption(&code),
            &[("origin", "null")],
        )
        .await;
    null.refused(400, "invalid_request", 9_002_326);
    let tokens = stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    let refresh = App::DEMO.refresh(tokens.text("refresh_token"));
    stage
        .token_with("common", &refresh, &[ORIGIN])
        .await
        .refused(400, "invalid_request", 9_002_326);
}

/// entra 45
#[tokio::test]
async fn a_page_redeems_with_origin_and_verifier_and_without_secret() {
    let stage = Stage::start().await;
    let code = App::PAGE.code(&stage, ADA).await;
    let form = App::PAGE.redemption(&code);
    stage
        .token("common", &form)
        .await
        .refused(400, "invalid_request", 9_002_327);
    let unproven: Vec<_> = form
        .iter()
        .copied()
        .filter(|(name, _)| *name != "code_verifier")
        .collect();
    stage
        .token_with("common", &unproven, &[ORIGIN])
        .await
        .refused(400, "invalid_request", 9_002_325);
    let confidential = App {
        secret: Some("anything"),
        ..App::PAGE
    };
    let answer = stage
        .token_with("common", &confidential.redemption(&code), &[ORIGIN])
        .await;
    answer.refused(400, "invalid_request", 9_002_326);
    let answer = stage.token_with("common", &form, &[ORIGIN]).await.granted();
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.json["refresh_token_expires_in"], 86_400);
}

/// entra 46
#[tokio::test]
async fn an_installed_app_must_not_present_a_secret() {
    let stage = Stage::start().await;
    let code = App::INSTALLED.code(&stage, ADA).await;
    let confidential = App {
        secret: Some("anything"),
        ..App::INSTALLED
    };
    stage
        .token("common", &confidential.redemption(&code))
        .await
        .refused(401, "invalid_client", 700_025);
    let with_origin = stage
        .token_with("common", &App::INSTALLED.redemption(&code), &[ORIGIN])
        .await;
    with_origin.refused(400, "invalid_request", 9_002_326);
    stage
        .token("common", &App::INSTALLED.redemption(&code))
        .await
        .granted();
}

/// entra 47
#[tokio::test]
async fn pages_may_ask_first_and_read_only_their_own_answers() {
    let stage = Stage::start().await;
    let preflight = stage
        .http
        .request(
            reqwest::Method::OPTIONS,
            stage.url("/common/oauth2/v2.0/token"),
        )
        .header(ORIGIN.0, ORIGIN.1)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type, client-request-id",
        )
        .send()
        .await
        .expect("an answer");
    assert!(preflight.status().is_success());
    assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
    assert!(
        preflight.headers()["access-control-allow-methods"]
            .to_str()
            .expect("text")
            .contains("POST")
    );
    assert_eq!(
        preflight.headers()["access-control-allow-headers"],
        "content-type, client-request-id"
    );

    let page = App::PAGE.code(&stage, ADA).await;
    let readable = |answer: &crate::support::TokenAnswer| {
        answer.header("access-control-allow-origin").is_some()
    };
    let mut unproven = App::PAGE.redemption(&page);
    unproven.retain(|(name, _)| *name != "code_verifier");
    assert!(
        readable(&stage.token_with("common", &unproven, &[ORIGIN]).await),
        "a page reads its refusals"
    );
    assert!(readable(
        &stage
            .token_with("common", &App::PAGE.redemption(&page), &[ORIGIN])
            .await
    ));
    let web = App::DEMO.code(&stage, ADA).await;
    assert!(!readable(
        &stage.token("common", &App::DEMO.redemption(&web)).await
    ));
}

/// entra 48
#[tokio::test]
async fn a_secret_may_come_in_the_header_percent_encoded() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let anonymous = App {
        secret: None,
        ..App::DEMO
    };
    let mut form = anonymous.redemption(&code);
    form.retain(|(name, _)| *name != "client_id");
    // The demo's secret holds `~`, `.`, `/`, `+` and `=`; `+` and `=` do not survive unencoded.
    let encoded = "emulated~Secret.of%2Fthe%2BDemo%3DRegistration";
    let basic = |secret: &str| {
        let pair = format!("{}:{secret}", App::DEMO.client_id);
        format!("Basic {}", BASE64_STANDARD.encode(pair))
    };
    let raw = basic("emulated~Secret.of/the+Demo=Registration");
    let answer = stage
        .token_with("common", &form, &[("authorization", &raw)])
        .await;
    answer.refused(401, "invalid_client", 7_000_215);
    let unreadable = stage
        .token_with("common", &form, &[("authorization", "Basic ???")])
        .await;
    unreadable.refused(400, "invalid_request", 90_013);
    let proper = basic(encoded);
    let mut twice = form.clone();
    twice.push(("client_secret", "emulated~Secret.of/the+Demo=Registration"));
    let answer = stage
        .token_with("common", &twice, &[("authorization", &proper)])
        .await;
    answer.refused(400, "invalid_request", 90_013);
    stage
        .token_with("common", &form, &[("authorization", &proper)])
        .await
        .granted();
}

/// entra 49: an assertion is no way around the secret of an app that registered no certificate.
#[tokio::test]
async fn an_assertion_by_an_unregistered_certificate_is_refused() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let anonymous = App {
        secret: None,
        ..App::DEMO
    };
    let mut form = anonymous.redemption(&code);
    form.push((
        "client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    ));
    form.push(("client_assertion", "e30.e30.e30"));
    stage
        .token("common", &form)
        .await
        .refused(401, "invalid_client", 700_027);
}
