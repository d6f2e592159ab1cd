//! The control routes.

use serde_json::{Value, json};

use crate::support::{ADA, App, Stage};

#[tokio::test]
async fn the_world_is_told_as_json() {
    let stage = Stage::start().await;
    let world = stage.json("/_emulator/world").await;
    assert_eq!(world["tenants"][0]["domain"], "contoso.example");
    assert_eq!(
        (
            &world["tenants"][0]["consent_policy"],
            &world["tenants"][1]["consent_policy"]
        ),
        (&json!("legacy"), &json!("microsoft-managed"))
    );
    assert_eq!(
        (&world["people"][0]["address"], &world["people"][0]["role"]),
        (&json!(ADA), &json!("member"))
    );
    let demo = &world["applications"][0];
    assert_eq!(
        (&demo["client_id"], &demo["name"]),
        (&json!(App::DEMO.client_id), &json!("Connect Outlook Demo"))
    );
    assert_eq!(demo["audience"], "AzureADandPersonalMicrosoftAccount");
    assert_eq!(
        demo["redirect_uris"][0],
        json!({ "uri": "http://localhost/outlook-callback", "platform": "web" })
    );
    assert_eq!(demo["secrets"][0]["value"].as_str(), App::DEMO.secret);
    assert!(
        demo["secrets"][0]["expires_at"]
            .as_i64()
            .expect("an integer")
            > stage.emulator.clock().now()
    );
}

#[tokio::test]
async fn every_exchange_is_recorded_with_its_headers() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    stage
        .token_with(
            "common",
            &App::DEMO.redemption(&code),
            &[("x-probe", "yes")],
        )
        .await
        .granted();
    let answer = stage.json("/_emulator/exchanges").await;
    let last = answer["exchanges"]
        .as_array()
        .expect("a list")
        .last()
        .expect("some");
    assert_eq!(
        (&last["method"], &last["path"], &last["status"]),
        (
            &json!("POST"),
            &json!("/common/oauth2/v2.0/token"),
            &json!(200)
        )
    );
    assert!(
        last["request_headers"]
            .as_array()
            .expect("pairs")
            .contains(&json!(["x-probe", "yes"]))
    );
    assert!(
        last["request_body"]["text"]
            .as_str()
            .expect("text")
            .contains("grant_type=authorization_code")
    );
    assert!(
        last["response_body"]["text"]
            .as_str()
            .expect("text")
            .contains("access_token")
    );
    let recorded = stage.emulator.exchanges();
    let redemption = recorded.last().expect("some");
    assert_eq!(
        (
            redemption.request_header("x-probe"),
            redemption.request_header("origin")
        ),
        (Some("yes"), None)
    );
    assert!(recorded[0].query.contains("code_challenge_method=S256"));
    assert!(
        recorded
            .iter()
            .all(|exchange| !exchange.path.starts_with("/_emulator"))
    );
}

#[tokio::test]
async fn exchanges_can_be_read_from_a_point_and_forgotten() {
    let stage = Stage::start_with(|builder| builder.exchange_capacity(3)).await;
    for _ in 0..5 {
        stage.get("/error?code=1").await;
    }
    let sequences = |answer: &Value| -> Vec<u64> {
        let list = answer["exchanges"].as_array().expect("a list");
        list.iter()
            .map(|exchange| exchange["sequence"].as_u64().expect("a number"))
            .collect()
    };
    assert_eq!(
        sequences(&stage.json("/_emulator/exchanges").await),
        [3, 4, 5]
    );
    assert_eq!(
        sequences(&stage.json("/_emulator/exchanges?after=4").await),
        [5]
    );
    let forgotten = stage
        .http
        .delete(stage.url("/_emulator/exchanges"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(forgotten.status(), 204);
    stage.get("/error?code=1").await;
    assert_eq!(sequences(&stage.json("/_emulator/exchanges").await), [6]);
}

/// entra 85
#[tokio::test]
async fn the_clock_moves_by_request_and_by_handle() {
    let stage = Stage::start().await;
    let before = stage.emulator.clock().now();
    let post = |body: Value| {
        stage
            .http
            .post(stage.url("/_emulator/clock"))
            .json(&body)
            .send()
    };
    let answer: Value = post(json!({ "advance_seconds": 7_776_000 }))
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let now = answer["now"].as_i64().expect("an integer");
    assert!(now >= before + 7_776_000 && stage.emulator.clock().now() >= now);
    stage.wait(60);
    assert!(
        stage.json("/_emulator/clock").await["now"]
            .as_i64()
            .expect("an integer")
            >= now + 60
    );
    assert!(
        post(json!({ "advance": 1 }))
            .await
            .expect("an answer")
            .status()
            .is_client_error()
    );
    let plain = stage
        .http
        .post(stage.url("/_emulator/clock"))
        .body("{\"advance_seconds\":1}")
        .send()
        .await
        .expect("an answer");
    assert_eq!(plain.status(), 415, "a foreign page cannot move the clock");
}
