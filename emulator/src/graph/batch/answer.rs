//! One answer within a batch.

use std::collections::BTreeMap;

use axum::{
    body::to_bytes,
    http::{HeaderMap, header::CONTENT_LENGTH, header::CONTENT_TYPE},
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::{Value, json};

use crate::scenario::Ending;

/// The answer to one request.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    /// The request's id.
    pub(super) id: String,
    /// HTTP status.
    pub(super) status: u16,
    headers: BTreeMap<String, String>,
    /// JSON, or bytes as base64 text; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

/// 424: a request that this one depends on failed.
pub(super) fn failed_dependency(id: &str) -> Item {
    let message = "The request was not run, for one it depends on failed.";
    error(id, 424, "FailedDependency", message)
}

/// 400: the parts of the request make no HTTP request.
pub(super) fn unreadable(id: &str) -> Item {
    let message = "The method, url, headers or body of this request cannot be read.";
    error(id, 400, "BadRequest", message)
}

/// The item that an HTTP answer becomes. An answer that a fault breaks off is a gateway's timeout here, for the
/// connection that would break is within Microsoft.
pub(super) async fn read(id: &str, response: Response) -> Item {
    let broken = response.extensions().get::<Ending>().is_some_and(|ending| {
        matches!(
            ending,
            Ending::ResetBefore | Ending::ResetAfter | Ending::Truncated
        )
    });
    if broken {
        return error(id, 504, "UnknownError", "The request timed out.");
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let is_json = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    let json = is_json
        .then(|| serde_json::from_slice(&bytes).ok())
        .flatten();
    let body = match json {
        _ if bytes.is_empty() => None,
        Some(json) => Some(json),
        None => Some(Value::String(BASE64_STANDARD.encode(&bytes))),
    };
    Item {
        id: id.to_owned(),
        status: parts.status.as_u16(),
        headers: headers(&parts.headers),
        body,
    }
}

fn error(id: &str, status: u16, code: &str, message: &str) -> Item {
    let kind = ("Content-Type".to_owned(), "application/json".to_owned());
    Item {
        id: id.to_owned(),
        status,
        headers: BTreeMap::from([kind]),
        body: Some(json!({ "error": { "code": code, "message": message } })),
    }
}

/// As Graph spells them: `Retry-After`, `Content-Type`.
fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let told = headers.iter().filter(|(name, _)| *name != CONTENT_LENGTH);
    told.filter_map(|(name, value)| Some((spelled(name.as_str()), value.to_str().ok()?.to_owned())))
        .collect()
}

fn spelled(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}
