//! A browser with a page of the site in it: keeps cookies, adds the proofs that pages add.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use connect_outlook_backend::random;
use connect_outlook_protocol::pkce::CodeVerifier;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::microsoft::Microsoft;

#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    microsoft: Microsoft,
    pub(crate) cookies: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

/// An attempt on its way, with what the page keeps.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
}

impl Browser {
    pub(crate) fn new(router: Router, microsoft: Microsoft) -> Self {
        Self {
            router,
            microsoft,
            cookies: BTreeMap::new(),
        }
    }

    /// The same browser, whose requests reach another process.
    pub(crate) fn at(&self, router: Router) -> Self {
        Self {
            router,
            ..self.clone()
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends as a page of the site would.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.request(method, path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = ask(&self.router, request.body(body).unwrap()).await;
        self.keep_cookies(&answer.headers);
        answer
    }

    /// A request of a page of the site.
    pub(crate) fn request(&self, method: Method, path: &str) -> Builder {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header("x-connect-outlook", "1")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookies.join("; "))
    }

    /// Presses the button of the form, with nothing but what browsers add.
    pub(crate) async fn press(&mut self, form: &str) -> Answer {
        let request = self
            .navigation(Method::POST, "/v1/connect", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "null");
        let request = request.body(Body::from(form.to_owned())).unwrap();
        self.follow(request).await
    }

    /// Comes back from Microsoft: from another site, so the strict cookie stays at home.
    pub(crate) async fn arrive(&mut self, query: &str) -> Answer {
        let path = format!("/v1/callback?{query}");
        let request = self.navigation(Method::GET, &path, "cross-site");
        self.follow(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn follow(&mut self, request: Request<Body>) -> Answer {
        let answer = ask(&self.router, request).await;
        self.keep_cookies(&answer.headers);
        answer
    }

    /// A navigation of the whole tab.
    pub(crate) fn navigation(&self, method: Method, path: &str, from: &str) -> Builder {
        let strict = from == "cross-site";
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .filter(|(name, _)| !strict || name.ends_with("-flow"))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header("sec-fetch-site", from)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header(header::COOKIE, cookies.join("; "))
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Begins an attempt; `more` goes into the request.
    pub(crate) async fn begin(&mut self, more: &Value) -> Started {
        let verifier = CodeVerifier::from_random(random::bytes().unwrap());
        let mut body =
            json!({"code_challenge": verifier.challenge(), "code_challenge_method": "S256"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let answer = self.post("/v1/attempts", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        Started {
            state: text("state"),
            nonce: text("nonce"),
            verifier: verifier.expose().to_owned(),
        }
    }

    /// Comes back with a code that Microsoft gave for this attempt.
    pub(crate) async fn come_back(&mut self, started: &Started) -> Answer {
        self.microsoft
            .script()
            .claims
            .entry("nonce")
            .or_insert_with(|| started.nonce.clone().into());
        let body =
            json!({"state": started.state, "code": "0.code", "code_verifier": started.verifier});
        self.post("/v1/sessions", &body).await
    }

    /// The whole way; answers the account's id.
    pub(crate) async fn connect(&mut self) -> String {
        let started = self.begin(&json!({})).await;
        let answer = self.come_back(&started).await;
        assert_eq!(answer.body["status"], "connected", "{:?}", answer.body);
        answer.body["account"]["id"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// Sends any request at all.
pub(crate) async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
        text,
    }
}
