//! What leaves, against a server that writes down all it gets, and what is made of answers.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::refusal::Class;
use http_body_util::BodyExt as _;
use zeroize::Zeroizing;

use super::*;
use crate::clock::awaited::is_about;
use crate::outbound::Trust;
use crate::outbound::silence::Silent;

#[derive(Clone)]
struct Server {
    seen: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    answer: (StatusCode, &'static str, String),
}

async fn served(status: u16, kind: &'static str, body: &str) -> (Server, TokenEndpoint) {
    let server = Server {
        seen: Arc::default(),
        answer: (StatusCode::from_u16(status).unwrap(), kind, body.to_owned()),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!(
        "http://{}/common/oauth2/v2.0/token",
        listener.local_addr().unwrap()
    );
    let router = Router::new().fallback(answer).with_state(server.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (server, TokenEndpoint::new(address, &wire()))
}

fn wire() -> Wire {
    Wire::new(&Trust::InsecureLoopback).unwrap()
}

async fn answer(State(server): State<Server>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    server.seen.lock().unwrap().push((parts.headers, body));
    let (status, kind, body) = server.answer;
    let moved = [
        (CONTENT_TYPE, kind),
        (header::LOCATION, "/elsewhere"),
        (header::RETRY_AFTER, "7"),
    ];
    (status, moved, body).into_response()
}

async fn post(endpoint: &TokenEndpoint) -> Result<TokenAnswer, TokenError> {
    let secret = Zeroizing::new("s e+c&ret~ä".to_owned());
    endpoint
        .post(
            vec![("client_secret", secret)],
            &[("grant_type", "refresh_token")],
            None,
        )
        .await
}

/// R2, R78: what a browser or a proxy would add is not there, and a secret of any characters arrives as it is.
#[tokio::test]
async fn the_form_leaves_without_origin_cookies_or_referer() {
    let (server, endpoint) = served(
        200,
        "application/json",
        r#"{"token_type":"Bearer","access_token":"a","expires_in":60}"#,
    )
    .await;
    assert!(post(&endpoint).await.is_ok());
    let seen = server.seen.lock().unwrap();
    let (headers, body) = &seen[0];
    for absent in ["origin", "cookie", "referer", "authorization"] {
        assert!(!headers.contains_key(absent), "{absent}");
    }
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(
        body,
        "client_secret=s+e%2Bc%26ret%7E%C3%A4&grant_type=refresh_token"
    );
}

/// F18: a redirect is an answer, not a way; the secret is not sent on.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let (server, endpoint) = served(status, "text/html", "").await;
        assert!(matches!(
            post(&endpoint).await,
            Err(TokenError::Unreachable { .. })
        ));
        assert_eq!(server.seen.lock().unwrap().len(), 1, "{status}");
    }
}

/// F11: whatever is not called JSON, or is too long, holds no tokens.
#[tokio::test]
async fn an_answer_that_is_not_json_or_too_long_holds_no_tokens() {
    let good = r#"{"token_type":"Bearer","access_token":"a","expires_in":60}"#;
    let long = format!("{good}{}", " ".repeat(300 * 1024));
    for (kind, body) in [
        ("text/html", good),
        ("application/json", &long),
        ("application/json", ""),
    ] {
        let (_, endpoint) = served(200, kind, body).await;
        let error = post(&endpoint).await.unwrap_err();
        assert_eq!(error.refusal().class, Class::Unavailable);
    }
}

/// F4: the wait that Microsoft asks for is kept.
#[tokio::test]
async fn a_throttled_answer_keeps_its_retry_after() {
    let (_, endpoint) = served(
        429,
        "application/json",
        r#"{"error":"temporarily_unavailable"}"#,
    )
    .await;
    let Err(TokenError::Refused {
        refusal,
        retry_after,
        ..
    }) = post(&endpoint).await
    else {
        panic!("refused")
    };
    assert_eq!((refusal.class, retry_after), (Class::Unavailable, Some(7)));
}

/// F6: nobody listens.
#[tokio::test]
async fn nobody_there_is_transient() {
    let endpoint = TokenEndpoint::new("http://127.0.0.1:9/token".to_owned(), &wire());
    let error = post(&endpoint).await.unwrap_err();
    assert_eq!(error.refusal().class, Class::Unavailable);
    assert_eq!(error.to_string(), "no usable answer: no connection");
}

/// R78, F2
#[tokio::test]
async fn microsoft_has_fifteen_seconds() {
    let server = Silent::after("").await;
    let endpoint = TokenEndpoint::new(server.url.clone(), &wire());
    let (answer, took) = server.heard(post(&endpoint)).await;
    let error = answer.unwrap_err();
    assert_eq!(error.to_string(), "no usable answer: no answer in time");
    let expected = Duration::from_secs(15);
    assert!(is_about(took, expected), "{took:?}");
}
