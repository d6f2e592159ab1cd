//! The site as a browser meets it: the real router, with a real emulator and a real backend behind it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use connect_outlook_demo::ground::Ground;
use connect_outlook_demo::house::Plan;
use connect_outlook_demo::site::{Package, router};
use connect_outlook_demo::{Demo, Options};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// A site with a package of three small files.
struct Site {
    ground: Arc<Ground>,
    router: Router,
    package: TempDir,
}

/// An answer, read whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Site {
    async fn open() -> Self {
        // Fails when another test was first, and then it is done.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let plan = Plan {
            origin: ORIGIN.to_owned(),
            microsoft_address: "127.0.0.1:0".to_owned(),
            data: None,
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

    async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, HOST);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// A call as the page makes it.
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
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

    async fn steps(&self) -> Value {
        serde_json::from_str(&self.call("GET", "/demo/steps", None).await.text).unwrap()
    }

    async fn begin(&self) -> Answer {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let body = json!({"code_challenge": challenge, "code_challenge_method": "S256"});
        self.call("POST", "/outlook/v1/attempts", Some(body)).await
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// R158, R160, R162
#[tokio::test]
async fn page_and_callback_are_one_document_with_every_header() {
    let site = Site::open().await;
    let (page, callback) = (site.get("/").await, site.get("/outlook-callback").await);
    assert_eq!((page.status, &page.text), (StatusCode::OK, &callback.text));
    assert!(page.text.contains("<connect-outlook"));
    for answer in [
        &page,
        &callback,
        &site.get("/page/script/main.js").await,
        &site.get("/nothing").await,
    ] {
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
            "{policy}"
        );
        assert!(
            policy.contains(&format!("form-action 'self' {};", site.ground.microsoft())),
            "{policy}"
        );
        assert!(
            policy.contains("require-trusted-types-for 'script'; trusted-types 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn files_come_with_their_types() {
    let site = Site::open().await;
    for (path, kind) in [
        ("/page/script/main.js", "text/javascript; charset=utf-8"),
        ("/page/style/base.css", "text/css; charset=utf-8"),
        ("/page/mark.svg", "image/svg+xml"),
        ("/sdk/sdk_bg.wasm", "application/wasm"),
        ("/sdk/index.js", "text/javascript"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, kind),
            "{path}"
        );
    }
    std::fs::write(site.package.path().join("../outside-of-the-package"), "x").unwrap();
    for path in [
        "/page/../src/lib.rs",
        "/page/index.html",
        "/sdk/../outside-of-the-package",
        "/sdk/%2e%2e/outside-of-the-package",
    ] {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

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

/// R34, R62: another name for this machine is not this site.
#[tokio::test]
async fn only_localhost_is_the_site() {
    let site = Site::open().await;
    let by = |host: &'static str| {
        Request::get("/")
            .header(header::HOST, host)
            .body(Body::empty())
            .unwrap()
    };
    for mistyped in ["127.0.0.1:8499", "[::1]:8499"] {
        let answer = site.ask(by(mistyped)).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::TEMPORARY_REDIRECT, "http://localhost:8499/")
        );
    }
    for foreign in [
        "rebound.example:8499",
        "localhost:1",
        "localhost",
        "localhost.:8499",
    ] {
        assert_eq!(
            site.ask(by(foreign)).await.status,
            StatusCode::MISDIRECTED_REQUEST,
            "{foreign}"
        );
    }
}

#[tokio::test]
async fn a_busy_port_is_one_sentence_and_the_demo_stops_when_asked() {
    let site = Site::open().await;
    let options = |port| Options {
        port,
        data: None,
        package: Some(site.package.path().to_owned()),
    };
    let demo = Demo::start(options(0)).await.unwrap();
    let port = demo
        .address()
        .trim_end_matches('/')
        .rsplit_once(':')
        .unwrap()
        .1
        .parse()
        .unwrap();
    let error = Demo::start(options(port)).await.unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("port {port} is in use")) && !error.contains('\n'),
        "{error}"
    );
    demo.stop().await;
    Demo::start(options(port)).await.unwrap().stop().await;
}

const HOST: &str = "localhost:8499";
const ORIGIN: &str = "http://localhost:8499";
