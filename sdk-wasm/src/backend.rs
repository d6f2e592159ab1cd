//! Talking to the backend: same origin, its cookies, the anti-forgery header, JSON.

use connect_outlook_protocol::outcome::Reason;
use connect_outlook_protocol::wire::{ANTI_FORGERY_HEADER, ANTI_FORGERY_VALUE};
use gloo_net::http::{Method, Request, RequestBuilder, Response};
use js_sys::JSON;
use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestRedirect};

use crate::error::{bad_answer, read_problem, to_js, unreachable};

/// The backend of this page.
#[derive(Debug)]
pub(crate) struct Backend {
    base: String,
}

impl Backend {
    /// The backend at `origin`, mounted under `mount` (empty, or a path without a slash at its end).
    pub(crate) fn new(origin: &str, mount: &str) -> Self {
        Self {
            base: [origin, mount].concat(),
        }
    }

    /// The answer to a `GET`.
    ///
    /// # Errors
    /// The problem the backend names, `unreachable` or `bad_answer`; so below.
    pub(crate) async fn read(&self, path: &str) -> Result<JsValue, Reason> {
        let request = self
            .request(Method::GET, path)
            .build()
            .map_err(|_| bad_answer())?;
        answer(request).await
    }

    /// Deletes what stands at `path`.
    pub(crate) async fn delete(&self, path: &str) -> Result<(), Reason> {
        let request = self
            .request(Method::DELETE, path)
            .build()
            .map_err(|_| bad_answer())?;
        answer(request).await.map(drop)
    }

    /// Posts a body, never twice.
    pub(crate) async fn post(&self, path: &str, body: &impl Serialize) -> Result<JsValue, Reason> {
        let body = JSON::stringify(&to_js(body)).map_err(|_| bad_answer())?;
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/json")
            .body(body)
            .map_err(|_| bad_answer())?;
        answer(request).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        RequestBuilder::new(&[&self.base, path].concat())
            .method(method)
            .header(ANTI_FORGERY_HEADER, ANTI_FORGERY_VALUE)
            .header("accept", "application/json")
            .credentials(RequestCredentials::SameOrigin)
            .cache(RequestCache::NoStore)
            .redirect(RequestRedirect::Error)
            .abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)))
    }
}

async fn answer(request: Request) -> Result<JsValue, Reason> {
    let response = request.send().await.map_err(|_| unreachable())?;
    let body = read_json(&response).await;
    if response.ok() {
        body.ok_or_else(bad_answer)
    } else {
        Err(read_problem(
            response.status(),
            &body.unwrap_or(JsValue::UNDEFINED),
        ))
    }
}

/// The body, `undefined` where there is none (204); `None` when it cannot be read.
async fn read_json(response: &Response) -> Option<JsValue> {
    if response.status() == 204 {
        return Some(JsValue::UNDEFINED);
    }
    let text = response.text().await.ok()?;
    JSON::parse(&text).ok()
}

/// Longer than the backend waits for Microsoft.
const PATIENCE_MS: u32 = 60_000;
