//! The check of a publisher domain (entra.md §20, entra 87): does the site name this app in its association file?

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::{outbound, state::EmulatorState};

/// `GET /_emulator/association?origin=http://localhost:8400&client_id=…`: fetches the file from that origin, which must be
/// on this machine, and tells what Entra would find fault with.
pub(super) async fn check(
    State(state): State<Arc<EmulatorState>>,
    Query(asked): Query<Asked>,
) -> Response {
    let address = Url::parse(&asked.origin).and_then(|origin| origin.join(FILE));
    let Some(address) = address.ok().filter(outbound::is_loopback) else {
        let error = json!({ "error": "`origin` must be an address on this machine" });
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    };
    if state.world().application(&asked.client_id).is_none() {
        let error = json!({ "error": "no app is registered with this `client_id`" });
        return (StatusCode::NOT_FOUND, Json(error)).into_response();
    }
    Json(verdict(address, &asked.client_id).await).into_response()
}

async fn verdict(address: Url, client_id: &str) -> Verdict {
    let mut verdict = Verdict {
        url: address.to_string(),
        ..Verdict::default()
    };
    let fetched = match fetch(address).await {
        Ok(fetched) => fetched,
        Err(trouble) => {
            verdict.problems.push(format!("not reachable: {trouble}"));
            return verdict;
        }
    };
    verdict.status = Some(fetched.status);
    if fetched.status != 200 {
        let found = format!("the status must be 200, not {}", fetched.status);
        verdict.problems.push(found);
    }
    let media_type = fetched.content_type.as_deref().unwrap_or_default();
    if !ALLOWED.contains(&media_type.to_ascii_lowercase().as_str()) {
        let found = format!("the content type must be application/json, not {media_type}");
        verdict.problems.push(found);
    }
    if !names(&fetched.body, client_id) {
        let found = format!("the file does not name {client_id} among `associatedApplications`");
        verdict.problems.push(found);
    }
    verdict.content_type = fetched.content_type;
    verdict.verified = verdict.problems.is_empty();
    verdict
}

struct Fetched {
    status: u16,
    content_type: Option<String>,
    body: Vec<u8>,
}

async fn fetch(address: Url) -> Result<Fetched, Box<dyn std::error::Error + Send + Sync>> {
    let mut answer = outbound::client()?.get(address).send().await?;
    let header = answer.headers().get(reqwest::header::CONTENT_TYPE);
    let content_type = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            return Err("the file is larger than 64 KiB".into());
        }
    }
    Ok(Fetched {
        status,
        content_type,
        body,
    })
}

/// Whether the file, UTF-8 JSON, names the app.
fn names(body: &[u8], client_id: &str) -> bool {
    let Ok(file) = serde_json::from_slice::<Value>(body) else {
        return false;
    };
    let listed = file["associatedApplications"].as_array();
    let is_app = |entry: &Value| {
        let id = entry["applicationId"].as_str();
        id.is_some_and(|id| id.eq_ignore_ascii_case(client_id))
    };
    listed.is_some_and(|entries| entries.iter().any(is_app))
}

#[derive(Deserialize)]
pub(super) struct Asked {
    origin: String,
    client_id: String,
}

#[derive(Default, Serialize)]
struct Verdict {
    verified: bool,
    url: String,
    status: Option<u16>,
    content_type: Option<String>,
    /// In words; empty if verified.
    problems: Vec<String>,
}

const FILE: &str = "/.well-known/microsoft-identity-association.json";
/// The content types that pass; no header at all does too.
const ALLOWED: [&str; 3] = ["application/json", "application/json; charset=utf-8", ""];
const LARGEST: usize = 64 * 1024;
