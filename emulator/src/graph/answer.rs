//! What a handler answers, and how it goes out: headers, shape of errors.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use serde::Serialize;

use super::{
    call::{CLIENT_REQUEST_ID, REQUEST_ID, Trace},
    error::GraphError,
    json::Object,
    times::zoneless,
};

/// The good outcomes of a call.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A JSON object.
    Json(StatusCode, Object),
    /// Bytes of some media type.
    Raw {
        /// `Content-Type`.
        content_type: String,
        /// The body.
        bytes: Bytes,
    },
    /// Nothing but a status.
    Empty(StatusCode),
    /// 201 without a body: where to find what came to be.
    CreatedAt(String),
}

impl Answer {
    /// 200 with an object.
    pub(crate) fn ok(object: Object) -> Self {
        Self::Json(StatusCode::OK, object)
    }

    /// 201 with the object that came to be.
    pub(crate) fn created(object: Object) -> Self {
        Self::Json(StatusCode::CREATED, object)
    }

    /// 202: it will be done.
    pub(crate) fn accepted() -> Self {
        Self::Empty(StatusCode::ACCEPTED)
    }

    /// 204: what was asked is done, and there is nothing to say about it.
    pub(crate) fn done() -> Self {
        Self::Empty(StatusCode::NO_CONTENT)
    }
}

/// What every answer carries besides its body.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    /// Names the call.
    pub(crate) trace: &'a Trace,
    /// The emulator's origin, for the challenge.
    pub(crate) origin: &'a str,
    /// Unix seconds of the emulator's clock.
    pub(crate) now: i64,
    /// Honoured preferences.
    pub(crate) applied: Option<String>,
}

impl Envelope<'_> {
    /// The HTTP answer to a call with this outcome.
    pub(crate) fn seal(&self, outcome: Result<Answer, GraphError>) -> Response {
        let mut headers = HeaderMap::new();
        put(&mut headers, REQUEST_ID, &self.trace.request_id);
        put(
            &mut headers,
            CLIENT_REQUEST_ID,
            &self.trace.client_request_id,
        );
        put(&mut headers, header::CACHE_CONTROL, "private");
        let (status, content_type, body) = self.content(outcome, &mut headers);
        if let Some(content_type) = content_type {
            put(&mut headers, header::CONTENT_TYPE, &content_type);
        }
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// Status, `Content-Type` if there is a body, and body; headers of the outcome are added.
    fn content(
        &self,
        outcome: Result<Answer, GraphError>,
        headers: &mut HeaderMap,
    ) -> (StatusCode, Option<String>, Bytes) {
        if outcome.is_ok() {
            self.applied(headers);
        }
        match outcome {
            Ok(Answer::Json(status, object)) => {
                put(headers, ODATA_VERSION, "4.0");
                (status, Some(JSON.to_owned()), written(&object))
            }
            Ok(Answer::Raw {
                content_type,
                bytes,
            }) => (StatusCode::OK, Some(content_type), bytes),
            Ok(Answer::Empty(status)) => (status, None, Bytes::new()),
            Ok(Answer::CreatedAt(location)) => {
                put(headers, header::LOCATION, &location);
                (StatusCode::CREATED, None, Bytes::new())
            }
            Err(error) => {
                self.challenge(headers, &error);
                if let Some(seconds) = error.retry_after {
                    put(headers, header::RETRY_AFTER, &seconds.to_string());
                }
                if let Some(location) = &error.location {
                    put(headers, header::LOCATION, location);
                }
                let body = written(&self.shaped(&error));
                (error.status, Some("application/json".to_owned()), body)
            }
        }
    }

    fn applied(&self, headers: &mut HeaderMap) {
        if let Some(applied) = &self.applied {
            put(headers, PREFERENCE_APPLIED, applied);
        }
    }

    fn challenge(&self, headers: &mut HeaderMap, error: &GraphError) {
        if error.challenge {
            let origin = self.origin;
            let challenge = format!(
                "Bearer realm=\"\", authorization_uri=\"{origin}/common/oauth2/authorize\", client_id=\"{GRAPH_APP_ID}\""
            );
            put(headers, header::WWW_AUTHENTICATE, &challenge);
        }
    }

    fn shaped<'a>(&'a self, error: &'a GraphError) -> ErrorBody<'a> {
        let inner = error.has_inner.then(|| InnerError {
            code: error.inner_code,
            date: zoneless(self.now),
            request_id: &self.trace.request_id,
            client_request_id: &self.trace.client_request_id,
        });
        ErrorBody {
            error: ErrorContent {
                code: error.code,
                message: &error.message,
                inner,
            },
        }
    }
}

