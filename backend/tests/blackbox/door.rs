//! What every route demands and every answer carries, walked over the table that the router is built from.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use connect_outlook_backend::http::{Guard, RouteFacts, routes};
use serde_json::json;

use super::browser::{Answer, ask};
use super::world::{SITE, World};

pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

fn request(method: Method, path: &str, headers: Pairs<'_>) -> Request<Body> {
    let builder = Request::builder().method(method).uri(path);
    let builder = headers.iter().fold(builder, |builder, (name, value)| {
        builder.header(*name, *value)
    });
    builder.body(Body::empty()).unwrap()
}

/// The path of a route with something in the place of each name, whatever names there will be.
pub(crate) fn filled(route: &RouteFacts) -> String {
    let segments = route.path.split('/').map(|segment| {
        if segment.starts_with('{') {
            "00000000-0000-4000-8000-000000000001"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

pub(crate) const PROOF: Pairs<'_> = &[
    ("x-connect-outlook", "1"),
    ("sec-fetch-site", "same-origin"),
];

pub(crate) async fn sent(world: &World, method: Method, path: &str, headers: Pairs<'_>) -> Answer {
    ask(&world.backend.router(), request(method, path, headers)).await
}

/// R61, R62: every route for script in the table, whoever asks, whatever cookie comes along.
#[tokio::test]
async fn no_guarded_route_answers_without_proof_not_even_to_a_valid_session() {
    let world = World::start().await;
    let mut ada = world.browser();
    ada.connect().await;
    let cookies: Vec<_> = ada
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let cookies = cookies.join("; ");
    let missing: [Pairs<'_>; 8] = [
        &[],
        &[("x-connect-outlook", "1")],
        &[("sec-fetch-site", "same-origin")],
        &[("origin", SITE)],
        &[
            ("x-connect-outlook", "1"),
            ("sec-fetch-site", "cross-site"),
            ("origin", SITE),
        ],
        &[("x-connect-outlook", "1"), ("sec-fetch-site", "same-site")],
        &[("x-connect-outlook", "1"), ("sec-fetch-site", "none")],
        &[("x-connect-outlook", "1"), ("origin", "null")],
    ];
    let graph_calls = world.microsoft.script().graph.len();
    for route in guarded_by(Guard::AntiForgery) {
        for proof in missing {
            let headers = [
                proof,
                &[("cookie", &cookies), ("content-type", "application/json")],
            ]
            .concat();
            let answer = sent(&world, route.method.clone(), &filled(&route), &headers).await;
            assert_eq!(
                (answer.status, answer.code()),
                (StatusCode::FORBIDDEN, "anti_forgery"),
                "{route:?} {proof:?}"
            );
        }
        let answer = sent(&world, route.method.clone(), &filled(&route), PROOF).await;
        assert!(
            !["anti_forgery", "method_not_allowed"].contains(&answer.code()),
            "{route:?}"
        );
    }
    assert_eq!(
        world.microsoft.script().graph.len(),
        graph_calls,
        "nothing went upstream"
    );
    assert_eq!(
        ada.get("/v1/session").await.status,
        StatusCode::OK,
        "nothing was ended"
    );
}

fn guarded_by(guard: Guard) -> impl Iterator<Item = RouteFacts> {
    let routes = routes().into_iter();
    routes.filter(move |route| route.guard == guard)
}

/// R27, R62: a form of another page starts nothing, with whatever cookie; ours needs no header of its own.
#[tokio::test]
async fn no_route_for_forms_answers_to_the_form_of_another_page() {
    let world = World::start().await;
    let foreign: [Pairs<'_>; 7] = [
        &[],
        &[("x-connect-outlook", "1")],
        &[("sec-fetch-site", "cross-site"), ("origin", SITE)],
        &[("sec-fetch-site", "same-site"), ("origin", SITE)],
        &[("sec-fetch-site", "none")],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
    ];
    let mut routes_seen = 0;
    for route in guarded_by(Guard::Gesture) {
        routes_seen += 1;
        assert_eq!(route.method, Method::POST, "{route:?}");
        for headers in foreign {
            let form = ("content-type", "application/x-www-form-urlencoded");
            let headers = [headers, &[form]].concat();
            let answer = sent(&world, route.method.clone(), &filled(&route), &headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
            assert!(
                answer.text.starts_with("<!DOCTYPE html>"),
                "a person reads it"
            );
            assert!(!answer.headers.contains_key(header::SET_COOKIE));
        }
        // On to Microsoft; or a link that nobody made.
        let passes = if route.path.contains("{token}") {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::SEE_OTHER
        };
        for ours in [("sec-fetch-site", "same-origin"), ("origin", SITE)] {
            let form = ("content-type", "application/x-www-form-urlencoded");
            let answer = sent(&world, route.method.clone(), &filled(&route), &[ours, form]).await;
            assert_eq!(answer.status, passes, "{ours:?}");
        }
    }
    assert_eq!(routes_seen, 3);
}

/// R22: what only a navigation of the whole tab may reach, nothing else does.
#[tokio::test]
async fn no_route_for_navigations_answers_to_pictures_frames_and_script() {
    let world = World::start().await;
    let others: [Pairs<'_>; 5] = [
        &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
        &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
        &[
            ("sec-fetch-dest", "document"),
            ("sec-fetch-dest", "document"),
        ],
        &[("sec-purpose", "prefetch")],
    ];
    for route in guarded_by(Guard::Return) {
        for headers in others {
            let answer = sent(&world, route.method.clone(), &filled(&route), headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        }
        let head = sent(&world, Method::HEAD, &filled(&route), &[]).await;
        assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

/// Open is what says the same to everybody.
#[test]
fn few_routes_are_open() {
    let open: Vec<_> = guarded_by(Guard::Open).map(|route| route.path).collect();
    assert_eq!(
        open,
        [
            "/v1/open/{token}",
            "/v1/connect",
            "/v1/connect/problem",
            "/v1/connect/done",
            "/v1/connect/close.js",
            "/v1/consent/{token}",
            "/v1/consent/ended",
            "/v1/connect.css",
            "/livez",
            "/readyz"
        ]
    );
    assert!(guarded_by(Guard::Open).all(|route| route.method == Method::GET));
}

/// R158, R162, R163, R63: on success, on refusal, on nothing at all.
#[tokio::test]
async fn every_answer_carries_the_headers_of_the_house() {
    let world = World::start().await;
    let mut seen = vec![sent(&world, Method::GET, "/nowhere", &[]).await];
    for route in routes() {
        for headers in [PROOF, &[], &[("origin", "https://evil.example")]] {
            seen.push(sent(&world, route.method.clone(), &filled(&route), headers).await);
        }
        seen.push(
            sent(
                &world,
                Method::OPTIONS,
                &filled(&route),
                &[("origin", "https://evil.example")],
            )
            .await,
        );
        seen.push(sent(&world, Method::TRACE, &filled(&route), PROOF).await);
    }
    for answer in seen {
        assert_house_headers(&answer.headers);
    }
}

fn assert_house_headers(headers: &HeaderMap) {
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    for (name, value) in [
        (
            "strict-transport-security",
            "max-age=31536000; includeSubDomains",
        ),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(headers[name], value);
    }
    assert!(headers.contains_key("permissions-policy") && headers.contains_key("x-correlation-id"));
    assert!(
        headers
            .keys()
            .all(|name| !name.as_str().starts_with("access-control-"))
    );
}

/// R177
#[tokio::test]
async fn a_method_that_is_not_in_the_table_is_405() {
    let world = World::start().await;
    for route in routes() {
        let listed: Vec<_> = routes()
            .into_iter()
            .filter(|other| other.path == route.path)
            .map(|other| other.method)
            .collect();
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
            Method::TRACE,
        ] {
            if listed.contains(&method) {
                continue;
            }
            let answer = sent(&world, method.clone(), &filled(&route), PROOF).await;
            assert_eq!(
                (answer.status, answer.code()),
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
                "{method} {route:?}"
            );
            assert!(answer.headers.contains_key(header::ALLOW), "{route:?}");
        }
    }
}

/// R174, R175: other spellings of a path are no path, or the same route with the same demands.
#[tokio::test]
async fn other_spellings_of_a_path_win_nothing() {
    let world = World::start().await;
    for path in [
        "//v1/session",
        "/v1//session",
        "/v1/session/",
        "/V1/session",
        "/v1/./session",
        "/v1/x/../session",
        "/%761/session",
        "/v1/session%2f",
        "/v1/session;x",
        "/livez/../v1/session",
        "/livez%2f..%2fv1/session",
    ] {
        let answer = sent(&world, Method::GET, path, &[]).await;
        assert!(
            [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&answer.status),
            "{path} {}",
            answer.status
        );
    }
    let answer = sent(
        &world,
        Method::GET,
        "/v1/session?x=/livez",
        &[("user-agent", "kube-probe")],
    )
    .await;
    assert_eq!(answer.code(), "anti_forgery");
}

/// RFC 9457, L10: the same members for every problem, and the id that stands in the log.
#[tokio::test]
async fn a_problem_is_written_in_full() {
    let world = World::start().await;
    let answer = sent(&world, Method::GET, "/v1/accounts/x/folders", PROOF).await;
    assert_eq!(
        answer.headers[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let id = answer.headers["x-correlation-id"].to_str().unwrap();
    assert_eq!(
        answer.body,
        json!({
            "type": "urn:connect-outlook:problem:no_session", "title": "Nobody is connected in this browser", "status": 401,
            "code": "no_session", "actor": "visitor", "next": "sign_in_again", "correlation_id": id,
        })
    );
}

#[tokio::test]
async fn health_is_told_to_anybody() {
    let world = World::start().await;
    assert_eq!(
        sent(&world, Method::GET, "/livez", &[]).await.body,
        json!({"status": "alive"})
    );
    assert_eq!(
        sent(&world, Method::GET, "/readyz", &[]).await.body,
        json!({"status": "ready"})
    );
}

/// F31: a vault that is gone is not ready, and no route takes that for "nobody is connected".
#[tokio::test]
async fn without_its_vault_nothing_is_answered() {
    let world = World::start().await;
    let mut ada = world.browser();
    ada.connect().await;
    world.backend.clone().stop().await;
    assert_eq!(
        sent(&world, Method::GET, "/readyz", &[]).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        sent(&world, Method::GET, "/livez", &[]).await.status,
        StatusCode::OK
    );
    let answer = ada.get("/v1/session").await;
    assert!(answer.status.is_server_error(), "{answer:?}");
}
