//! Microsoft Graph v1.0 mail, as it behaves in front of a client.
//!
//! A call goes through `serve`: who calls (`access`), what the path names (`path`), then one handler of `routes`.
//! Handlers read the mailbox (`store`), write it as Graph does (`render`, `ids`) and let `odata` choose and
//! order. Refusals are `error::GraphError`. Mailboxes are made by `generator` when they are first opened.

mod access;
mod answer;
mod call;
mod error;
mod generator;
mod html;
mod ids;
mod json;
mod mime;
mod odata;
mod path;
mod preferences;
mod render;
mod routes;
mod search;
mod serve;
mod settings;
mod store;
#[cfg(test)]
mod testing;
mod times;

use std::sync::Arc;

use axum::Router;

use crate::state::EmulatorState;
use serve::Graph;

pub use settings::MailSettings;

/// The routes of Graph, `/v1.0/…` and `/beta/…`, over the standard mailboxes.
pub fn router(state: Arc<EmulatorState>) -> Router {
    router_with(state, MailSettings::default())
}

/// The routes of Graph over mailboxes made by `settings`. They look as they would have when this is called.
pub fn router_with(state: Arc<EmulatorState>, settings: MailSettings) -> Router {
    serve::router(Arc::new(Graph::new(state, settings)))
}
