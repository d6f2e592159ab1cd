//! How often, by whom, how fast, and how long to wait (D1–D4, D12, R173). The clock stands still until it is moved.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use connect_outlook_backend::http::{Guard, Limit, RouteFacts, routes};
use connect_outlook_backend::random;
use connect_outlook_protocol::pkce::CodeVerifier;

use serde_json::json;

use super::browser::{Answer, ask};
use super::door::filled;
use super::world::World;

const ADA: &str = "203.0.113.9:4711";
const GRACE: &str = "198.51.100.1:4711";

/// A request that passes the guard of its route, from the peer `from`, which forwards for `of`.
async fn asked(world: &World, route: &RouteFacts, from: &str, of: Option<&str>) -> Answer {
    let path = filled(route);
    let mode = match route.guard {
        Guard::AntiForgery | Guard::ApiKey => "cors",
        _ => "navigate",
    };
    let mut request = Request::builder()
        .method(route.method.clone())
        .uri(path)
        .header("x-connect-outlook", "1")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", mode);
    if let Some(of) = of {
        request = request.header("x-forwarded-for", of);
    }
    let mut request = request.body(Body::empty()).unwrap();
    let peer: SocketAddr = from.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    ask(&world.backend.router(), request).await
}

fn with_limit(limit: Limit) -> Vec<RouteFacts> {
    let routes = routes().into_iter();
    routes.filter(|route| route.limit == limit).collect()
}

fn too_many(answer: &Answer) -> bool {
    answer.status == StatusCode::TOO_MANY_REQUESTS
}

/// Passes `times` times, is then told to wait `wait` seconds, and passes again after them; others are not held up.
async fn holds(world: &World, route: &RouteFacts, times: u32, wait: u32) {
    for time in 0..times {
        let answer = asked(world, route, ADA, None).await;
        assert!(!too_many(&answer), "{route:?}: the {time}th time");
    }
    let refused = asked(world, route, ADA, None).await;
    assert!(too_many(&refused), "{route:?}: {}", refused.status);
    let said = refused.headers[header::RETRY_AFTER].to_str().unwrap();
    assert_eq!(said, wait.to_string(), "D2: {route:?}");
    if [Guard::AntiForgery, Guard::ApiKey].contains(&route.guard) {
        assert_eq!(refused.code(), "too_many_requests");
    } else {
        assert!(refused.text.starts_with("<!DOCTYPE html>"), "{route:?}");
    }
    assert!(!too_many(&asked(world, route, GRACE, None).await));
    world.advance(i64::from(wait) - 1);
    if wait > 1 {
        assert!(too_many(&asked(world, route, ADA, None).await), "{route:?}");
    }
    world.advance(1);
    assert!(
        !too_many(&asked(world, route, ADA, None).await),
        "{route:?}"
    );
    world.advance(60);
}

/// D1: every route that begins or ends an attempt, and the page of a link.
#[tokio::test]
async fn attempts_and_callbacks_have_the_figures_of_the_rule() {
    let world = World::start().await;
    for (limit, ways, times, wait) in [
        (Limit::Start, 4, 10, 6),
        (Limit::Callback, 3, 30, 2),
        (Limit::LinkOpen, 2, 30, 2),
    ] {
        let routes = with_limit(limit);
        assert_eq!(routes.len(), ways, "{routes:?}");
        for route in routes {
            holds(&world, &route, times, wait).await;
        }
    }
}

/// D1: every route of the table has a figure, whatever else it has; health alone has none.
#[tokio::test]
async fn everything_but_health_is_limited() {
    let world = World::start_with(&[("limit_requests", "3"), ("limit_starts", "3")]).await;
    for route in routes() {
        if !["/livez", "/readyz"].contains(&route.path) {
            assert_ne!(route.limit, Limit::None, "{route:?}");
            holds(&world, &route, 3, 20).await;
        } else {
            assert_eq!(route.limit, Limit::None);
            for _ in 0..10 {
                assert_eq!(
                    asked(&world, &route, ADA, None).await.status,
                    StatusCode::OK
                );
            }
        }
    }
}

/// D1: each number is a setting, also that of a session.
#[tokio::test]
async fn mail_is_limited_by_session_and_not_by_address() {
    let world = World::start_with(&[("limit_mail", "5")]).await;
    let (mut ada, mut grace) = (world.browser(), world.browser());
    let id = ada.connect().await;
    grace.connect().await;
    let folders = format!("/v1/accounts/{id}/folders");
    for _ in 0..5 {
        assert_eq!(ada.get(&folders).await.status, StatusCode::OK);
    }
    let graph = world.microsoft.script().graph.len();
    let refused = ada.get(&folders).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_requests")
    );
    assert_eq!(refused.headers[header::RETRY_AFTER], "12");
    assert_eq!(
        world.microsoft.script().graph.len(),
        graph,
        "nothing went upstream"
    );
    assert_eq!(grace.get(&folders).await.status, StatusCode::OK);
    assert_eq!(ada.get("/v1/session").await.status, StatusCode::OK);
    world.advance(12);
    assert_eq!(ada.get(&folders).await.status, StatusCode::OK);
    assert!(with_limit(Limit::Mail).len() >= 3);
}

