//! The door: routes, cookies, headers and status codes. The only room that knows them; it speaks to `app` alone.

mod api_key;
mod attachments;
mod attempts;
mod bandwidth;
mod bearer;
mod body;
mod buckets;
mod claims;
mod client;
mod codes;
mod consent;
mod consent_page;
mod consent_requests;
mod cookies;
mod disposition;
mod edge;
mod error;
mod guard;
pub mod headers;
mod health;
mod limits;
mod links;
mod mail;
pub mod meters;
mod open_link;
mod page;
mod pouring;
mod routes;
mod sendings;
pub mod serve;
mod server_driven;
mod sessions;
mod taking;
mod webhooks;
mod wrong_handles;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;

use crate::app::App;
pub use guard::Guard;
use headers::Headers;
pub use limits::{Limit, Limits, Rates};

/// What every request meets.
#[derive(Clone, Debug)]
pub struct Door {
    /// The use cases.
    pub app: Arc<App>,
    /// The site's origin: scheme, host, port.
    pub site: Arc<str>,
    /// The path below which the routes hang; empty or beginning with a slash.
    pub base: Arc<str>,
    /// What every answer carries.
    pub headers: Headers,
    /// How often.
    pub limits: Arc<Limits>,
    /// Origins of other sites whose pages hold handles themselves; exact, usually none.
    pub bearer_origins: Arc<[String]>,
}

/// A route as others may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteFacts {
    /// Its method.
    pub method: Method,
    /// Its path below the base path, with `{names}` for what varies.
    pub path: &'static str,
    /// What a request must prove.
    pub guard: Guard,
    /// What it costs.
    pub limit: Limit,
}

/// The table that [`router`] is built from.
#[must_use]
pub fn routes() -> Vec<RouteFacts> {
    let facts = |route: routes::Route| RouteFacts {
        method: route.method,
        path: route.path,
        guard: route.guard,
        limit: route.limit,
    };
    routes::table().into_iter().map(facts).collect()
}

/// All routes, to be mounted below the base path.
pub fn router(door: Door) -> Router {
    let mut router = Router::new();
    for route in routes::table() {
        // Inside the guard: what a foreign page makes a browser send costs its visitor nothing.
        let limited = (door.clone(), route.limit);
        let handler = route
            .handler
            .layer(from_fn_with_state(limited, limits::check));
        let handler = match route.guard {
            Guard::AntiForgery => {
                handler.layer(from_fn_with_state(door.clone(), bearer::translate))
            }
            Guard::Gesture => handler.layer(from_fn_with_state(door.clone(), guard::gesture)),
            Guard::Return => handler.layer(from_fn_with_state(door.clone(), guard::navigation)),
            // Around the method alone: another method of the path has a guard of its own.
            Guard::ApiKey => handler
                .route_layer(from_fn_with_state(door.clone(), api_key::check))
                // Who has no key has an address.
                .route_layer(from_fn_with_state(
                    (door.clone(), Limit::Request),
                    limits::check,
                )),
            Guard::Open => handler,
        };
        router = router.route(route.path, handler);
    }
    if !door.bearer_origins.is_empty() {
        let scripted = routes::table().into_iter();
        let scripted = scripted.filter(|route| route.guard == Guard::AntiForgery);
        let paths: BTreeSet<_> = scripted.map(|route| route.path).collect();
        for path in paths {
            router = router.route(path, axum::routing::options(bearer::preflight));
        }
    }
    router
        .fallback(async || error::Problem::from(codes::Code::NotFound))
        .layer(from_fn_with_state(door.headers.clone(), edge::pass))
        .with_state(door)
}
