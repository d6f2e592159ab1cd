//! Faults of single requests, entra 83, 84.

use connect_outlook_emulator::scenario::{
    Fault, FaultKind, NewScenario,
    ScenarioName::{
        self, DeltaReset, GraphThrottled, TokenHtml, TokenResetAfter, TokenUnavailable,
    },
};
use reqwest::{StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};

use super::{refreshed, set};
use crate::support::{ADA, ALAN, App, Stage};

const TOKEN: &str = "/oauth2/v2.0/token";

fn strike(stage: &Stage, kind: FaultKind) {
    stage.emulator.add_fault(Fault::next(kind, TOKEN));
}

/// entra 83: an integer `Retry-After`, OAuth's JSON, and only as often as told.
#[tokio::test]
async fn throttling_says_when_to_come_back() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let throttled = NewScenario::new(ScenarioName::TokenThrottled)
        .person(ADA)
        .seconds(7)
        .times(2);
    stage.emulator.set_scenario(&throttled).expect("suits");
    let others = App::DEMO.tokens(&stage, ALAN).await;
    refreshed(&stage, &App::DEMO, &others).await.granted();
    for _ in 0..2 {
        let answer = refreshed(&stage, &App::DEMO, &tokens).await;
        let answer = answer.refused(429, "temporarily_unavailable", 90_055);
        assert_eq!(answer.header("retry-after"), Some("7"));
    }
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
}

/// entra 83: no `Retry-After`, and a body that is no JSON.
#[tokio::test]
async fn service_trouble_may_come_as_html_or_json_without_advice() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    set(&stage, TokenUnavailable, ADA);
    let answer = refreshed(&stage, &App::DEMO, &tokens).await;
    assert!(answer.header("retry-after").is_none());
    answer.refused(503, "temporarily_unavailable", 90_033);
    set(&stage, TokenHtml, ADA);
    let form = App::DEMO.refresh(tokens.text("refresh_token"));
    let post = stage.http.post(stage.url(&format!("/common{TOKEN}")));
    let answer = post.form(&form).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = answer.text().await.expect("text");
    assert!(body.starts_with("<!DOCTYPE html>"), "{body}");
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
}

/// entra 83: after the token was used, the connection breaks; the old one still works, unless rotation is strict.
#[tokio::test]
async fn a_connection_may_break_before_or_after_the_request_is_processed() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let count = || {
        let families = stage.emulator.refresh_families();
        families
            .iter()
            .map(|family| family.tokens.len())
            .sum::<usize>()
    };
    let send = async || {
        let form = App::DEMO.refresh(tokens.text("refresh_token"));
        let post = stage.http.post(stage.url(&format!("/common{TOKEN}")));
        post.form(&form).send().await
    };
    strike(&stage, FaultKind::ResetBefore);
    let before = count();
    send().await.expect_err("broken");
    assert_eq!(count(), before, "nothing was processed");
    set(&stage, TokenResetAfter, ADA);
    send().await.expect_err("broken");
    assert_eq!(count(), before + 1, "it was processed");
    let recorded = stage.emulator.exchanges();
    let faults: Vec<_> = recorded
        .iter()
        .filter_map(|exchange| exchange.fault)
        .collect();
    assert_eq!(faults, ["reset_before", "reset_after"]);
    send().await.expect("the old token still works");
    strike(&stage, FaultKind::Truncate);
    let answer = send().await.expect("headers");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.expect_err("half a body");
}

#[tokio::test]
async fn an_answer_may_take_its_time() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    strike(&stage, FaultKind::Delay { milliseconds: 400 });
    let form = App::DEMO.refresh(tokens.text("refresh_token"));
    let post = stage.http.post(stage.url(&format!("/common{TOKEN}")));
    let hasty = post.timeout(std::time::Duration::from_millis(100));
    let error = hasty.form(&form).send().await.expect_err("too slow");
    assert!(error.is_timeout());
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
}

