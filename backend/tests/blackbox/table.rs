//! What holds for every route of the table, whatever its guard is called and whoever adds it: proved by asking it.

use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use connect_outlook_backend::http::{Guard, routes};
use serde_json::json;

use super::browser::{Answer, Browser, ask};
use super::door::{Pairs, filled};
use super::world::World;

/// What the page of another site can make a browser send: forms, pictures, frames, script without leave.
const FOREIGN: [Pairs<'static>; 6] = [
    &[],
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ],
    &[
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.app.example"),
    ],
    &[("sec-fetch-site", "cross-site"), ("x-connect-outlook", "1")],
    &[("sec-fetch-site", "none")],
    &[("origin", "null"), ("content-type", "text/plain")],
];

/// What such a page may send as a body.
const BODIES: [(&str, &str); 3] = [
    ("application/json", "{}"),
    ("application/x-www-form-urlencoded", "return_to=%2F"),
    ("text/plain", "x"),
];

fn cookies_of(browser: &Browser) -> String {
    let pairs = browser.cookies.iter();
    let pairs = pairs.map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("; ")
}

async fn sent(
    world: &World,
    (method, path): (&Method, &str),
    headers: Pairs<'_>,
    (kind, body): (&str, &str),
    cookies: Option<&str>,
) -> Answer {
    let mut request = Request::builder().method(method.clone()).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    if let Some(cookies) = cookies {
        request = request.header(header::COOKIE, cookies);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    ask(&world.backend.router(), request).await
}

/// An answer without what differs from one time to the next.
fn lasting(answer: &Answer) -> (StatusCode, HeaderMap, String) {
    let id = answer.headers["x-correlation-id"].to_str().unwrap();
    let text = answer.text.replace(id, "…");
    let mut headers = answer.headers.clone();
    headers.remove("x-correlation-id");
    (answer.status, headers, text)
}

/// R27, R61, R62: nothing that a foreign page makes a browser send does anything, or says anything that it would not say
/// to a browser without cookies. So a route that goes by cookies and does not ask for proof fails here, however it is
/// entered into the table. Coming back from Microsoft is the exception: that navigation has to carry the flow cookie, and
/// `state` decides there (R22).
#[tokio::test]
async fn no_cookie_counts_for_a_request_that_does_not_prove_where_it_comes_from() {
    let world = World::start_with(&[("limit_requests", "1000000")]).await;
    let mut ada = world.browser();
    let account = ada.connect().await;
    ada.begin(&json!({})).await;
    let cookies = cookies_of(&ada);
    assert!(cookies.contains("-session=") && cookies.contains("-flow="));
    let graph = world.microsoft.script().graph.len();
    let before = (graph, world.microsoft.token_requests());
    for route in routes() {
        if route.guard == Guard::Return {
            continue;
        }
        let path = filled(&route).replace("00000000-0000-4000-8000-000000000001", &account);
        let changes = ![Method::GET, Method::HEAD].contains(&route.method);
        for (headers, body) in FOREIGN
            .iter()
            .flat_map(|headers| BODIES.map(|body| (headers, body)))
        {
            let asked = (&route.method, path.as_str());
            let with = sent(&world, asked, headers, body, Some(&cookies)).await;
            let without = sent(&world, asked, headers, body, None).await;
            assert_eq!(
                lasting(&with),
                lasting(&without),
                "{route:?} {headers:?} {body:?}"
            );
            let refused = [StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED].contains(&with.status);
            assert!(
                refused || !changes,
                "{route:?} {headers:?}: {}",
                with.status
            );
        }
    }
    let graph = world.microsoft.script().graph.len();
    let after = (graph, world.microsoft.token_requests());
    assert_eq!(before, after, "nothing went upstream");
    assert_eq!(
        ada.get("/v1/session").await.body["accounts"][0]["id"],
        account.as_str()
    );
}

/// The table is all there is: what is mounted beside it would escape its guards and limits.
#[test]
fn nothing_is_mounted_beside_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut mounted = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let Ok(source) = fs::read_to_string(&path) else {
            continue;
        };
        let source = source.split("#[cfg(test)]").next().unwrap();
        let words = [
            ".route(",
            ".route_service(",
            ".nest(",
            ".nest_service(",
            ".merge(",
        ];
        let count: usize = words.iter().map(|word| source.matches(word).count()).sum();
        if count > 0 {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            mounted.push((name, count));
        }
    }
    mounted.sort();
    let known = [
        // On a listener of its own.
        ("meters.rs", 1),
        // The loop over the table, and what browsers ask before they send another site's request.
        ("mod.rs", 2),
        // All of it below the base path.
        ("serve.rs", 1),
    ];
    let known = known.map(|(name, count)| (name.to_owned(), count));
    assert_eq!(mounted, known);
}
