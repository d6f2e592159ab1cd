//! Claims challenges of Graph, entra 72–74, and Graph's E2.

use base64::{Engine, prelude::BASE64_STANDARD};
use connect_outlook_emulator::scenario::ScenarioName::{
    AccessRevoked, ChallengeShuffled, PasswordChanged, SessionsRevoked, UserDisabled,
};
use reqwest::{StatusCode, header::WWW_AUTHENTICATE};
use serde_json::Value;

use super::{refreshed, set};
use crate::support::{ADA, App, Stage, TokenAnswer};

const CP1: &str = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;

/// Tokens of Ada, of a client that handles challenges if `capable`.
async fn tokens(stage: &Stage, capable: bool) -> TokenAnswer {
    let code = App::DEMO.code(stage, ADA).await;
    let mut form = App::DEMO.redemption(&code);
    form.extend(capable.then_some(("claims", CP1)));
    stage.token("common", &form).await.granted()
}

async fn mail(stage: &Stage, tokens: &TokenAnswer) -> reqwest::Response {
    let request = stage.http.get(stage.url("/v1.0/me/messages?$top=1"));
    let request = request.bearer_auth(tokens.text("access_token"));
    request.send().await.expect("an answer")
}

pub(super) async fn reads_mail(stage: &Stage, tokens: &TokenAnswer) {
    assert_eq!(mail(stage, tokens).await.status(), StatusCode::OK);
}

fn lines(answer: &reqwest::Response) -> Vec<String> {
    let values = answer.headers().get_all(WWW_AUTHENTICATE).iter();
    values
        .map(|value| value.to_str().expect("text").to_owned())
        .collect()
}

/// The claims that a challenge demands.
pub(super) async fn demanded(stage: &Stage, tokens: &TokenAnswer) -> Value {
    let answer = mail(stage, tokens).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let lines = lines(&answer);
    let claims = lines
        .iter()
        .find_map(|line| {
            line.split_once("claims=\"")?
                .1
                .split('"')
                .find(|part| part.len() > 20)
        })
        .expect("a challenge");
    let decoded = BASE64_STANDARD.decode(claims).expect("base64");
    serde_json::from_slice(&decoded).expect("JSON")
}

/// entra 72: the exact header, and a refresh with the decoded claims helps.
#[tokio::test]
async fn a_revocation_is_told_by_a_challenge_and_healed_by_a_refresh() {
    let stage = Stage::start().await;
    let tokens = tokens(&stage, true).await;
    reads_mail(&stage, &tokens).await;
    let before = stage.emulator.clock().now();
    set(&stage, AccessRevoked, ADA);
    let answer = mail(&stage, &tokens).await;
    let line = lines(&answer).remove(0);
    let start = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"",
        stage.emulator.origin()
    );
    assert!(line.starts_with(&start) && line.ends_with('"'), "{line}");
    assert_eq!(lines(&answer).len(), 1);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "InvalidAuthenticationToken");
    let claims = demanded(&stage, &tokens).await;
    let not_before = &claims["access_token"]["nbf"];
    assert_eq!(not_before["essential"], true);
    let value: i64 = not_before["value"]
        .as_str()
        .expect("text")
        .parse()
        .expect("a number");
    assert!(value >= before);
    let text = claims.to_string();
    let mut form = App::DEMO.refresh(tokens.text("refresh_token"));
    form.push(("claims", &text));
    let healed = stage.token("common", &form).await.granted();
    reads_mail(&stage, &healed).await;
}

/// entra 72: what else is a critical event, and what a refresh then says.
#[tokio::test]
async fn critical_events_challenge_and_the_refresh_tells_what_happened() {
    for (name, refusal) in [
        (SessionsRevoked, Some(50_173)),
        (UserDisabled, Some(50_057)),
        (PasswordChanged, None),
    ] {
        let stage = Stage::start().await;
        let tokens = tokens(&stage, true).await;
        set(&stage, name, ADA);
        let claims = demanded(&stage, &tokens).await;
        assert!(claims["access_token"]["nbf"]["value"].is_string());
        let answer = refreshed(&stage, &App::DEMO, &tokens).await;
        match refusal {
            Some(number) => drop(answer.refused(400, "invalid_grant", number)),
            None => drop(answer.granted()),
        }
    }
}

/// entra 73
#[tokio::test]
async fn clients_without_the_capability_are_served_until_their_token_lapses() {
    let stage = Stage::start().await;
    let tokens = tokens(&stage, false).await;
    set(&stage, SessionsRevoked, ADA);
    reads_mail(&stage, &tokens).await;
    stage.wait(5_400);
    let answer = mail(&stage, &tokens).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(!lines(&answer).concat().contains("insufficient_claims"));
}

/// entra 74
#[tokio::test]
async fn challenges_may_come_in_company_and_in_any_order() {
    let stage = Stage::start().await;
    let tokens = tokens(&stage, true).await;
    set(&stage, ChallengeShuffled, ADA);
    set(&stage, AccessRevoked, ADA);
    let answer = mail(&stage, &tokens).await;
    let lines = lines(&answer);
    assert!(
        lines.len() > 1 && !lines[0].contains("insufficient_claims"),
        "{lines:?}"
    );
    let bearer = lines
        .iter()
        .find(|line| line.starts_with("Bearer"))
        .expect("one");
    assert!(bearer.find("claims=") < bearer.find("realm="), "{bearer}");
    let claims = demanded(&stage, &tokens).await;
    assert!(claims["access_token"]["nbf"].is_object());
}
