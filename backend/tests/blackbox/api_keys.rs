//! What the integrator's server may do, and how often (D1, D9, R66).

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use connect_outlook_backend::clock::UnixTime;
use connect_outlook_backend::http::{Guard, Limit, routes};
use connect_outlook_backend::vault::{KeyRing, Location, Vault};
use tempfile::TempDir;

use super::browser::{Answer, ask};
use super::door::filled;
use super::world::{KEY, START, World};

/// A deployment whose vault lies in a file, and two keys for it.
pub(super) async fn deployment(settings: &[(&str, &str)]) -> (World, TempDir, [String; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let settings = [settings, &[("database", &database)]].concat();
    let world = World::start_with(&settings).await;
    let location: Location = database.parse().unwrap();
    let vault = Vault::open(&location, KeyRing::parse(KEY).unwrap()).await;
    let vault = vault.unwrap();
    let mut keys = [String::new(), String::new()];
    for key in &mut keys {
        let made = vault.new_api_key("server", UnixTime(START)).await.unwrap();
        *key = made.1.expose().to_owned();
    }
    vault.close().await;
    (world, folder, keys)
}

async fn asked(world: &World, (method, path): (Method, &str), key: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(key) = key {
        request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    }
    let request = request.header(header::CONTENT_TYPE, "application/json");
    ask(
        &world.backend.router(),
        request.body(Body::from("{}")).unwrap(),
    )
    .await
}

/// R66: every route of the table that wants a key wants it before anything else, and a key is all it wants.
#[tokio::test]
async fn every_route_for_programs_wants_a_key_and_no_proof_of_a_page() {
    let (world, _folder, [key, _]) = deployment(&[]).await;
    let mut seen = 0;
    for route in routes()
        .into_iter()
        .filter(|route| route.guard == Guard::ApiKey)
    {
        seen += 1;
        let path = filled(&route);
        let way = || (route.method.clone(), path.as_str());
        let refused = asked(&world, way(), None).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::UNAUTHORIZED, "no_api_key"),
            "{route:?}"
        );
        let passed = asked(&world, way(), Some(&key)).await;
        assert!(
            !["no_api_key", "anti_forgery"].contains(&passed.code()),
            "{route:?}: {}",
            passed.text
        );
    }
    assert_eq!(seen, 18);
}

/// D1: by key, each figure a setting; another key has its own.
#[tokio::test]
async fn requests_and_confirmations_are_limited_by_key() {
    let settings = [("limit_api", "5"), ("limit_confirms", "2")];
    let (world, _folder, [one, other]) = deployment(&settings).await;
    let unknown = "/v1/links/00000000-0000-4000-8000-000000000001/confirm";
    let confirm = || (Method::POST, unknown);
    for _ in 0..2 {
        let answer = asked(&world, confirm(), Some(&one)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    }
    let refused = asked(&world, confirm(), Some(&one)).await;
    assert_eq!(refused.code(), "too_many_requests");
    assert_eq!(refused.headers[header::RETRY_AFTER], "30");
    let list = || (Method::GET, "/v1/accounts");
    for _ in 0..2 {
        assert_eq!(
            asked(&world, list(), Some(&one)).await.status,
            StatusCode::OK
        );
    }
    let refused = asked(&world, list(), Some(&one)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers[header::RETRY_AFTER], "12");
    assert_eq!(
        asked(&world, list(), Some(&other)).await.status,
        StatusCode::OK
    );
    world.advance(12);
    assert_eq!(
        asked(&world, list(), Some(&one)).await.status,
        StatusCode::OK
    );
}

/// D1: the figures of the rule are the defaults.
#[tokio::test]
async fn a_key_may_ask_six_hundred_times_a_minute_and_confirm_sixty_times() {
    let (world, _folder, [key, _]) = deployment(&[("limit_requests", "1000000")]).await;
    let confirms = routes()
        .into_iter()
        .filter(|route| route.limit == Limit::Confirm);
    let confirms: Vec<_> = confirms.collect();
    assert_eq!(confirms.len(), 1);
    let path = filled(&confirms[0]);
    for time in 0..=60 {
        let answer = asked(&world, (Method::POST, &path), Some(&key)).await;
        let refused = answer.status == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(refused, time == 60, "{time}");
    }
    for time in 61..=600 {
        let answer = asked(&world, (Method::GET, "/v1/accounts"), Some(&key)).await;
        let refused = answer.status == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(refused, time == 600, "{time}");
    }
}
