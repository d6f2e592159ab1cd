//! Requests that another site causes, or that no browser of ours would send.

use connect_outlook_tests::{Answering, browser::Request, story};
use reqwest::Method;
use serde_json::json;

/// R61: every route below `/v1`, known or not, wants the header before it does anything.
#[tokio::test]
async fn without_the_header_every_route_refuses_before_anything_else() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let before = world.exchanges().len();
        for (method, path) in world.routes(ada.id()) {
            let page = ada.visitor.page();
            for wrong in [None, Some("0"), Some(""), Some("true"), Some("1, 1")] {
                let mut request = page
                    .request(method.clone(), &path)
                    .without("x-connect-outlook");
                if let Some(value) = wrong {
                    request = request.header("x-connect-outlook", value);
                }
                let answer = page.fetch(with_body(request)).await;
                assert_eq!(
                    answer.status, 403,
                    "{method} {path} with {wrong:?}: {}",
                    answer.body
                );
                if method != Method::HEAD {
                    assert_eq!(answer.code(), "anti_forgery", "{method} {path}");
                }
            }
        }
        assert_eq!(world.exchanges().len(), before, "nobody asked Microsoft");
        assert_eq!(
            ada.visitor.page().get("/v1/session").await.status,
            200,
            "nothing was ended"
        );
    })
    .await;
}

/// R62: where a request comes from.
#[tokio::test]
async fn requests_of_other_sites_are_refused_on_every_route() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        for (method, path) in world.routes(ada.id()) {
            for (headers, why) in FOREIGN {
                let request = ada.visitor.page().request(method.clone(), &path);
                let request = headers
                    .iter()
                    .fold(with_body(request), |request, (name, value)| {
                        request.header(name, *value)
                    });
                let answer = ada.visitor.browser().send(request, false, false).await;
                assert_eq!(
                    answer.status, 403,
                    "{method} {path}, {why}: {}",
                    answer.body
                );
            }
        }
    })
    .await;
}

/// R62: a browser without Fetch metadata is known by its exact origin.
#[tokio::test]
async fn the_exact_origin_stands_in_where_fetch_metadata_is_missing() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let origin = world.site().origin().ascii_serialization();
        let ask = async |origin: &str| {
            let request = ada
                .visitor
                .page()
                .request(Method::GET, "/v1/session")
                .header("origin", origin);
            ada.visitor
                .browser()
                .send(request, false, false)
                .await
                .status
        };
        assert_eq!(ask(&origin).await, 200);
        for foreign in [
            "null".to_owned(),
            origin.replace("localhost", "127.0.0.1"),
            origin.replace("http:", "https:"),
            format!("{origin}0"),
            format!("{origin}.evil.example"),
            format!("{origin}/"),
            origin.to_uppercase(),
            String::new(),
        ] {
            assert_eq!(ask(&foreign).await, 403, "{foreign}");
        }
    })
    .await;
}

/// R54 and R61 together, as a browser plays it: a page of another site cannot act in the visitor's name.
#[tokio::test]
async fn a_form_of_another_site_moves_nothing() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let elsewhere = "http://127.0.0.1:1/attack".parse().unwrap();
        let url = world.site().join("/outlook/v1/attempts").unwrap();
        let post = Request::new(Method::POST, url).body("text/plain", "{\"code_challenge\":\"x\"}");
        let landing = ada.visitor.browser().navigate(&elsewhere, post).await;
        assert_eq!(landing.answer.status, 403);
        assert_eq!(landing.answer.headers("set-cookie").count(), 0);
    })
    .await;
}

/// R63: no other origin may read an answer.
#[tokio::test]
async fn no_answer_allows_another_origin() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        for (method, path) in world.routes(ada.id()) {
            let preflight = ada
                .visitor
                .page()
                .request(Method::OPTIONS, &path)
                .without("x-connect-outlook");
            let preflight = preflight
                .header("origin", "https://evil.example")
                .header("access-control-request-method", method.as_str())
                .header("access-control-request-headers", "x-connect-outlook");
            for request in [
                preflight,
                ada.visitor
                    .page()
                    .request(method.clone(), &path)
                    .header("origin", "https://evil.example"),
            ] {
                let answer = ada
                    .visitor
                    .browser()
                    .send(with_body(request), true, false)
                    .await;
                let allowed = answer
                    .headers
                    .iter()
                    .find(|(name, _)| name.starts_with("access-control-"));
                assert_eq!(allowed, None, "{method} {path}");
            }
        }
    })
    .await;
}

/// R64: a body that a form could send is none of ours.
#[tokio::test]
async fn bodies_that_are_not_json_are_refused() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let body = connect_outlook_tests::page::finishing(&attempt, &callback).to_string();
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain; application/json",
        ] {
            let page = visitor.page();
            let answer = page
                .fetch(
                    page.request(Method::POST, "/v1/sessions")
                        .body(kind, body.clone()),
                )
                .await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (415, "unsupported_media_type"),
                "{kind}"
            );
        }
        assert_eq!(world.token_requests().len(), 0);
        assert_eq!(
            visitor.page().finish(&attempt, &callback).await.json()["status"],
            "connected"
        );
    })
    .await;
}

/// R162, R163: what every answer tells the browser.
#[tokio::test]
async fn answers_are_neither_stored_nor_sniffed_nor_framed() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        for path in [
            "/v1/session",
            "/v1/nothing",
            &format!("/v1/accounts/{}/folders", ada.id()),
        ] {
            let answer = ada.visitor.page().get(path).await;
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!(
                answer.header("x-content-type-options"),
                Some("nosniff"),
                "{path}"
            );
            assert_eq!(
                answer.header("referrer-policy"),
                Some("no-referrer"),
                "{path}"
            );
            assert_eq!(
                answer.header("cross-origin-resource-policy"),
                Some("same-origin"),
                "{path}"
            );
            assert!(
                answer
                    .header("content-security-policy")
                    .is_some_and(|policy| policy.contains("default-src 'none'")),
                "{path}"
            );
            assert_eq!(answer.header("server"), None, "{path}");
        }
    })
    .await;
}

fn with_body(request: Request) -> Request {
    match request.method {
        Method::POST => request.body("application/json", json!({}).to_string()),
        _ => request,
    }
}

type Headers = &'static [(&'static str, &'static str)];

const FOREIGN: &[(Headers, &str)] = &[
    (&[("sec-fetch-site", "cross-site")], "from another site"),
    (&[("sec-fetch-site", "same-site")], "from a sibling"),
    (&[("sec-fetch-site", "none")], "typed into the address bar"),
    (&[("sec-fetch-site", "Same-Origin")], "misspelt"),
    (
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-origin"),
        ],
        "said twice",
    ),
    (&[("origin", "null")], "from nowhere"),
    (
        &[("origin", "https://evil.example")],
        "from a foreign origin",
    ),
    (&[], "from no browser"),
];
