//! Authorize requests that are refused, entra 10, 15, 17–19, 26, 27, 29.

use crate::support::{ADA, App, Stage, Start};

fn start() -> Start {
    App::DEMO.start()
}

/// entra 10
#[tokio::test]
async fn mistakes_about_client_tenant_and_redirect_uri_stay_on_the_login_host() {
    let stage = Stage::start().await;
    let unknown = "11111111-2222-4333-8444-555555555555";
    for (start, number) in [
        (start().without("client_id"), 900_144),
        (start().with("client_id", "not-a-guid"), 90_112),
        (start().with("client_id", unknown), 700_016),
        (
            start().with("redirect_uri", "http://localhost:3000/elsewhere"),
            50_011,
        ),
        (start().at("nowhere.example"), 90_002),
        (App::SINGLE_TENANT.start(), 50_194),
        (App::SINGLE_TENANT.start().at("organizations"), 50_194),
        (App::SINGLE_TENANT.start().at("fabrikam.example"), 700_016),
        (App::INSTALLED.start().at("consumers"), 9_002_332),
    ] {
        start.shown(&stage).await.stays_with(number);
    }
}

/// entra 10
#[tokio::test]
async fn an_app_without_redirect_uris_is_refused_on_the_login_host() {
    let stage = Stage::start().await;
    stage
        .emulator
        .state()
        .change_world(|world| world.applications[0].redirect_uris.clear());
    start().shown(&stage).await.stays_with(500_113);
}

/// entra 10: parameters that decide where answers go must not be doubled (RFC 6749 §3.1).
#[tokio::test]
async fn a_doubled_redirect_uri_stays_on_the_login_host() {
    let stage = Stage::start().await;
    let mut doubled = start();
    doubled
        .parameters
        .push(("redirect_uri", "http://localhost:3000/other".into()));
    doubled.shown(&stage).await.stays_with(90_100);
    let mut doubled = start();
    doubled.parameters.push(("state", "another".into()));
    doubled
        .shown(&stage)
        .await
        .refuses("invalid_request", 90_100);
}

/// entra 15
#[tokio::test]
async fn an_overlong_query_stays_on_the_login_host() {
    let stage = Stage::start().await;
    start()
        .with("state", &"x".repeat(5_000))
        .shown(&stage)
        .await
        .stays_with(90_015);
    assert_eq!(
        start()
            .with("state", &"x".repeat(512))
            .shown(&stage)
            .await
            .title(),
        "Pick an account"
    );
}

/// entra 17
#[tokio::test]
async fn implicit_and_hybrid_responses_are_refused_to_apps_that_did_not_enable_them() {
    let stage = Stage::start().await;
    for response_type in ["id_token", "code id_token", "id_token token"] {
        let shown = start()
            .with("response_type", response_type)
            .shown(&stage)
            .await;
        shown.refuses("unsupported_response_type", 700_054);
    }
    start()
        .with("response_type", "cod")
        .shown(&stage)
        .await
        .refuses("unsupported_response_type", 70_005);
    start()
        .without("response_type")
        .shown(&stage)
        .await
        .refuses("invalid_request", 900_144);
}

/// entra 18
#[tokio::test]
async fn bad_resource_mode_and_scopes_are_told_to_the_app() {
    let stage = Stage::start().await;
    start()
        .with("resource", "https://graph.microsoft.com")
        .shown(&stage)
        .await
        .refuses("invalid_request", 901_002);
    start()
        .with("response_mode", "pigeon")
        .shown(&stage)
        .await
        .refuses("invalid_request", 70_007);
    let mixed = "https://graph.microsoft.com/.default https://graph.microsoft.com/Mail.Read";
    start()
        .with("scope", mixed)
        .shown(&stage)
        .await
        .refuses("invalid_scope", 70_011);
    start()
        .with("scope", "openid Mail.Reed")
        .shown(&stage)
        .await
        .refuses("invalid_scope", 650_053);
    start()
        .with("scope", "https://nowhere.example/Read")
        .shown(&stage)
        .await
        .refuses("invalid_resource", 500_011);
    start()
        .without("scope")
        .shown(&stage)
        .await
        .refuses("invalid_request", 900_144);
    start()
        .with("prompt", "please")
        .shown(&stage)
        .await
        .refuses("invalid_request", 90_023);
}

