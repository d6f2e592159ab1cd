//! The other side of the wire: a token endpoint that honours each refresh token once.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::refresh::dice;
use crate::clock::Clock;

/// What the token endpoint remembers.
pub(super) struct Endpoint {
    pub(super) clock: Clock,
    /// The only good refresh token of each account, by its number.
    pub(super) serials: Vec<u64>,
    /// When each account was refreshed last, and its longest rest.
    pub(super) rests: Vec<(i64, i64)>,
    pub(super) requests: Vec<i64>,
    pub(super) refused: usize,
}

pub(super) type Shared = Arc<Mutex<Endpoint>>;

async fn token(
    State(endpoint): State<Shared>,
    Form(form): Form<Vec<(String, String)>>,
) -> (StatusCode, Json<Value>) {
    let mut endpoint = endpoint.lock().unwrap();
    let sent = form.iter().find(|(name, _)| name == "refresh_token");
    let (account, serial) = sent.unwrap().1.split_once('.').unwrap();
    let (account, serial): (usize, u64) = (account.parse().unwrap(), serial.parse().unwrap());
    let now = endpoint.clock.now().0;
    endpoint.requests.push(now);
    if endpoint.serials[account] != serial {
        endpoint.refused += 1;
        return (
            StatusCode::BAD_REQUEST,
            Json(json!({"error": "invalid_grant"})),
        );
    }
    endpoint.serials[account] += 1;
    let (last, longest) = endpoint.rests[account];
    endpoint.rests[account] = (now, longest.max(now - last));
    let answer = json!({
        "token_type": "Bearer", "scope": "User.Read Mail.Read", "expires_in": 3_600 + dice() % 1_800,
        "access_token": format!("access.{account}.{serial}"), "refresh_token": format!("{account}.{}", serial + 1),
    });
    (StatusCode::OK, Json(answer))
}

/// Serves it on this machine; the origin.
pub(super) async fn serve(endpoint: Shared) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/common/oauth2/v2.0/token", post(token))
        .with_state(endpoint);
    tokio::spawn(async move { axum::serve(listener, router).await });
    origin
}
