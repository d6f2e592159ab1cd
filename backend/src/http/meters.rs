//! What is counted, on a listener of its own: the routes of the site know nothing of it (R176).

use axum::Router;
use axum::http::header;
use axum::routing::get;

use crate::meters::Meters;

/// `GET /metrics`, in Prometheus' text format.
pub fn router(meters: Meters) -> Router {
    let show = move || {
        let text = meters.render();
        async move { ([(header::CONTENT_TYPE, TEXT_FORMAT)], text) }
    };
    Router::new().route("/metrics", get(show))
}

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
