//! Talking to the backend: same origin, its cookies, the anti-forgery header, JSON.

use connect_outlook_protocol::wire::{ANTI_FORGERY_HEADER, ANTI_FORGERY_VALUE};
use gloo_net::http::{Headers, Request, Response};
use js_sys::{Array, JSON};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{AbortSignal, RequestInit, RequestRedirect};

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

    /// The answer to a `GET`. `signal`: the page's own `AbortSignal`, if it gave one; so below.
    ///
    /// # Errors
    /// The problem the backend names, `unreachable` or `bad_answer`; so below.
    pub(crate) fn read(
        &self,
        path: &str,
        signal: &JsValue,
    ) -> impl Future<Output = Result<JsValue, Trouble>> {
        ask(self.request("GET", path, &JsValue::UNDEFINED, signal))
    }

    /// Deletes what stands at `path`.
    pub(crate) fn delete(&self, path: &str) -> impl Future<Output = Result<JsValue, Trouble>> {
        ask(self.request("DELETE", path, &JsValue::UNDEFINED, &JsValue::UNDEFINED))
    }

    /// Posts an object as JSON, never twice.
    pub(crate) fn post(
        &self,
        path: &str,
        body: &JsValue,
        signal: &JsValue,
    ) -> impl Future<Output = Result<JsValue, Trouble>> {
        // Our bodies are plain objects without cycles.
        let text = JSON::stringify(body).unwrap_or_default();
        ask(self.request("POST", path, &text.into(), signal))
    }

    /// `fetch` itself sends cookies to the same origin only. Written out, because the HTTP crate's builder takes every
    /// address apart and puts it together again, for query parameters that we do not have: 1 KB of module and glue.
    fn request(
        &self,
        method: &str,
        path: &str,
        body: &JsValue,
        signal: &JsValue,
    ) -> Option<Request> {
        let headers = Headers::new();
        headers.set(ANTI_FORGERY_HEADER, ANTI_FORGERY_VALUE);
        headers.set("content-type", "application/json");
        let init = RequestInit::new();
        init.set_method(method);
        init.set_headers(&headers.into_raw());
        init.set_redirect(RequestRedirect::Error);
        init.set_signal(Some(&in_time(signal)));
        init.set_body(body);
        let request = web_sys::Request::new_with_str_and_init(&[&self.base, path].concat(), &init);
        request.ok().map(Request::from)
    }
}

/// The page's signal and our patience, whichever ends first.
fn in_time(signal: &JsValue) -> AbortSignal {
    let patience = AbortSignal::timeout_with_u32(PATIENCE_MS);
    match signal.dyn_ref::<AbortSignal>() {
        Some(signal) => {
            AbortSignal::any(&[signal.clone(), patience].into_iter().collect::<Array>())
        }
        None => patience,
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
