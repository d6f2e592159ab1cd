//! The table of routes: the router is built from it, and the tests walk it.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};

use super::{Door, attempts, health, mail, sessions};

/// One route.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) guard: Guard,
    pub(super) handler: MethodRouter<Door>,
}

/// What a request must prove before anything of it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// That a page of our own site sent it (R61, R62).
    AntiForgery,
    /// Nothing: the answer is the same for everybody.
    Open,
}

/// Every route there is.
pub(super) fn table() -> Vec<Route> {
    vec![
        post("/v1/attempts", attempts::start),
        post("/v1/attempts/refusals", attempts::refuse),
        post("/v1/sessions", attempts::finish),
        get("/v1/session", sessions::who_am_i),
        delete("/v1/session", sessions::sign_out),
        delete("/v1/accounts/{account}", sessions::disconnect),
        get("/v1/accounts/{account}/folders", mail::folders),
        get("/v1/accounts/{account}/messages", mail::messages),
        get("/v1/accounts/{account}/messages/{message}", mail::message),
        get("/livez", health::live).open(),
        get("/readyz", health::ready).open(),
    ]
}

fn get<H: Handler<T, Door>, T: 'static>(path: &'static str, handler: H) -> Route {
    guarded(Method::GET, path, routing::get(handler))
}

fn post<H: Handler<T, Door>, T: 'static>(path: &'static str, handler: H) -> Route {
    guarded(Method::POST, path, routing::post(handler))
}

fn delete<H: Handler<T, Door>, T: 'static>(path: &'static str, handler: H) -> Route {
    guarded(Method::DELETE, path, routing::delete(handler))
}

/// Guarded unless the table says otherwise.
fn guarded(method: Method, path: &'static str, handler: MethodRouter<Door>) -> Route {
    Route {
        method,
        path,
        guard: Guard::AntiForgery,
        handler,
    }
}

impl Route {
    fn open(self) -> Self {
        Self {
            guard: Guard::Open,
            ..self
        }
    }
}
