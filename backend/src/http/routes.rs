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
        fetch(Method::POST, "/v1/attempts", attempts::start),
        fetch(Method::POST, "/v1/attempts/refusals", attempts::refuse),
        fetch(Method::POST, "/v1/sessions", attempts::finish),
        fetch(Method::GET, "/v1/session", sessions::who_am_i),
        fetch(Method::DELETE, "/v1/session", sessions::sign_out),
        fetch(
            Method::DELETE,
            "/v1/accounts/{account}",
            sessions::disconnect,
        ),
        fetch(Method::GET, "/v1/accounts/{account}/folders", mail::folders),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/messages",
            mail::messages,
        ),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/messages/{message}",
            mail::message,
        ),
        open("/livez", health::live),
        open("/readyz", health::ready),
    ]
}

/// For pages of the site.
fn fetch<H: Handler<T, Door>, T: 'static>(method: Method, path: &'static str, handler: H) -> Route {
    let handler = match method {
        Method::POST => routing::post(handler),
        Method::DELETE => routing::delete(handler),
        _ => routing::get(handler),
    };
    Route {
        method,
        path,
        guard: Guard::AntiForgery,
        handler,
    }
}

/// For anybody, to look at.
fn open<H: Handler<T, Door>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route {
        method: Method::GET,
        path,
        guard: Guard::Open,
        handler: routing::get(handler),
    }
}
