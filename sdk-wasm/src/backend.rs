//! Talking to the backend: its cookies, or the handles that the page holds in their place; the anti-forgery header; JSON.

use connect_outlook_protocol::wire::{ANTI_FORGERY_HEADER, ANTI_FORGERY_VALUE};
use gloo_net::http::{Headers, Request, Response};
use js_sys::{Array, JSON};
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCredentials, RequestInit, RequestRedirect};

use crate::error::{Trouble, bad_answer, read_problem, unreachable};
use crate::fields::{set, text};

/// The backend of this page.
#[derive(Debug)]
pub(crate) struct Backend {
    base: String,
    /// The page's keeper of handles: members `session` and `flow`, both undefined where cookies do.
    held: JsValue,
}

impl Backend {
    /// The backend at this address, which has no slash at its end.
    pub(crate) fn new(base: String, held: JsValue) -> Self {
        Self { base, held }
    }

    /// The answer to a `GET`. `signal`: the page's own `AbortSignal`, if it gave one; so below.
    ///
    /// # Errors
    /// The problem the backend names, `unreachable` or `bad_answer`; so below.
    pub(crate) fn read(
        &self,
        path: &str,
        signal: &JsValue,
    ) -> impl Future<Output = Result<JsValue, Trouble>> + use<> {
        self.ask("GET", path, &JsValue::UNDEFINED, signal)
    }

    /// Deletes what stands at `path`.
    pub(crate) fn delete(
        &self,
        path: &str,
    ) -> impl Future<Output = Result<JsValue, Trouble>> + use<> {
        self.ask("DELETE", path, &JsValue::UNDEFINED, &JsValue::UNDEFINED)
    }

    /// Posts an object as JSON, never twice.
    pub(crate) fn post(
        &self,
        path: &str,
        body: &JsValue,
        signal: &JsValue,
    ) -> impl Future<Output = Result<JsValue, Trouble>> + use<> {
        // Our bodies are plain objects without cycles.
        let text = JSON::stringify(body).unwrap_or_default();
        self.ask("POST", path, &text.into(), signal)
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        body: &JsValue,
        signal: &JsValue,
    ) -> impl Future<Output = Result<JsValue, Trouble>> + use<> {
        answer(self.request(method, path, body, signal), self.held.clone())
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
        if let Some(flow) = text(&self.held, "flow") {
            // One or the other: a browser that sends both is refused.
            init.set_credentials(RequestCredentials::Omit);
            headers.set(FLOW, &flow);
        }
        if let Some(session) = text(&self.held, "session") {
            headers.set("authorization", &["Bearer ", &session].concat());
        }
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
    if signal.is_undefined() || signal.is_null() {
        return patience;
    }
    // The loader has asked it whether it is over, which nothing but a signal can answer.
    AbortSignal::any(&Array::of2(signal, &patience))
}

async fn answer(request: Option<Request>, held: JsValue) -> Result<JsValue, Trouble> {
    let request = request.ok_or_else(bad_answer)?;
    let response = request.send().await.map_err(|_| unreachable())?;
    for (name, header) in [("session", SESSION), ("flow", FLOW)] {
        if let Some(handle) = response.headers().get(header) {
            set(&held, name, &handle.into());
        }
    }
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

/// Handles in the place of cookies; an empty one is to be forgotten.
const SESSION: &str = "x-connect-outlook-session";
const FLOW: &str = "x-connect-outlook-flow";
/// Longer than the backend waits for Microsoft.
const PATIENCE_MS: u32 = 60_000;