/// Sets a header; a value that no header can hold is left out.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: ErrorContent<'a>,
}

#[derive(Serialize)]
struct ErrorContent<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(rename = "innerError", skip_serializing_if = "Option::is_none")]
    inner: Option<InnerError<'a>>,
}

#[derive(Serialize)]
struct InnerError<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    date: String,
    #[serde(rename = "request-id")]
    request_id: &'a str,
    #[serde(rename = "client-request-id")]
    client_request_id: &'a str,
}

fn written(body: &impl Serialize) -> Bytes {
    // Neither maps with odd keys nor failing writers are involved, so there is always a text.
    Bytes::from(serde_json::to_vec(body).unwrap_or_default())
}

/// `Content-Type` of Graph's JSON.
pub(super) const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// Graph's own application id, which real challenges name.
const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

#[cfg(test)]
mod tests {
    use super::{Answer, Envelope, GraphError, Object, Trace};
    use axum::http::HeaderMap;
    use http_body_util::BodyExt;

    fn trace() -> Trace {
        let mut headers = HeaderMap::new();
        headers.insert("client-request-id", "mine".parse().expect("a header value"));
        Trace::of(&headers)
    }

    fn envelope(trace: &Trace) -> Envelope<'_> {
        Envelope {
            trace,
            origin: "http://127.0.0.1:1",
            now: 1_740_821_400,
            applied: None,
        }
    }

    /// E3, E4: both ids in the headers and in `innerError`, whose date has no zone.
    #[tokio::test]
    async fn an_error_has_the_documented_shape() {
        let trace = trace();
        let response = envelope(&trace).seal(Err(GraphError::malformed_id()));
        assert_eq!(response.headers()["client-request-id"], "mine");
        let body = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        let expected = format!(
            r#"{{"error":{{"code":"ErrorInvalidIdMalformed","message":"Id is malformed.","innerError":{{"date":"2025-03-01T09:30:00","request-id":"{}","client-request-id":"mine"}}}}}}"#,
            trace.request_id
        );
        assert_eq!(String::from_utf8_lossy(&body), expected);
    }

    /// E4: the errors that leave `innerError` out say only code and message.
    #[tokio::test]
    async fn an_error_without_inner_part_is_only_code_and_message() {
        let trace = trace();
        let mut error = GraphError::bad_request("No.");
        error.has_inner = false;
        let body = envelope(&trace)
            .seal(Err(error))
            .into_body()
            .collect()
            .await
            .expect("a body");
        assert_eq!(
            &body.to_bytes()[..],
            br#"{"error":{"code":"BadRequest","message":"No."}}"#
        );
    }

    /// E1: a 401 says by which scheme to authenticate; other answers do not.
    #[test]
    fn only_a_401_carries_a_challenge() {
        let trace = trace();
        let refused = envelope(&trace).seal(Err(GraphError::unauthenticated("No.")));
        let challenge = refused.headers()["www-authenticate"]
            .to_str()
            .expect("text");
        assert!(
            challenge.starts_with("Bearer realm=\"\", authorization_uri=\"http://127.0.0.1:1/")
        );
        let fine = envelope(&trace).seal(Ok(Answer::ok(Object::new())));
        assert!(!fine.headers().contains_key("www-authenticate"));
    }
}
