//! The two ids of a request that every answer and error names.

use axum::http::HeaderMap;
use uuid::Uuid;

use super::parameters::Parameters;
use crate::random;

/// Trace id (ours, new for each request) and correlation id (the caller's, or ours).
#[derive(Clone, Debug)]
pub(crate) struct RequestIds {
    /// `x-ms-request-id` and `trace_id`.
    pub(crate) trace: String,
    /// `correlation_id`: the caller's `client-request-id` where it is a GUID (entra 27).
    pub(crate) correlation: String,
}

impl RequestIds {
    /// Ids for a request that names its `client-request-id` as parameter or as header, or not at all.
    pub(crate) fn of(parameters: &Parameters, headers: &HeaderMap) -> Self {
        let header = headers
            .get(CLIENT_REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        let asked = parameters.get(CLIENT_REQUEST_ID).or(header);
        let correlation = asked.and_then(|text| Uuid::parse_str(text).ok());
        Self {
            trace: random::guid(),
            correlation: correlation.map_or_else(random::guid, |id| id.to_string()),
        }
    }

    /// Ids for a later step of a flow whose start fixed the correlation id.
    pub(crate) fn correlated(correlation: &str) -> Self {
        Self {
            trace: random::guid(),
            correlation: correlation.to_owned(),
        }
    }
}

const CLIENT_REQUEST_ID: &str = "client-request-id";
