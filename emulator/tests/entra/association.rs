//! The check of a publisher domain, entra 87: a site of our own serves the file in every way that matters.

use axum::{Router, http::header::CONTENT_TYPE, routing::get};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::{App, Stage};

/// A site whose association file has this content type and text.
async fn site(content_type: Option<&'static str>, text: String) -> String {
    let file = move || {
        let text = text.clone();
        async move {
            let mut answer = axum::response::Response::new(axum::body::Body::from(text));
            let headers = answer.headers_mut();
            headers
                .extend(content_type.map(|value| (CONTENT_TYPE, value.parse().expect("a value"))));
            answer
        }
    };
    let path = "/.well-known/microsoft-identity-association.json";
    let routes = Router::new().route(path, get(file));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

async fn checked(stage: &Stage, origin: &str) -> Value {
    let client_id = App::DEMO.client_id;
    let path = format!("/_emulator/association?origin={origin}&client_id={client_id}");
    stage.json(&path).await
}

fn file(client_id: &str) -> String {
    format!(r#"{{"associatedApplications":[{{"applicationId":"{client_id}"}}]}}"#)
}

/// entra 87
#[tokio::test]
async fn a_file_that_names_the_app_passes_by_its_content_type() {
    let stage = Stage::start().await;
    let verified = async |content_type| {
        let origin = site(content_type, file(App::DEMO.client_id)).await;
        checked(&stage, &origin).await["verified"] == true
    };
    assert!(verified(Some("application/json")).await);
    assert!(verified(Some("application/json; charset=utf-8")).await);
    assert!(verified(None).await);
    assert!(!verified(Some("text/plain")).await);
    assert!(!verified(Some("application/json; charset=latin1")).await);
    assert!(!verified(Some("application/octet-stream")).await);
}

/// entra 87
#[tokio::test]
async fn another_app_or_no_file_does_not_pass_and_the_reason_is_told() {
    let stage = Stage::start().await;
    let json = Some("application/json");
    for text in [
        file(App::PAGE.client_id),
        "not JSON".to_owned(),
        "{}".to_owned(),
    ] {
        let verdict = checked(&stage, &site(json, text).await).await;
        assert_eq!(verdict["verified"], false);
        let problem = verdict["problems"][0].as_str().expect("a problem");
        assert!(problem.contains("does not name"), "{problem}");
    }
    let missing = checked(&stage, stage.emulator.origin()).await;
    assert_eq!(
        (&missing["verified"], &missing["status"]),
        (&false.into(), &404.into())
    );
    let gone = checked(&stage, "http://127.0.0.1:1").await;
    assert!(gone["status"].is_null() && gone["verified"] == false);
}

/// entra 87: the emulator asks nobody but this machine.
#[tokio::test]
async fn only_loopback_is_asked() {
    let stage = Stage::start().await;
    let path = format!(
        "/_emulator/association?origin=https://example.com&client_id={}",
        App::DEMO.client_id
    );
    assert_eq!(stage.get(&path).await.status(), 400);
}
