//! The demo's own routes: steps, clock, starting over.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::site::{HOST, Site};

/// R61, R62: no other site may move the clock, empty the vault or read the steps.
#[tokio::test]
async fn the_demos_own_routes_are_for_its_own_page() {
    let site = Site::open().await;
    for (method, path, body) in [
        ("GET", "/demo/steps", ""),
        ("POST", "/demo/clock", r#"{"advance_seconds":3600}"#),
        ("POST", "/demo/start-over", "{}"),
    ] {
        let foreign = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST);
        let foreign = foreign
            .header("sec-fetch-site", "cross-site")
            .header("x-connect-outlook", "1");
        let foreign = foreign
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        assert_eq!(
            site.ask(foreign).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
        let bare = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST);
        let bare = bare
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        assert_eq!(site.ask(bare).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let news = site.steps().await;
    assert_eq!((&news["ahead"], &news["steps"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn server_and_microsoft_jump_together_and_it_is_told() {
    let site = Site::open().await;
    let before = site.steps().await["now"].as_i64().unwrap();
    let jump = json!({"advance_seconds": 3_600});
    assert_eq!(
        site.call("POST", "/demo/clock", Some(jump)).await.status,
        StatusCode::NO_CONTENT
    );
    let news = site.steps().await;
    assert!(
        (3_600..3_660).contains(&(news["now"].as_i64().unwrap() - before)),
        "{news}"
    );
    assert_eq!(news["steps"][0]["kind"], "clock_moved");
    for wrong in [
        json!({"advance_seconds": 0}),
        json!({"advance_seconds": 86_401}),
    ] {
        assert_eq!(
            site.call("POST", "/demo/clock", Some(wrong)).await.status,
            StatusCode::BAD_REQUEST
        );
    }
}

/// R1: the real values, as the real backend gave them out, are in no step.
#[tokio::test]
async fn an_attempt_is_told_without_what_makes_it_secret() {
    let site = Site::open().await;
    let started = site.begin().await;
    assert_eq!(started.status, StatusCode::CREATED, "{}", started.text);
    let news = site.steps().await;
    let kinds: Vec<_> = news["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["kind"])
        .collect();
    assert_eq!(
        kinds,
        ["verifier_made", "attempt_asked", "attempt_answered"]
    );
    let body: Value = serde_json::from_str(&started.text).unwrap();
    let cookie = started.header("set-cookie");
    let value = cookie.split(['=', ';']).nth(1).unwrap();
    assert!(value.len() >= 43, "{cookie}");
    for secret in [
        body["state"].as_str().unwrap(),
        body["nonce"].as_str().unwrap(),
        value,
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    ] {
        assert!(!news.to_string().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn starting_over_leaves_nothing_but_the_addresses() {
    let site = Site::open().await;
    let microsoft = site.ground.microsoft().to_owned();
    site.begin().await;
    site.call(
        "POST",
        "/demo/clock",
        Some(json!({"advance_seconds": 3_600})),
    )
    .await;
    let last = site.steps().await["steps"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()["sequence"]
        .as_u64()
        .unwrap();

    assert_eq!(
        site.call("POST", "/demo/start-over", Some(json!({})))
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    let news = site.steps().await;
    assert_eq!((&news["ahead"], &news["steps"]), (&json!(0), &json!([])));
    let started = site.begin().await;
    assert_eq!(started.status, StatusCode::CREATED, "{}", started.text);
    let body: Value = serde_json::from_str(&started.text).unwrap();
    assert!(
        body["authorize_endpoint"]
            .as_str()
            .unwrap()
            .starts_with(&microsoft)
    );
    assert!(site.steps().await["steps"][0]["sequence"].as_u64().unwrap() > last);
}
