//! Requests of the integrator's server: an API key in `Authorization`, and nothing that browsers send by themselves.

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::secret::ApiKey;

use super::codes::Code;
use super::error::Problem;
use super::{Door, cookies};
use crate::app;

/// Lets through what shows a live key; says whose it is to what comes after. Costs one hash and one look-up, and
/// nothing at all where no key of ours is shown (D9).
pub(super) async fn check(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    // R65: which of the two is meant, nobody should have to guess.
    let both = request.headers().contains_key(header::AUTHORIZATION)
        && cookies::shows_session(request.headers());
    if both {
        return Problem::from(Code::TwoCredentials).into_response();
    }
    let Some(key) = shown(&request) else {
        return Problem::from(Code::NoApiKey).into_response();
    };
    match door.app.use_api_key(&key).await {
        Ok(Some(id)) => {
            request.extensions_mut().insert(id);
            next.run(request).await
        }
        Ok(None) => {
            tracing::info!("a request shows an API key that opens nothing");
            Problem::from(Code::NoApiKey).into_response()
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The one key of the request, of our shape (R71): never from its address, a cookie or its body (R66).
fn shown(request: &Request) -> Option<ApiKey> {
    let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    app::read_api_key(value.to_str().ok()?.strip_prefix("Bearer ")?)
}