/// entra 84
#[tokio::test]
async fn refusals_may_carry_unknown_numbers_and_other_words() {
    let stage = Stage::start().await;
    let mut form = App::DEMO.refresh("garbage");
    form.push(("client-request-id", "11111111-2222-4333-8444-555555555555"));
    let plain = stage.token("common", &form).await;
    assert!(plain.json["error_codes"][0].is_u64() && plain.json["error_uri"].is_string());
    strike(&stage, FaultKind::UnknownNumber);
    let unknown = stage.token("common", &form).await;
    assert!(unknown.json.get("error_uri").is_none());
    let unknown = unknown.refused(400, "invalid_grant", 9_999_999);
    assert_eq!(unknown.json["correlation_id"], plain.json["correlation_id"]);
    strike(&stage, FaultKind::ChangedProse);
    let reworded = stage.token("common", &form).await;
    assert_eq!(reworded.json["error_codes"], plain.json["error_codes"]);
    assert!(!reworded.text("error_description").contains("AADSTS"));
    strike(&stage, FaultKind::WithoutErrorUri);
    let bare = stage.token("common", &form).await;
    assert!(bare.json.get("error_uri").is_none());
    bare.refused(400, "invalid_grant", 9_002_313);
}

/// Graph's E50 and E56: the API stub has the same troubles.
#[tokio::test]
async fn graph_is_throttled_and_forgets_delta_tokens() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let get = async |path: &str| {
        let request = stage.http.get(stage.url(path));
        let request = request.bearer_auth(tokens.text("access_token"));
        request.send().await.expect("an answer")
    };
    set(&stage, GraphThrottled, ADA);
    let throttled = get("/v1.0/me").await;
    assert_eq!(throttled.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(throttled.headers()[RETRY_AFTER], "60");
    let body: Value = throttled.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "TooManyRequests");
    assert_eq!(get("/v1.0/me").await.status(), StatusCode::OK);
    set(&stage, DeltaReset, ADA);
    let path = "/v1.0/me/mailFolders/inbox/messages/delta?$deltatoken=x";
    let gone = get(path).await;
    assert_eq!(gone.status(), StatusCode::GONE);
    let body: Value = gone.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "SyncStateNotFound");
}

/// entra 83 by control request: matched by path, person and app, for the next N.
#[tokio::test]
async fn faults_are_set_by_request() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let post = async |body: Value| {
        let request = stage.http.post(stage.url("/_emulator/faults"));
        request.json(&body).send().await.expect("an answer")
    };
    let made = post(json!({
        "fault": "status", "status": 429, "retry_after": 3,
        "path": TOKEN, "person": ADA, "client_id": App::DEMO.client_id, "times": 1,
    }))
    .await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.expect("JSON");
    let listed = stage.json("/_emulator/faults").await;
    assert_eq!(listed["faults"][0]["id"], made["id"]);
    let answer = refreshed(&stage, &App::DEMO, &tokens).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (429, Some("3"))
    );
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
    for nonsense in [
        json!({ "fault": "status", "status": 200 }),
        json!({ "fault": "delay", "milliseconds": 9_999_999_999_u64 }),
        json!({ "fault": "html", "status": 500, "person": "nobody@contoso.example" }),
    ] {
        let refused = post(nonsense).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_fault_may_hold_until_it_is_removed() {
    let stage = Stage::start().await;
    let body = json!({ "fault": "html", "status": 503, "times": 0 });
    let request = stage.http.post(stage.url("/_emulator/faults")).json(&body);
    let always: Value = request
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(stage.get("/error?code=1").await.status(), 503);
    assert_eq!(stage.get("/error?code=1").await.status(), 503);
    let path = format!("/_emulator/faults/{}", always["id"]);
    let removed = stage.http.delete(stage.url(&path)).send().await;
    assert_eq!(removed.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(
        stage.get("/error?code=1").await.status(),
        StatusCode::NOT_FOUND
    );
}
