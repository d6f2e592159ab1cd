//! Redeeming codes, entra 39–42.

use crate::support::{ADA, App, HEDY, KATHERINE, Stage};

fn with<'form>(
    form: &[(&'form str, &'form str)],
    name: &'form str,
    value: &'form str,
) -> Vec<(&'form str, &'form str)> {
    let mut form: Vec<_> = form
        .iter()
        .copied()
        .filter(|(candidate, _)| *candidate != name)
        .collect();
    form.push((name, value));
    form
}

fn without<'form>(form: &[(&'form str, &'form str)], name: &str) -> Vec<(&'form str, &'form str)> {
    form.iter()
        .copied()
        .filter(|(candidate, _)| *candidate != name)
        .collect()
}

/// entra 39
#[tokio::test]
async fn codes_are_long_and_opaque_and_all_different() {
    let stage = Stage::start().await;
    let (first, second) = (
        App::DEMO.code(&stage, ADA).await,
        App::DEMO.code(&stage, HEDY).await,
    );
    assert!(first.len() >= 400 && second.len() >= 400);
    assert_ne!(first, second);
    assert!(!first.contains("ada"));
}

/// entra 39
#[tokio::test]
async fn a_code_lives_ten_minutes() {
    let stage = Stage::start().await;
    let (early, late) = (
        App::DEMO.code(&stage, ADA).await,
        App::DEMO.code(&stage, ADA).await,
    );
    stage.wait(590);
    stage
        .token("common", &App::DEMO.redemption(&early))
        .await
        .granted();
    stage.wait(20);
    stage
        .token("common", &App::DEMO.redemption(&late))
        .await
        .refused(400, "invalid_grant", 70_008);
}

/// entra 39
#[tokio::test]
async fn a_code_is_good_once() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .refused(400, "invalid_grant", 54_005);
    stage.wait(3_600);
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .refused(400, "invalid_grant", 54_005);
}

/// entra 39
#[tokio::test]
async fn of_many_redemptions_at_once_one_succeeds() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let form = App::DEMO.redemption(&code);
    let at_once = (0..16).map(|_| stage.token("common", &form));
    let answers = futures_util::future::join_all(at_once).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 200).count(),
        1
    );
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(400, "invalid_grant", 54_005);
    }
}

/// entra 40
#[tokio::test]
async fn the_redirect_uri_must_be_the_very_same() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let form = App::DEMO.redemption(&code);
    for other in [
        "http://localhost:3001/outlook-callback",
        "http://127.0.0.1/outlook-callback",
        "http://localhost:3000/outlook-callback/",
    ] {
        let answer = stage
            .token("common", &with(&form, "redirect_uri", other))
            .await;
        answer.refused(401, "invalid_client", 500_112);
    }
    stage
        .token("common", &without(&form, "redirect_uri"))
        .await
        .refused(400, "invalid_request", 900_144);
    stage.token("common", &form).await.granted();
}

/// entra 40
#[tokio::test]
async fn a_code_of_one_tenant_is_refused_at_another() {
    let stage = Stage::start().await;
    let ada = App::DEMO.code(&stage, ADA).await;
    let hedy = App::DEMO.code(&stage, HEDY).await;
    for tenant in ["fabrikam.example", "consumers"] {
        stage
            .token(tenant, &App::DEMO.redemption(&ada))
            .await
            .refused(400, "invalid_grant", 700_005);
    }
    stage
        .token("organizations", &App::DEMO.redemption(&hedy))
        .await
        .refused(400, "invalid_grant", 700_005);
    stage
        .token("contoso.example", &App::DEMO.redemption(&ada))
        .await
        .granted();
    stage
        .token("consumers", &App::DEMO.redemption(&hedy))
        .await
        .granted();
    stage
        .token("nowhere.example", &App::DEMO.redemption(&ada))
        .await
        .refused(400, "invalid_tenant", 90_002);
}