/// D12: what a session moves beyond its megabytes comes later; nothing is refused, and nobody else waits.
#[tokio::test]
async fn mail_flows_no_faster_than_its_session_may() {
    let world = World::start_with(&[("limit_mail_megabytes", "1")]).await;
    let (mut ada, mut grace) = (world.browser(), world.browser());
    let id = ada.connect().await;
    grace.connect().await;
    let message = format!("/v1/accounts/{id}/messages/m1");
    let long = json!({"id": "m1", "body": {"contentType": "text", "content": "x".repeat(600_000)}});
    let script_long = || {
        let answer = (200, long.clone());
        world.microsoft.script().graph_answers.push_back(answer);
    };
    script_long();
    assert_eq!(ada.get(&message).await.status, StatusCode::OK);
    script_long();
    let path = message.clone();
    let second = tokio::spawn(async move { ada.get(&path).await });
    while world.clock.waiting() == 0 {
        assert!(!second.is_finished(), "600,000 bytes are left to wait for");
        tokio::task::yield_now().await;
    }
    script_long();
    assert_eq!(grace.get(&message).await.text.len() / 100_000, 6);
    assert!(!second.is_finished());
    world.advance(60);
    let answer = second.await.unwrap();
    assert_eq!(
        (answer.status, answer.text.len() / 100_000),
        (StatusCode::OK, 6)
    );
}

/// Asks with this handle, from this address.
async fn shown(world: &World, from: &str, handle: &str) -> Answer {
    let mut request = Request::builder()
        .uri("/v1/session")
        .header("x-connect-outlook", "1")
        .header("sec-fetch-site", "same-origin")
        .header(
            header::COOKIE,
            format!("__Host-connect-outlook-session={handle}"),
        )
        .body(Body::empty())
        .unwrap();
    let peer: SocketAddr = from.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    ask(&world.backend.router(), request).await
}

/// D3: wrong handles are answered later each time, by source. The right one is served at once, whoever else guesses from
/// its address.
#[tokio::test]
async fn who_guesses_handles_waits_longer_each_time_and_locks_nobody_out() {
    let world = std::sync::Arc::new(World::start().await);
    let mut ada = world.browser();
    ada.connect().await;
    let right = ada.cookies["__Host-connect-outlook-session"].clone();
    for number in 0..10 {
        let wrong = format!("{number:043}");
        assert_eq!(
            shown(&world, ADA, &wrong).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    for seconds in [1, 2, 4] {
        let there = std::sync::Arc::clone(&world);
        let guess = tokio::spawn(async move { shown(&there, ADA, &"x".repeat(43)).await });
        while world.clock.waiting() == 0 {
            assert!(!guess.is_finished(), "{seconds}");
            tokio::task::yield_now().await;
        }
        assert_eq!(
            shown(&world, ADA, &right).await.status,
            StatusCode::OK,
            "no lock-out"
        );
        let other = shown(&world, GRACE, &"x".repeat(43)).await;
        assert_eq!(other.status, StatusCode::UNAUTHORIZED, "another source");
        world.advance(seconds - 1);
        assert!(!guess.is_finished());
        world.advance(1);
        assert_eq!(guess.await.unwrap().status, StatusCode::UNAUTHORIZED);
    }
}

/// D3: the same for API keys and the tokens of links and consent requests, all counted together. What we cannot have made is no guess at a link.
#[tokio::test]
async fn who_guesses_keys_and_links_waits_longer_each_time() {
    let world = std::sync::Arc::new(World::start().await);
    let guess = |path: String, key: Option<&'static str>| {
        let world = std::sync::Arc::clone(&world);
        async move {
            let mut request = Request::builder().uri(path);
            if let Some(key) = key {
                request = request.header(header::AUTHORIZATION, key);
            }
            let mut request = request.body(Body::empty()).unwrap();
            let peer: SocketAddr = ADA.parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(peer));
            ask(&world.backend.router(), request).await.status
        }
    };
    for _ in 0..12 {
        assert_eq!(
            guess("/v1/open/short".to_owned(), None).await,
            StatusCode::NOT_FOUND
        );
    }
    for number in 0..5 {
        let link = guess(format!("/v1/open/{number:043}"), None).await;
        assert_eq!(link, StatusCode::NOT_FOUND);
        let key = guess("/v1/accounts".to_owned(), Some("Bearer nonsense")).await;
        assert_eq!(key, StatusCode::UNAUTHORIZED);
    }
    for (seconds, path, key) in [
        (1, "/v1/open/".to_owned() + &"x".repeat(43), None),
        (2, "/v1/accounts".to_owned(), Some("Bearer nonsense")),
        (4, "/v1/consent/".to_owned() + &"x".repeat(43), None),
    ] {
        let guess = tokio::spawn(guess(path, key));
        while world.clock.waiting() == 0 {
            assert!(!guess.is_finished(), "{seconds}");
            tokio::task::yield_now().await;
        }
        world.advance(seconds - 1);
        tokio::task::yield_now().await;
        assert!(!guess.is_finished());
        world.advance(1);
        assert!(guess.await.unwrap().is_client_error());
    }
}

