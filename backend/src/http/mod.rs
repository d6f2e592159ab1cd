//! The door: routes, cookies, headers and status codes. The only room that knows them; it speaks to `app` alone.

mod attempts;
mod body;
mod cookies;
mod edge;
mod error;
mod guard;
pub mod headers;
mod health;
mod mail;
mod routes;
pub mod serve;
mod sessions;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::app::App;
use headers::Headers;

/// What every request meets.
#[derive(Clone, Debug)]
pub struct Door {
    /// The use cases.
    pub app: Arc<App>,
    /// The site's origin: scheme, host, port.
    pub site: Arc<str>,
    /// What every answer carries.
    pub headers: Headers,
}

/// All routes, to be mounted below the base path.
pub fn router(door: Door) -> Router {
    let mut router = Router::new();
    for route in routes::table() {
        let handler = match route.guard {
            routes::Guard::AntiForgery => route
                .handler
                .layer(from_fn_with_state(door.clone(), guard::check)),
            routes::Guard::Open => route.handler,
        };
        router = router.route(route.path, handler);
    }
    router
        .fallback(async || error::Problem::from(error::Code::NotFound))
        .layer(from_fn_with_state(door.clone(), edge::pass))
        .with_state(door)
}
