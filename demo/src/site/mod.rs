//! What the demo serves at `http://localhost:PORT/`: the page, the package, the backend, and its own few routes.

mod anti_forgery;
mod control;
mod headers;
mod host;
mod outlook;
mod package;
mod page;

use std::sync::Arc;

use axum::routing::get;
use axum::{Router, middleware};

use crate::ground::Ground;

pub use package::{MissingPackage, Package};

/// All routes.
pub fn router(ground: Arc<Ground>, package: &Package) -> Router {
    let origin = ground.origin().to_owned();
    let headers = headers::Headers::new(ground.content_security_policy());
    let own = control::router().layer(middleware::from_fn_with_state(
        Arc::<str>::from(origin.as_str()),
        anti_forgery::demand,
    ));
    Router::new()
        .route("/", get(page::document))
        .route("/outlook-callback", get(page::document))
        .route("/page/{*file}", get(page::file))
        .nest_service("/sdk", package.service())
        .nest("/demo", own)
        .nest("/outlook", Router::new().fallback(outlook::pass))
        .with_state(ground)
        .layer(middleware::from_fn_with_state(headers, headers::add))
        .layer(middleware::from_fn_with_state(
            Arc::<str>::from(origin),
            host::demand,
        ))
}
