//! The table of routes: the router is built from it, and the tests walk it.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};

use super::guard::Guard;
use super::limits::Limit;
use super::{Door, attachments, attempts, health, mail, page, sendings, server_driven, sessions};

/// One route.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) guard: Guard,
    pub(super) limit: Limit,
    pub(super) handler: MethodRouter<Door>,
}

impl Route {
    fn costs(self, limit: Limit) -> Self {
        Self { limit, ..self }
    }
}

/// Every route there is.
pub(super) fn table() -> Vec<Route> {
    vec![
        fetch(Method::POST, "/v1/attempts", attempts::start).costs(Limit::Start),
        fetch(Method::POST, "/v1/attempts/refusals", attempts::refuse).costs(Limit::Callback),
        fetch(Method::POST, "/v1/sessions", attempts::finish).costs(Limit::Callback),
        fetch(Method::GET, "/v1/session", sessions::who_am_i),
        fetch(Method::DELETE, "/v1/session", sessions::sign_out),
        fetch(Method::GET, "/v1/sessions", sessions::list),
        fetch(Method::DELETE, "/v1/sessions", sessions::end_all),
        fetch(Method::DELETE, "/v1/sessions/{session}", sessions::end_one),
        fetch(
            Method::DELETE,
            "/v1/accounts/{account}",
            sessions::disconnect,
        ),
        fetch(Method::GET, "/v1/accounts/{account}/folders", mail::folders).costs(Limit::Mail),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/messages",
            mail::messages,
        )
        .costs(Limit::Mail),
        fetch(
            Method::POST,
            "/v1/accounts/{account}/messages",
            sendings::send,
        )
        .costs(Limit::Mail),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/sendings/{key}",
            sendings::look_up,
        )
        .costs(Limit::Mail),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/messages/{message}",
            mail::message,
        )
        .costs(Limit::Mail),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/messages/{message}/attachments",
            attachments::list,
        )
        .costs(Limit::Mail),
        fetch(
            Method::GET,
            "/v1/accounts/{account}/messages/{message}/attachments/{attachment}",
            attachments::download,
        )
        .costs(Limit::Mail),
        open("/v1/connect", server_driven::offer),
        Route {
            method: Method::POST,
            path: "/v1/connect",
            guard: Guard::Gesture,
            limit: Limit::Start,
            handler: routing::post(server_driven::start),
        },
        Route {
            guard: Guard::Return,
            limit: Limit::Callback,
            ..open("/v1/callback", server_driven::finish)
        },
        open("/v1/connect/problem", server_driven::problem),
        open("/v1/connect.css", page::style),
        open("/livez", health::live).costs(Limit::None),
        open("/readyz", health::ready).costs(Limit::None),
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
        limit: Limit::Request,
        handler,
    }
}

/// For anybody, to look at.
fn open<H: Handler<T, Door>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route {
        method: Method::GET,
        path,
        guard: Guard::Open,
        limit: Limit::Request,
        handler: routing::get(handler),
    }
}
