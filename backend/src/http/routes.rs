//! The table of routes: the router is built from it, and the tests walk it.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};

use super::guard::Guard;
use super::limits::Limit;
use super::{
    Door, attachments, attempts, claims, consent, consent_requests, health, links, mail, open_link,
    page, sendings, server_driven, sessions, webhooks,
};

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
    let mut table = vec![
        fetch(Method::POST, "/v1/attempts", attempts::start).costs(Limit::Start),
        fetch(Method::POST, "/v1/attempts/refusals", attempts::refuse).costs(Limit::Callback),
        fetch(Method::POST, "/v1/sessions", attempts::finish).costs(Limit::Callback),
        fetch(Method::POST, "/v1/claims", claims::take),
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
        program(Method::POST, "/v1/links", links::create),
        program(Method::GET, "/v1/links/{link}", links::read),
        program(Method::DELETE, "/v1/links/{link}", links::revoke),
        program(Method::POST, "/v1/links/{link}/confirm", links::confirm).costs(Limit::Confirm),
        program(Method::GET, "/v1/accounts", links::accounts),
        program(Method::GET, "/v1/accounts/{account}", links::account),
        open("/v1/open/{token}", open_link::offer).costs(Limit::LinkOpen),
        gesture("/v1/open/{token}", open_link::start),
        open("/v1/connect", server_driven::offer),
        gesture("/v1/connect", server_driven::start),
        Route {
            guard: Guard::Return,
            limit: Limit::Callback,
            ..open("/v1/callback", server_driven::finish)
        },
        open("/v1/connect/problem", server_driven::problem),
        open("/v1/connect/done", page::done),
        open("/v1/connect/close.js", page::closing),
        open("/v1/consent/{token}", consent::offer).costs(Limit::LinkOpen),
        gesture("/v1/consent/{token}", consent::start),
        fetch(Method::GET, "/v1/consent/{token}/state", consent::state),
        open("/v1/consent/ended", consent::ended),
        program(
            Method::POST,
            "/v1/consent-requests",
            consent_requests::create,
        ),
        program(Method::GET, "/v1/consent-requests", consent_requests::list),
        program(
            Method::GET,
            "/v1/consent-requests/{request}",
            consent_requests::read,
        ),
        open("/v1/connect.css", page::style),
        open("/livez", health::live).costs(Limit::None),
        open("/readyz", health::ready).costs(Limit::None),
    ];
    table.extend(of_webhooks());
    table
}

/// Those by which webhooks are managed.
fn of_webhooks() -> Vec<Route> {
    vec![
        program(Method::POST, "/v1/webhooks", webhooks::create),
        program(Method::GET, "/v1/webhooks", webhooks::list),
        program(Method::GET, "/v1/webhooks/{webhook}", webhooks::read),
        program(Method::DELETE, "/v1/webhooks/{webhook}", webhooks::remove),
        program(
            Method::POST,
            "/v1/webhooks/{webhook}/enable",
            webhooks::enable,
        ),
        program(
            Method::POST,
            "/v1/webhooks/{webhook}/secret",
            webhooks::rotate,
        ),
        program(Method::POST, "/v1/webhooks/{webhook}/test", webhooks::test),
        program(
            Method::GET,
            "/v1/webhooks/{webhook}/deliveries",
            webhooks::deliveries,
        ),
        program(
            Method::POST,
            "/v1/webhooks/{webhook}/redeliveries",
            webhooks::redeliver,
        ),
    ]
}

/// For pages of the site.
fn fetch<H: Handler<T, Door>, T: 'static>(method: Method, path: &'static str, handler: H) -> Route {
    Route {
        handler: on(&method, handler),
        method,
        path,
        guard: Guard::AntiForgery,
        limit: Limit::Request,
    }
}

/// For the integrator's server.
fn program<H: Handler<T, Door>, T: 'static>(
    method: Method,
    path: &'static str,
    handler: H,
) -> Route {
    Route {
        handler: on(&method, handler),
        method,
        path,
        guard: Guard::ApiKey,
        limit: Limit::Api,
    }
}

/// For forms of our own pages, and of the site's: an attempt begins.
fn gesture<H: Handler<T, Door>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route {
        method: Method::POST,
        path,
        guard: Guard::Gesture,
        limit: Limit::Start,
        handler: routing::post(handler),
    }
}

fn on<H: Handler<T, Door>, T: 'static>(method: &Method, handler: H) -> MethodRouter<Door> {
    match *method {
        Method::POST => routing::post(handler),
        Method::DELETE => routing::delete(handler),
        _ => routing::get(handler),
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
