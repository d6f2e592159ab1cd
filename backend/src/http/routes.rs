//! The table of routes: the router is built from it, and the tests walk it.

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
        fetch(Method::POST, "/v1/attempts", routing::post(attempts::start)),
        fetch(
            Method::POST,
            "/v1/attempts/refusals",
            routing::post(attempts::refuse),
        ),
        fetch(
            Method::POST,
            "/v1/sessions",
            routing::post(attempts::finish),
        ),
        fetch(Method::GET, "/v1/session", routing::get(sessions::who_am_i)),
        fetch(
            Method::DELETE,
            "/v1/session",
            routing::delete(sessions::sign_out),
        ),
        fetch(
            Method::DELETE,
            "/v1/accounts/{account}",
            routing::delete(sessions::disconnect),
        ),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/folders",
            routing::get(mail::folders),
        ),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/messages",
            routing::get(mail::messages),
        ),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/messages/{message}",
            routing::get(mail::message),
        ),
        open(Method::GET, "/livez", routing::get(health::live)),
        open(Method::GET, "/readyz", routing::get(health::ready)),
    ]
}

fn fetch(method: Method, path: &'static str, handler: MethodRouter<Door>) -> Route {
    Route {
        method,
        path,
        guard: Guard::AntiForgery,
        handler,
    }
}

fn open(method: Method, path: &'static str, handler: MethodRouter<Door>) -> Route {
    Route {
        method,
        path,
        guard: Guard::Open,
        handler,
    }
}
