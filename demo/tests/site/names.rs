//! One site, one name.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::site::Site;

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
