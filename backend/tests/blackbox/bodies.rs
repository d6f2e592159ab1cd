//! Bodies, sizes and claimed hosts.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use super::browser::{Answer, ask};
use super::door::{PROOF, Pairs, sent};
use super::world::{SITE, World};

async fn posted(world: &World, headers: Pairs<'_>, body: impl Into<Body>) -> Answer {
    let builder = Request::builder().method(Method::POST).uri("/v1/attempts");
    let all = [PROOF, headers].concat();
    let builder = all.iter().fold(builder, |builder, (name, value)| {
        builder.header(*name, *value)
    });
    ask(&world.backend.router(), builder.body(body.into()).unwrap()).await
}

/// R64: what a form or a script without a preflight can send is not enough.
#[tokio::test]
async fn only_json_is_read() {
    let world = World::start().await;
    let body = json!({"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}).to_string();
    for kind in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonp",
        "text/json",
    ] {
        assert_eq!(
            posted(&world, &[("content-type", kind)], body.clone())
                .await
                .code(),
            "unsupported_media_type",
            "{kind}"
        );
    }
    assert_eq!(
        posted(&world, &[], body.clone()).await.code(),
        "unsupported_media_type"
    );
    let twice = [
        ("content-type", "application/json"),
        ("content-type", "text/plain"),
    ];
    assert_eq!(
        posted(&world, &twice, body.clone()).await.code(),
        "unsupported_media_type"
    );
    let answer = posted(
        &world,
        &[("content-type", "application/json; charset=utf-8")],
        body,
    )
    .await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

/// R170, R109: sizes at and over the limit, nesting, members twice, members unknown, broken text.
#[tokio::test]
async fn bodies_have_a_limit_and_a_shape() {
    let world = World::start().await;
    let json = [("content-type", "application/json")];
    let padded = |size: usize| format!("{{\"x\":\"{}\"}}", "a".repeat(size - 8));
    assert_eq!(
        posted(&world, &json, padded(64 * 1024)).await.code(),
        "bad_request"
    );
    assert_eq!(
        posted(&world, &json, padded(64 * 1024 + 1)).await.code(),
        "too_large"
    );
    let challenge = r#""code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM""#;
    for bad in [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{".to_owned(),
        "{} {}".to_owned(),
        "[".repeat(60_000),
        format!("{{{challenge}}}"),
        format!("{{{challenge},{challenge},\"code_challenge_method\":\"S256\"}}"),
        format!("{{{challenge},\"code_challenge_method\":\"plain\"}}"),
        format!("{{{challenge},\"code_challenge_method\":\"S256\",\"user_id\":\"somebody\"}}"),
        "{\"code_challenge\":\"\\ud800\",\"code_challenge_method\":\"S256\"}".to_owned(),
    ] {
        assert_eq!(
            posted(&world, &json, bad.clone()).await.code(),
            "bad_request",
            "{}",
            &bad[..bad.len().min(80)]
        );
    }
    assert_eq!(
        posted(&world, &json, vec![0xff, 0xfe]).await.code(),
        "bad_request"
    );
}

/// R170
#[tokio::test]
async fn addresses_and_headers_have_a_limit() {
    let world = World::start().await;
    let long = format!("/livez?{}", "x".repeat(8 * 1024));
    assert_eq!(
        sent(&world, Method::GET, &long, &[]).await.code(),
        "too_large"
    );
    let cookie = "a=b; ".repeat(4_000);
    assert_eq!(
        sent(&world, Method::GET, "/livez", &[("cookie", &cookie)])
            .await
            .code(),
        "too_large"
    );
    assert_eq!(
        sent(&world, Method::GET, "/livez", &[("cookie", "a=b")])
            .await
            .status,
        StatusCode::OK
    );
}

/// R34, R173: hosts that a request claims appear nowhere.
#[tokio::test]
async fn what_a_request_says_of_the_host_changes_nothing() {
    let world = World::start().await;
    let hostile = [
        ("content-type", "application/json"),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "ftp"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "/livez"),
        ("x-http-method-override", "DELETE"),
    ];
    let body = json!({"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"});
    let answer = posted(&world, &hostile, body.to_string()).await;
    assert_eq!(
        answer.body["redirect_uri"],
        format!("{SITE}/outlook-callback")
    );
    assert!(!format!("{answer:?}").contains("evil.example"));
}
