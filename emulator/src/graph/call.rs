//! One request as the emulated Graph sees it.

use axum::{
    body::{Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, Method},
};

use super::{error::GraphError, preferences::Preferences};
use crate::random;

/// A request, read whole.
#[derive(Debug)]
pub(crate) struct Call {
    /// Verb.
    pub(crate) method: Method,
    /// Path as it was sent, version included and still percent-encoded.
    pub(crate) path: String,
    /// Query as it was sent, without the question mark.
    pub(crate) query: String,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body.
    pub(crate) body: Bytes,
    /// When it arrived, unix seconds of the emulator's clock.
    pub(crate) now: i64,
    /// What it prefers.
    pub(crate) preferences: Preferences,
}

impl Call {
    /// Takes in a request that arrived at `now`.
    ///
    /// # Errors
    /// A body above about four megabytes is refused (E31).
    pub(crate) async fn read(request: Request, now: i64) -> Result<Self, GraphError> {
        Self::read_up_to(request, now, LARGEST_BODY).await
    }

    /// Takes in a request that arrived at `now` and whose body has at most `largest` bytes.
    ///
    /// # Errors
    /// A larger body is refused.
    pub(crate) async fn read_up_to(
        request: Request,
        now: i64,
        largest: usize,
    ) -> Result<Self, GraphError> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, largest)
            .await
            .map_err(|_| GraphError::too_large())?;
        Ok(Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            preferences: Preferences::read(&parts.headers),
            headers: parts.headers,
            body,
            now,
        })
    }

    /// Whether it asks for changes (`…/delta`).
    pub(crate) fn is_delta(&self) -> bool {
        let path = self.path.trim_end_matches('/').to_ascii_lowercase();
        path.ends_with("/delta") || path.ends_with("delta()")
    }

    /// A header as text; `None` if it is absent or not text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The two ids by which a call can be found again, in headers and error bodies (E3).
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// Made by us.
    pub(crate) request_id: String,
    /// Sent by the client; ours if it sent none.
    pub(crate) client_request_id: String,
}

impl Trace {
    /// Names a call that came with these headers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let request_id = random::guid();
        let sent = headers
            .get(CLIENT_REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        let client_request_id = sent.map_or_else(|| request_id.clone(), str::to_owned);
        Self {
            request_id,
            client_request_id,
        }
    }
}

/// Header with the id we made.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// Header with the id the client made.
pub(crate) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
/// The documented four megabytes.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