/// entra 19
#[tokio::test]
async fn bad_challenges_are_told_to_the_app() {
    let stage = Stage::start().await;
    start()
        .with("code_challenge", &"a".repeat(42))
        .shown(&stage)
        .await
        .refuses("invalid_request", 501_491);
    start()
        .with("code_challenge", &"a".repeat(129))
        .shown(&stage)
        .await
        .refuses("invalid_request", 501_491);
    start()
        .with("code_challenge", "")
        .shown(&stage)
        .await
        .refuses("invalid_request", 50_147);
    start()
        .with("code_challenge_method", "S512")
        .shown(&stage)
        .await
        .refuses("invalid_request", 50_149);
}

/// entra 19: a page's request without challenge is accepted here and refused at redemption.
#[tokio::test]
async fn a_page_without_challenge_gets_as_far_as_a_code() {
    let stage = Stage::start().await;
    let start = App::PAGE
        .start()
        .without("code_challenge")
        .without("code_challenge_method");
    let code = start.sign_in(&stage, ADA).await.code();
    let answer = stage
        .token_with(
            "common",
            &App::PAGE.redemption(&code),
            &[("origin", "http://localhost:3000")],
        )
        .await;
    answer.refused(400, "invalid_request", 9_002_325);
}

/// entra 19
#[tokio::test]
async fn a_missing_method_means_plain() {
    let stage = Stage::start().await;
    let verifier = "plain-verifier-of-forty-three-characters-xx";
    assert_eq!(verifier.len(), 43);
    let start = start()
        .with("code_challenge", verifier)
        .without("code_challenge_method");
    let code = start.sign_in(&stage, ADA).await.code();
    let mut form = App::DEMO.redemption(&code);
    form.retain(|(name, _)| *name != "code_verifier");
    form.push(("code_verifier", verifier));
    stage.token("common", &form).await.granted();
}

/// entra 26
#[tokio::test]
async fn descriptions_have_four_lines_and_are_encoded_as_entra_encodes() {
    let stage = Stage::start().await;
    let shown = start().with("response_mode", "pigeon").shown(&stage).await;
    let description = shown.answer("error_description").expect("a description");
    let lines: Vec<&str> = description.split("\r\n").collect();
    assert_eq!(lines.len(), 4, "{description}");
    assert!(lines[0].starts_with("AADSTS70007: "));
    assert!(
        lines[1]
            .strip_prefix("Trace ID: ")
            .is_some_and(|id| uuid::Uuid::try_parse(id).is_ok())
    );
    assert!(
        lines[2]
            .strip_prefix("Correlation ID: ")
            .is_some_and(|id| uuid::Uuid::try_parse(id).is_ok())
    );
    let timestamp = lines[3].strip_prefix("Timestamp: ").expect("a timestamp");
    let shape: String = timestamp
        .chars()
        .map(|each| if each.is_ascii_digit() { '9' } else { each })
        .collect();
    assert_eq!(shape, "9999-99-99 99:99:99Z");
    assert!(
        shown.location().contains("%0d%0aTrace+ID%3a+"),
        "{}",
        shown.location()
    );
    let uri = shown.answer("error_uri").expect("a URI");
    assert_eq!(uri, format!("{}/error?code=70007", stage.emulator.origin()));
}

/// entra 27
#[tokio::test]
async fn the_callers_request_id_is_the_correlation_id_everywhere() {
    let stage = Stage::start().await;
    let id = "7e1f1b8a-6a3f-4c0e-9e55-0b1c2d3e4f50";
    let correlated = start().with("client-request-id", id);
    let page = correlated
        .clone()
        .with("client_id", "not-a-guid")
        .shown(&stage)
        .await;
    assert!(page.body.contains(id));
    let redirect = correlated
        .with("response_mode", "pigeon")
        .shown(&stage)
        .await;
    assert!(
        redirect
            .answer("error_description")
            .expect("one")
            .contains(&format!("Correlation ID: {id}\r\n"))
    );
    let by_header = stage
        .token_with("common", &[], &[("client-request-id", id)])
        .await;
    assert_eq!(by_header.text("correlation_id"), id);
    let by_form = stage.token("common", &[("client-request-id", id)]).await;
    assert_eq!(by_form.text("correlation_id"), id);
}

/// entra 29
#[tokio::test]
async fn malformed_claims_are_an_invalid_request() {
    let stage = Stage::start().await;
    start()
        .with("claims", "{\"access_token\"")
        .shown(&stage)
        .await
        .refuses("invalid_request", 90_013);
    let fine = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    assert_eq!(
        start().with("claims", fine).shown(&stage).await.title(),
        "Pick an account"
    );
}
