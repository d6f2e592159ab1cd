//! An error of the identity platform, and its form as JSON (entra.md §5.2). Its two other forms are in
//! `authorize::delivery` (redirect) and `pages::error` (page).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{aadsts::Aadsts, answer_headers, request_ids::RequestIds};
use crate::clock::entra_timestamp;

/// A code with the detail of this case filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OAuthError {
    row: &'static Aadsts,
    sentence: String,
    claims: Option<String>,
}

impl OAuthError {
    /// The error of `row`, with `detail` where its sentence leaves room.
    pub(crate) fn about(row: &'static Aadsts, detail: &str) -> Self {
        Self {
            row,
            sentence: row.sentence.replacen("{}", detail, 1),
            claims: None,
        }
    }

    /// The same error with a claims challenge: JSON as text, which goes into token answers only.
    pub(crate) fn with_claims(self, claims: String) -> Self {
        Self {
            claims: Some(claims),
            ..self
        }
    }

    /// The same case under another row, as another grant words it; its challenge stays.
    pub(crate) fn reworded(self, row: &'static Aadsts, detail: &str) -> Self {
        Self {
            claims: self.claims,
            ..Self::about(row, detail)
        }
    }

    /// The row of the table it belongs to.
    pub(crate) fn row(&self) -> &'static Aadsts {
        self.row
    }

    /// The sentence without number and ids, as pages show it.
    pub(crate) fn sentence(&self) -> &str {
        &self.sentence
    }

    /// The HTTP status of a token answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.row.status()
    }

    /// Four lines: number and sentence, trace id, correlation id, timestamp (entra 26).
    pub(crate) fn description(&self, ids: &RequestIds, now: i64) -> String {
        format!(
            "AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}",
            self.row.number,
            self.sentence,
            ids.trace,
            ids.correlation,
            entra_timestamp(now)
        )
    }

    /// The look-up page of this number, if Microsoft's list has it.
    pub(crate) fn uri(&self, origin: &str) -> Option<String> {
        self.row
            .is_listed()
            .then(|| format!("{origin}/error?code={}", self.row.number))
    }

    /// The JSON answer of token endpoint and discovery, with the headers that go with it.
    pub(crate) fn to_json(&self, ids: &RequestIds, now: i64, origin: &str) -> Response {
        let body = ErrorBody {
            error: self.row.error,
            error_description: self.description(ids, now),
            error_codes: [self.row.number],
            timestamp: entra_timestamp(now),
            trace_id: &ids.trace,
            correlation_id: &ids.correlation,
            error_uri: self.uri(origin),
            suberror: self.row.suberror,
            claims: self.claims.as_deref(),
        };
        let mut answer = (self.status(), Json(body)).into_response();
        answer_headers::add(answer.headers_mut(), ids, self.row.number);
        answer
    }
}

impl From<&'static Aadsts> for OAuthError {
    fn from(row: &'static Aadsts) -> Self {
        Self::about(row, "")
    }
}

#[derive(Serialize)]
struct ErrorBody<'answer> {
    error: &'static str,
    error_description: String,
    error_codes: [u32; 1],
    timestamp: String,
    trace_id: &'answer str,
    correlation_id: &'answer str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suberror: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<&'answer str>,
}
