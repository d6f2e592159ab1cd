//! Talking to the backend: same origin, its cookies, the anti-forgery header, JSON.

use connect_outlook_protocol::wire::{ANTI_FORGERY_HEADER, ANTI_FORGERY_VALUE};
use gloo_net::http::{Method, Request, RequestBuilder, Response};
use js_sys::JSON;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestRedirect};

use crate::error::{Trouble, bad_answer, read_problem, unreachable};

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
    pub(crate) fn read(&self, path: &str) -> impl Future<Output = Result<JsValue, Trouble>> {
        ask(self.request(Method::GET, path, JsValue::UNDEFINED))
    }

    /// Deletes what stands at `path`.
    pub(crate) fn delete(&self, path: &str) -> impl Future<Output = Result<JsValue, Trouble>> {
        ask(self.request(Method::DELETE, path, JsValue::UNDEFINED))
    }

    /// Posts an object as JSON, never twice.
    pub(crate) fn post(
        &self,
        path: &str,
        body: &JsValue,
    ) -> impl Future<Output = Result<JsValue, Trouble>> {
        // Our bodies are plain objects without cycles.
        let text = JSON::stringify(body).unwrap_or_default();
        ask(self.request(Method::POST, path, text.into()))
    }

    /// `fetch` itself sends cookies to the same origin only.
    fn request(&self, method: Method, path: &str, body: JsValue) -> Option<Request> {
        RequestBuilder::new(&[&self.base, path].concat())
            .method(method)
            .header(ANTI_FORGERY_HEADER, ANTI_FORGERY_VALUE)
            .header("content-type", "application/json")
            .redirect(RequestRedirect::Error)
            .abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)))
            .body(body)
            .ok()
    }
}

async fn ask(request: Option<Request>) -> Result<JsValue, Trouble> {
    let request = request.ok_or_else(bad_answer)?;
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