/// R25, D4: by browser its oldest attempt goes, and the figure is a setting.
#[tokio::test]
async fn a_browser_has_so_many_attempts_open() {
    let world = World::start_with(&[("attempts_per_browser", "2")]).await;
    let mut ada = world.browser();
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(ada.begin(&json!({})).await);
    }
    assert_eq!(ada.come_back(&begun[0]).await.code(), "attempt_unknown");
    world.microsoft.script().claims.clear();
    for attempt in &begun[1..] {
        assert_eq!(ada.come_back(attempt).await.body["status"], "connected");
    }
}

/// D4, D6: of all browsers so many are open; beyond, none begins until others have ended, and what is open stays.
#[tokio::test]
async fn so_many_attempts_are_open_at_all() {
    let world = World::start_with(&[("open_attempts", "3"), ("attempts_per_browser", "2")]).await;
    let mut browsers: Vec<_> = (0..2).map(|_| world.browser()).collect();
    let begun = browsers[0].begin(&json!({})).await;
    for _ in 0..3 {
        browsers[1].begin(&json!({})).await;
    }
    let challenge = CodeVerifier::from_random(random::bytes().unwrap()).challenge();
    let body = json!({"code_challenge": challenge, "code_challenge_method": "S256"});
    let mut late = world.browser();
    let refused = late.post("/v1/attempts", &body).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    );
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(
        browsers[0].come_back(&begun).await.body["status"],
        "connected"
    );
    assert_eq!(
        late.post("/v1/attempts", &body).await.status,
        StatusCode::CREATED
    );
    world.advance(601);
    for _ in 0..3 {
        world.browser().begin(&json!({})).await;
    }
}

/// R173: behind our proxies the client is whom they name; nobody else names one.
#[tokio::test]
async fn addresses_are_believed_to_proxies_and_to_nobody_else() {
    let settings = [("limit_requests", "2"), ("trusted_proxies", "10.0.0.0/8")];
    let world = World::start_with(&settings).await;
    let session = RouteFacts {
        method: Method::GET,
        path: "/v1/session",
        guard: Guard::AntiForgery,
        limit: Limit::Request,
    };
    let proxy = "10.1.1.1:80";
    for of in ["203.0.113.9", "1.1.1.1, 203.0.113.9, 10.2.2.2"] {
        assert!(!too_many(&asked(&world, &session, proxy, Some(of)).await));
    }
    assert!(too_many(
        &asked(&world, &session, proxy, Some("203.0.113.9")).await
    ));
    assert!(
        too_many(&asked(&world, &session, ADA, None).await),
        "the same client without proxy"
    );
    assert!(!too_many(
        &asked(&world, &session, proxy, Some("203.0.113.10")).await
    ));
    for lie in ["1.2.3.4", "1.2.3.5", "1.2.3.6"] {
        let answer = asked(&world, &session, GRACE, Some(lie)).await;
        assert_eq!(
            too_many(&answer),
            lie == "1.2.3.6",
            "a stranger's word: {lie}"
        );
    }
}

/// What a foreign page makes a browser send is refused before it costs its visitor anything.
#[tokio::test]
async fn forged_requests_use_up_nothing() {
    let world = World::start_with(&[("limit_starts", "1")]).await;
    let route = with_limit(Limit::Start).remove(0);
    for _ in 0..5 {
        let mut request = Request::builder()
            .method(route.method.clone())
            .uri(route.path)
            .header("sec-fetch-site", "cross-site")
            .body(Body::empty())
            .unwrap();
        let peer: SocketAddr = ADA.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = ask(&world.backend.router(), request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    assert!(!too_many(&asked(&world, &route, ADA, None).await));
}
