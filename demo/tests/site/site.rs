//! A site to ask.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use connect_outlook_demo::ground::Ground;
use connect_outlook_demo::house::Plan;
use connect_outlook_demo::site::{Package, router};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// A site with a package of three small files.
pub(crate) struct Site {
    pub(crate) ground: Arc<Ground>,
    router: Router,
    pub(crate) package: TempDir,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Site {
    pub(crate) async fn open() -> Self {
        // Fails when another test was first, and then it is done.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let plan = Plan {
            origin: ORIGIN.to_owned(),
            microsoft_address: "127.0.0.1:0".to_owned(),
            data: None,
            keys: None,
        };
        let ground = Arc::new(Ground::build(plan).await.unwrap());
        let package = tempfile::tempdir().unwrap();
        for name in ["index.js", "element.js", "sdk_bg.wasm"] {
            std::fs::write(package.path().join(name), "//").unwrap();
        }
        let found = Package::find(Some(package.path().to_owned())).unwrap();
        let router = router(Arc::clone(&ground), &found);
        Self {
            ground,
            router,
            package,
        }
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, HOST);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// A call as the page makes it.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body.map_or(String::new(), |body| body.to_string());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header("sec-fetch-site", "same-origin")
            .header("x-connect-outlook", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, body.len());
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn steps(&self) -> Value {
        serde_json::from_str(&self.call("GET", "/demo/steps", None).await.text).unwrap()
    }

    pub(crate) async fn begin(&self) -> Answer {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let body = json!({"code_challenge": challenge, "code_challenge_method": "S256"});
        self.call("POST", "/outlook/v1/attempts", Some(body)).await
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) const HOST: &str = "localhost:8499";
pub(crate) const ORIGIN: &str = "http://localhost:8499";
