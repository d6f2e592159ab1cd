//! The control routes of scenarios, memory and switches, entra 85, 86.

use connect_outlook_emulator::scenario::{NewScenario, ScenarioName, TargetError};
use reqwest::{Method, StatusCode, header::HOST};
use serde_json::{Value, json};

use super::refreshed;
use crate::support::{ADA, App, Browser, GRACE, Stage};

async fn post(stage: &Stage, path: &str, body: Value) -> (StatusCode, Value) {
    let answer = stage.http.post(stage.url(path)).json(&body).send().await;
    let answer = answer.expect("an answer");
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

async fn delete(stage: &Stage, path: &str) -> StatusCode {
    let answer = stage.http.delete(stage.url(path)).send().await;
    answer.expect("an answer").status()
}

#[tokio::test]
async fn scenarios_are_listed_set_and_removed() {
    let stage = Stage::start().await;
    let listed = stage.json("/_emulator/scenarios").await;
    let names = listed["names"].as_array().expect("a list");
    assert_eq!(names.len(), ScenarioName::ALL.len());
    assert!(names.iter().all(|name| {
        name["sentence"]
            .as_str()
            .is_some_and(|text| text.ends_with('.'))
    }));
    let body = json!({ "name": "user_disabled", "person": ADA, "client_id": App::DEMO.client_id });
    let (status, set) = post(&stage, "/_emulator/scenarios", body).await;
    assert_eq!(status, StatusCode::CREATED);
    let listed = stage.json("/_emulator/scenarios").await;
    assert_eq!(listed["active"][0]["id"], set["id"]);
    assert_eq!(listed["active"][0]["client_id"], App::DEMO.client_id);
    App::DEMO
        .start()
        .sign_in(&stage, ADA)
        .await
        .stays_with(50_057);
    App::SINGLE_TENANT
        .start()
        .at("contoso.example")
        .sign_in(&stage, ADA)
        .await
        .code();
    let path = format!("/_emulator/scenarios/{}", set["id"]);
    assert_eq!(delete(&stage, &path).await, StatusCode::NO_CONTENT);
    assert_eq!(delete(&stage, &path).await, StatusCode::NOT_FOUND);
    App::DEMO.start().sign_in(&stage, ADA).await.code();
}

#[tokio::test]
async fn mistaken_scenarios_are_refused_with_a_reason() {
    let stage = Stage::start().await;
    for body in [
        json!({ "name": "no_such_trouble", "person": ADA }),
        json!({ "name": "user_disabled" }),
        json!({ "name": "user_disabled", "person": "nobody@contoso.example" }),
        json!({ "name": "secret_expired", "person": ADA }),
        json!({ "name": "sessions_revoked", "client_id": App::DEMO.client_id }),
        json!({ "name": "sessions_revoked", "person": ADA, "client_id": App::DEMO.client_id }),
        json!({ "name": "user_disabled", "client_id": "c0ffee00-0000-4000-8000-999999999999" }),
    ] {
        let (status, answer) = post(&stage, "/_emulator/scenarios", body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer["error"].is_string());
    }
    let unknown = NewScenario::new(ScenarioName::UserDisabled).person("nobody");
    assert_eq!(
        stage.emulator.set_scenario(&unknown),
        Err(TargetError::UnknownPerson("nobody".into()))
    );
}

#[tokio::test]
async fn removing_all_heals_everything_that_holds() {
    let stage = Stage::start().await;
    for name in [
        ScenarioName::MailboxNotEnabled,
        ScenarioName::UserDisabled,
        ScenarioName::TokenHtml,
    ] {
        super::set(&stage, name, ADA);
    }
    let mailbox = || {
        stage
            .emulator
            .world()
            .person_at(ADA)
            .expect("known")
            .mailbox
    };
    assert!(!mailbox());
    assert_eq!(
        delete(&stage, "/_emulator/scenarios").await,
        StatusCode::NO_CONTENT
    );
    assert!(mailbox() && stage.emulator.faults().is_empty());
    App::DEMO.tokens(&stage, ADA).await;
}

/// entra 86
#[tokio::test]
async fn grants_sessions_and_families_are_told() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    let answer = browser.go_all_the_way(shown, ADA).await;
    let code = answer.code();
    let form = App::DEMO.redemption(&code);
    stage.token("common", &form).await.granted();
    let ada = stage
        .emulator
        .world()
        .person_at(ADA)
        .expect("known")
        .id
        .to_string();
    let grants = stage.json("/_emulator/grants").await;
    assert_eq!(grants["grants"][0]["person"], ada.as_str());
    assert!(
        grants["grants"][0]["scopes"]
            .as_array()
            .expect("a list")
            .contains(&json!("Mail.Read"))
    );
    let sessions = stage.json("/_emulator/sessions").await;
    assert_eq!(sessions["sessions"][0]["person"], ada.as_str());
    let state = answer.answer("session_state").expect("there");
    assert_eq!(sessions["sessions"][0]["session_state"], state.as_str());
}

