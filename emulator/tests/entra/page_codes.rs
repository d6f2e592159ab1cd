//! A second code for the app's page, entra 51, and the switch that makes a web app public, entra 46.

use crate::support::{ADA, App, Stage, TokenAnswer};

const ORIGIN: (&str, &str) = ("origin", "http://localhost:3000");

/// What the server gets that asks for a page's code too.
async fn redeemed(stage: &Stage) -> TokenAnswer {
    let code = App::DEMO.code(stage, ADA).await;
    let mut form = App::DEMO.redemption(&code);
    form.push(("return_spa_code", "1"));
    stage.token("common", &form).await.granted()
}

fn by_page(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", App::DEMO.client_id),
        ("code", code),
    ]
}

/// entra 51: with `Origin`, without secret, redirect URI and verifier, once.
#[tokio::test]
async fn a_page_redeems_the_second_code_by_itself() {
    let stage = Stage::start().await;
    let server = redeemed(&stage).await;
    let form = by_page(server.text("spa_code"));
    stage
        .token("common", &form)
        .await
        .refused(400, "invalid_request", 9_002_327);
    let mut confidential = form.clone();
    confidential.extend(App::DEMO.secret.map(|secret| ("client_secret", secret)));
    stage
        .token_with("common", &confidential, &[ORIGIN])
        .await
        .refused(400, "invalid_request", 9_002_326);
    let page = stage.token_with("common", &form, &[ORIGIN]).await.granted();
    assert_eq!(page.json["refresh_token_expires_in"], 86_400);
    assert_eq!(page.header("access-control-allow-origin"), Some("*"));
    assert_ne!(page.text("refresh_token"), server.text("refresh_token"));
    stage
        .token_with("common", &form, &[ORIGIN])
        .await
        .refused(400, "invalid_grant", 54_005);
}

/// entra 51: only who asks gets one, and it ages like any code.
#[tokio::test]
async fn the_second_code_must_be_asked_for_and_expires() {
    let stage = Stage::start().await;
    assert!(
        App::DEMO
            .tokens(&stage, ADA)
            .await
            .json
            .get("spa_code")
            .is_none()
    );
    let server = redeemed(&stage).await;
    stage.wait(600);
    stage
        .token_with("common", &by_page(server.text("spa_code")), &[ORIGIN])
        .await
        .refused(400, "invalid_grant", 70_008);
}

/// entra 46: "allow public client flows" makes a web redemption public: its secret is one too many.
#[tokio::test]
async fn public_client_flows_forbid_the_secret() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let code = App::DEMO.code(&stage, ADA).await;
    stage.change(&App::DEMO, |demo| demo.fallback_public = true);
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .refused(401, "invalid_client", 700_025);
    stage
        .token("common", &App::DEMO.refresh(tokens.text("refresh_token")))
        .await
        .refused(401, "invalid_client", 700_025);
    let anonymous = App {
        secret: None,
        ..App::DEMO
    };
    stage
        .token("common", &anonymous.redemption(&code))
        .await
        .granted();
}