/// entra 40
#[tokio::test]
async fn a_code_of_one_client_is_refused_to_another() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let stolen = App {
        redirect_uri: App::DEMO.redirect_uri,
        ..App::SINGLE_TENANT
    };
    stage
        .token("contoso.example", &stolen.redemption(&code))
        .await
        .refused(400, "invalid_grant", 70_000);
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
}

/// entra 41
#[tokio::test]
async fn the_verifier_must_be_there_and_match() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let form = App::DEMO.redemption(&code);
    let other = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl";
    stage
        .token("common", &with(&form, "code_verifier", other))
        .await
        .refused(400, "invalid_grant", 501_481);
    let challenge = crate::support::CHALLENGE;
    stage
        .token("common", &with(&form, "code_verifier", challenge))
        .await
        .refused(400, "invalid_grant", 501_481);
    stage
        .token("common", &without(&form, "code_verifier"))
        .await
        .refused(400, "invalid_grant", 501_481);
    stage.token("common", &form).await.granted();
}

/// entra 41: a verifier for a code that was asked for without challenge is a mismatch too.
#[tokio::test]
async fn a_verifier_nobody_promised_is_refused() {
    let stage = Stage::start().await;
    let start = App::DEMO
        .start()
        .without("code_challenge")
        .without("code_challenge_method");
    let code = start.sign_in(&stage, ADA).await.code();
    let form = App::DEMO.redemption(&code);
    stage
        .token("common", &form)
        .await
        .refused(400, "invalid_grant", 501_481);
    stage
        .token("common", &without(&form, "code_verifier"))
        .await
        .granted();
}

/// entra 42
#[tokio::test]
async fn a_truncated_code_is_malformed() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    for broken in [&code[..code.len() - 1], &code[..40], &code[1..], "x"] {
        stage
            .token("common", &App::DEMO.redemption(broken))
            .await
            .refused(400, "invalid_grant", 9_002_313);
    }
    stage
        .token("common", &App::DEMO.redemption(""))
        .await
        .refused(400, "invalid_request", 900_144);
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
}

/// entra 31: what an administrator must approve cannot be had by a code either.
#[tokio::test]
async fn scopes_named_at_redemption_need_consent_too() {
    let stage = Stage::start().await;
    let start = App::DEMO.start().with("scope", "openid User.Read");
    let code = start.sign_in(&stage, KATHERINE).await.code();
    let form = App::DEMO.redemption(&code);
    let answer = stage
        .token("common", &with(&form, "scope", "openid Mail.Read"))
        .await;
    assert_eq!(
        answer
            .refused(400, "invalid_grant", 65_001)
            .text("suberror"),
        "consent_required"
    );
    stage
        .token("common", &with(&form, "scope", ""))
        .await
        .refused(400, "invalid_request", 28_003);
    stage
        .token("common", &with(&form, "scope", "Mail.Reed"))
        .await
        .refused(400, "invalid_scope", 28_002);
    let narrowed = stage
        .token("common", &with(&form, "scope", "User.Read"))
        .await
        .granted();
    assert!(narrowed.json.get("id_token").is_none());
}

/// entra 53
#[tokio::test]
async fn a_redemption_names_one_resource_at_most() {
    let stage = Stage::start().await;
    let scopes = "openid Mail.Read https://outlook.office.com/SMTP.Send";
    let code = App::DEMO
        .start()
        .with("scope", scopes)
        .sign_in(&stage, ADA)
        .await
        .code();
    let form = App::DEMO.redemption(&code);
    stage
        .token("common", &with(&form, "scope", scopes))
        .await
        .refused(400, "invalid_scope", 700_022);
    let mail = stage
        .token(
            "common",
            &with(&form, "scope", "https://outlook.office.com/SMTP.Send"),
        )
        .await
        .granted();
    assert_eq!(mail.scopes(), ["https://outlook.office.com/SMTP.Send"]);
}