/// entra 86
#[tokio::test]
async fn refresh_tokens_are_told_by_family() {
    let stage = Stage::start().await;
    let first = App::DEMO.tokens(&stage, ADA).await;
    let second = refreshed(&stage, &App::DEMO, &first).await.granted();
    let families = stage.json("/_emulator/refresh_tokens").await;
    let families = families["families"].as_array().expect("a list");
    assert_eq!(families.len(), 1);
    let tokens: Vec<&str> = families[0]["tokens"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|token| token["token"].as_str())
        .collect();
    assert!(
        tokens.contains(&first.text("refresh_token"))
            && tokens.contains(&second.text("refresh_token"))
    );
    assert_eq!(families[0]["revoked"], false);
}

/// entra 31, 62, 82: switches by request.
#[tokio::test]
async fn policies_rotation_and_loops_are_switched_by_request() {
    let stage = Stage::start().await;
    let body = json!({ "consent_policy": "off", "approval_workflow": true });
    let (status, tenant) = post(&stage, "/_emulator/tenants/contoso.example", body).await;
    assert_eq!(
        (status, &tenant["consent_policy"]),
        (StatusCode::OK, &json!("off"))
    );
    let shown = App::DEMO.start().sign_in(&stage, ADA).await;
    assert_eq!(shown.title(), "Approval required");
    let (status, _) = post(&stage, "/_emulator/tenants/nowhere.example", json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let body = json!({ "refresh_rotation": "strict", "loop_threshold": 0 });
    let (_, switches) = post(&stage, "/_emulator/switches", body).await;
    assert_eq!(
        (
            &switches["refresh_rotation"],
            &switches["grace_seconds"],
            &switches["loop_threshold"]
        ),
        (&json!("strict"), &Value::Null, &Value::Null)
    );
    let tokens = App::DEMO.tokens(&stage, GRACE).await;
    refreshed(&stage, &App::DEMO, &tokens).await.granted();
    refreshed(&stage, &App::DEMO, &tokens)
        .await
        .refused(400, "invalid_grant", 70_000);
    let (status, _) = post(
        &stage,
        "/_emulator/switches",
        json!({ "refresh_rotation": "lenient" }),
    )
    .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Whoever wants a lapsed token at once, and a good one after it, says so between two answers.
#[tokio::test]
async fn the_life_of_later_access_tokens_is_set_by_request() {
    let stage = Stage::start().await;
    for (asked, lives) in [(900, 900..=900), (0, 3_600..=5_400)] {
        let body = json!({ "access_token_life": asked });
        post(&stage, "/_emulator/switches", body).await;
        let tokens = App::DEMO.tokens(&stage, GRACE).await;
        let life = tokens.json["expires_in"].as_i64().expect("seconds");
        assert!(lives.contains(&life), "{life}");
    }
}

/// A page that points its own name at the emulator reads and sets nothing.
#[tokio::test]
async fn control_answers_to_names_of_this_machine_only() {
    let stage = Stage::start().await;
    for path in [
        "/_emulator/world",
        "/_emulator/exchanges",
        "/_emulator/",
        "/_emulator/refresh_tokens",
    ] {
        let ask = async |host: &str| {
            let request = stage
                .http
                .request(Method::GET, stage.url(path))
                .header(HOST, host);
            request.send().await.expect("an answer").status()
        };
        assert_eq!(
            ask("evil.example").await,
            StatusCode::MISDIRECTED_REQUEST,
            "{path}"
        );
        assert_eq!(ask("localhost:1234").await, StatusCode::OK, "{path}");
    }
}

/// Bodies that are no JSON change nothing, so that a foreign page must ask its browser first.
#[tokio::test]
async fn control_takes_json_only() {
    let stage = Stage::start().await;
    for path in [
        "/_emulator/scenarios",
        "/_emulator/faults",
        "/_emulator/switches",
        "/_emulator/keys",
        "/_emulator/tenants/contoso.example",
        "/_emulator/approval_requests/1",
    ] {
        let body = json!({ "name": "user_disabled", "person": ADA }).to_string();
        let request = stage
            .http
            .post(stage.url(path))
            .header("content-type", "text/plain");
        let answer = request.body(body).send().await.expect("an answer");
        assert_eq!(
            answer.status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{path}"
        );
    }
    assert!(stage.emulator.scenarios().is_empty());
}
