//! Pages and files, and the headers they come with.

use axum::http::StatusCode;

use crate::site::Site;

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
