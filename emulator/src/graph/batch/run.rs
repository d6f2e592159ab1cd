//! Runs the requests of a batch: those that wait for nobody at the same time, four of them, as Outlook does.

use std::collections::HashMap;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header::AUTHORIZATION},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD},
};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tower::ServiceExt as _;

use super::{
    answer::{Item, failed_dependency, read, unreadable},
    request::{Batch, Single},
};
use crate::random;

/// The answers to all requests, in any order but the one they were asked in.
pub(super) async fn run(calls: &Router, batch: Batch, envelope: &HeaderMap) -> Vec<Item> {
    let asked: Vec<String> = batch.requests.iter().map(|one| one.id.clone()).collect();
    let mut succeeded: HashMap<String, bool> = HashMap::new();
    let mut answered = Vec::new();
    let mut waiting = batch.requests;
    while !waiting.is_empty() {
        let is_ready = |one: &Single| {
            one.parents()
                .iter()
                .all(|parent| succeeded.contains_key(parent))
        };
        let (ready, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
        // Batches in a circle are refused before anything runs; this would be one.
        if ready.is_empty() {
            break;
        }
        waiting = later;
        let answers = stream::iter(ready.into_iter().map(|one| {
            let may_run = one.parents().iter().all(|parent| succeeded[parent]);
            async move {
                match may_run {
                    true => single(calls, &one, envelope).await,
                    false => failed_dependency(&one.id),
                }
            }
        }));
        let answers: Vec<Item> = answers.buffer_unordered(AT_A_TIME).collect().await;
        succeeded.extend(
            answers
                .iter()
                .map(|item| (item.id.to_lowercase(), item.status < 400)),
        );
        answered.extend(answers);
    }
    shuffled(answered, &asked)
}

async fn single(calls: &Router, one: &Single, envelope: &HeaderMap) -> Item {
    match request(one, envelope) {
        None => unreadable(&one.id),
        Some(request) => match calls.clone().oneshot(request).await {
            Ok(response) => read(&one.id, response).await,
            Err(never) => match never {},
        },
    }
}

/// The request as it would have come alone; `None` if its parts do not make one.
fn request(one: &Single, envelope: &HeaderMap) -> Option<Request> {
    let uri: Uri = format!("/v1.0/{}", one.url.trim_start_matches('/'))
        .parse()
        .ok()?;
    let method: Method = one.method.to_ascii_uppercase().parse().ok()?;
    let mut request = Request::builder().method(method).uri(uri);
    let headers = request.headers_mut()?;
    if let Some(token) = envelope.get(AUTHORIZATION) {
        headers.insert(AUTHORIZATION, token.clone());
    }
    for (name, value) in &one.headers {
        let name: HeaderName = name.parse().ok()?;
        headers.insert(name, HeaderValue::from_str(value).ok()?);
    }
    request.body(body(one)?).ok()
}

/// JSON as it is; texts of other types as they are if they are texts, otherwise as the bytes they encode.
fn body(one: &Single) -> Option<Body> {
    let content_type = one.header("content-type").unwrap_or_default();
    match &one.body {
        None => Some(Body::empty()),
        Some(Value::String(text)) if content_type.starts_with("text/") => {
            Some(Body::from(text.clone()))
        }
        Some(Value::String(text)) if !content_type.starts_with("application/json") => {
            let engines = [BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, BASE64_STANDARD];
            let mut decoded = engines.iter().map(|engine| engine.decode(text));
            decoded.find_map(Result::ok).map(Body::from)
        }
        Some(json) => Some(Body::from(json.to_string())),
    }
}

/// Another order than the one asked for, so that nobody relies on it.
fn shuffled(mut items: Vec<Item>, asked: &[String]) -> Vec<Item> {
    for last in (1..items.len()).rev() {
        let highest = i64::try_from(last).unwrap_or(0);
        let other = usize::try_from(random::between(0, highest)).unwrap_or(0);
        items.swap(last, other);
    }
    if items.iter().map(|item| &item.id).eq(asked) && items.len() > 1 {
        items.rotate_left(1);
    }
    items
}

/// Of one batch against Outlook.
const AT_A_TIME: usize = 4;
