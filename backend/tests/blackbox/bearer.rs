//! Pages of other sites, which hold handles themselves (R63, R65). Off unless their origin is named.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use connect_outlook_backend::http::{Guard, RouteFacts, routes};
use connect_outlook_backend::random;
use connect_outlook_protocol::pkce::CodeVerifier;
use serde_json::{Value, json};

use super::browser::{Answer, ask};
use super::door::filled;
use super::world::World;

const OTHER: &str = "https://other.example";
const NAMED: (&str, &str) = ("bearer_origins", OTHER);

async fn sent(
    world: &World,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "cors");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    ask(&world.backend.router(), request.body(body).unwrap()).await
}

const PROOF: [(&str, &str); 2] = [("origin", OTHER), ("x-connect-outlook", "1")];

/// The whole way without a cookie; answers the handle.
async fn connected(world: &World) -> String {
    let verifier = CodeVerifier::from_random(random::bytes().unwrap());
    let body = json!({"code_challenge": verifier.challenge(), "code_challenge_method": "S256"});
    let begun = sent(world, Method::POST, "/v1/attempts", &PROOF, Some(&body)).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{begun:?}");
    assert!(!begun.headers.contains_key(header::SET_COOKIE));
    let flow = begun.headers["x-connect-outlook-flow"].to_str().unwrap();
    let nonce = begun.body["nonce"].clone();
    world.microsoft.script().claims.insert("nonce", nonce);
    let body =
        json!({"state": begun.body["state"], "code": "0.code", "code_verifier": verifier.expose()});
    let without = sent(world, Method::POST, "/v1/sessions", &PROOF, Some(&body)).await;
    assert_eq!(without.code(), "attempt_not_yours", "R22 holds here too");
    let with_flow = [PROOF[0], PROOF[1], ("x-connect-outlook-flow", flow)];
    let done = sent(world, Method::POST, "/v1/sessions", &with_flow, Some(&body)).await;
    assert_eq!(done.body["status"], "connected", "{:?}", done.body);
    assert!(!done.headers.contains_key(header::SET_COOKIE));
    let handle = &done.headers["x-connect-outlook-session"];
    handle.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_of_a_named_site_connects_reads_and_signs_out() {
    let world = World::start_with(&[NAMED]).await;
    let handle = connected(&world).await;
    let bearer = format!("Bearer {handle}");
    let with_handle = [PROOF[0], PROOF[1], ("authorization", bearer.as_str())];
    let session = sent(&world, Method::GET, "/v1/session", &with_handle, None).await;
    assert_eq!(session.status, StatusCode::OK);
    assert_eq!(session.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], OTHER);
    assert_eq!(session.headers[header::VARY], "origin");
    let id = session.body["accounts"][0]["id"].as_str().unwrap();
    let folders = format!("/v1/accounts/{id}/folders");
    let folders = sent(&world, Method::GET, &folders, &with_handle, None).await;
    assert_eq!(folders.status, StatusCode::OK);
    let out = sent(&world, Method::DELETE, "/v1/session", &with_handle, None).await;
    assert_eq!(
        out.headers["x-connect-outlook-session"], "",
        "to be forgotten"
    );
    let gone = sent(&world, Method::GET, "/v1/session", &with_handle, None).await;
    assert_eq!(gone.code(), "no_session");
}

/// R63: every route for script of the table: leave for the named origin alone, and never with credentials.
#[tokio::test]
async fn leave_is_given_to_the_named_origin_and_never_with_credentials() {
    let world = World::start_with(&[NAMED]).await;
    for route in routes() {
        let path = filled(&route);
        for origin in [
            OTHER,
            "https://other.example.evil.example",
            "https://evil.example",
            "http://other.example",
            "https://other.example:8443",
            "null",
        ] {
            let asks = [
                ("origin", origin),
                ("access-control-request-method", route.method.as_str()),
                (
                    "access-control-request-headers",
                    "x-connect-outlook,authorization",
                ),
            ];
            let answer = sent(&world, Method::OPTIONS, &path, &asks, None).await;
            // A path may be for script by one method and for programs by another: browsers ask by path.
            let by_path =
                |other: &RouteFacts| other.path == route.path && other.guard == Guard::AntiForgery;
            let asked = origin == OTHER && routes().iter().any(by_path);
            assert_eq!(
                answer.status == StatusCode::NO_CONTENT,
                asked,
                "{origin} {route:?}"
            );
            let headers = &answer.headers;
            assert_eq!(
                headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN),
                asked
            );
            let allowed = origin == OTHER && route.guard == Guard::AntiForgery;
            assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
            let headers = [("origin", origin), PROOF[1]];
            let answer = sent(&world, route.method.clone(), &path, &headers, None).await;
            let given = answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
            assert_eq!(given.is_some(), allowed, "{origin} {route:?}");
            assert!(given.is_none_or(|given| given == OTHER));
            assert!(
                !answer
                    .headers
                    .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
            );
        }
    }
}

/// R61: the header is demanded here too, so that nothing goes without being asked for first.
#[tokio::test]
async fn without_the_header_nothing_is_answered() {
    let world = World::start_with(&[NAMED]).await;
    let handle = format!("Bearer {}", connected(&world).await);
    let headers = [PROOF[0], ("authorization", handle.as_str())];
    let answer = sent(&world, Method::GET, "/v1/session", &headers, None).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::FORBIDDEN, "anti_forgery")
    );
}

/// R65: cookies of the browser do not count for a page of another site, nor bearer values for one of ours.
#[tokio::test]
async fn cookies_and_bearer_values_do_not_mix() {
    let world = World::start_with(&[NAMED]).await;
    let handle = connected(&world).await;
    let cookie = format!("__Host-connect-outlook-session={handle}");
    let headers = [PROOF[0], PROOF[1], ("cookie", cookie.as_str())];
    let answer = sent(&world, Method::GET, "/v1/session", &headers, None).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "nobody");
    let bearer = format!("Bearer {handle}");
    let ours = [
        PROOF[1],
        ("origin", super::world::SITE),
        ("authorization", bearer.as_str()),
    ];
    let request = |cookie: Option<&str>| {
        let mut request = Request::builder().uri("/v1/session");
        for (name, value) in ours {
            request = request.header(name, value);
        }
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        request.body(Body::empty()).unwrap()
    };
    let answer = ask(&world.backend.router(), request(None)).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "nobody");
    let answer = ask(&world.backend.router(), request(Some(&cookie))).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::BAD_REQUEST, "two_credentials")
    );
}

/// R63, R71: off by default, and malformed values open nothing.
#[tokio::test]
async fn nothing_of_it_without_the_setting_and_nothing_for_malformed_values() {
    let (off, on) = (World::start().await, World::start_with(&[NAMED]).await);
    let handle = connected(&on).await;
    let headers = [PROOF[0], PROOF[1], ("authorization", "Bearer x")];
    assert_eq!(
        sent(&off, Method::GET, "/v1/session", &headers, None)
            .await
            .code(),
        "anti_forgery"
    );
    for bad in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        handle.clone(),
        format!("bearer {handle}"),
        format!("Bearer  {handle}"),
        format!("Basic {handle}"),
        format!("Bearer {handle}; __Host-connect-outlook-session={handle}"),
    ] {
        let headers = [PROOF[0], PROOF[1], ("authorization", bad.as_str())];
        let answer = sent(&on, Method::GET, "/v1/accounts/x/folders", &headers, None).await;
        assert_eq!(answer.code(), "no_session", "{bad}");
    }
}
