//! Request bodies: JSON, and one form, of bounded size, strictly read.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::codes::Code;
use super::error::Problem;
use crate::strict_json;

/// A body that was JSON and a `T`. It may have held a code: the bytes are wiped.
pub(super) struct Json<T, const MOST: usize = LIMIT>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned, const MOST: usize> FromRequest<S> for Json<T, MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is(request.headers(), "application/json") {
            return Err(Code::UnsupportedMediaType.into());
        }
        let bytes = read(request.into_body(), MOST).await?;
        let refused =
            || Problem::from(Code::BadRequest).because("the body is not what this route takes");
        // Serde would take a list for an object, its values in the order of the fields.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(refused());
        }
        // What serde says may quote the body, so none of it is passed on.
        let value = strict_json::parse(&bytes).map_err(|_| refused())?;
        Ok(Self(value))
    }
}

/// A form as browsers send it: each field at most once. An empty field counts as none.
pub(super) struct Form(pub(super) Vec<(String, String)>);

impl Form {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let all: Vec<_> = url::form_urlencoded::parse(bytes).into_owned().collect();
        let twice = |(name, _): &(String, String)| {
            all.iter().filter(|(other, _)| other == name).count() > 1
        };
        if all.iter().any(twice) {
            return Err(Problem::from(Code::BadRequest).because("a field stands there twice"));
        }
        let filled = all.into_iter().filter(|(_, value)| !value.is_empty());
        Ok(Self(filled.collect()))
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is(request.headers(), "application/x-www-form-urlencoded") {
            return Err(Code::UnsupportedMediaType.into());
        }
        Self::read(&read(request.into_body(), LIMIT).await?)
    }
}

async fn read(body: Body, most: usize) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let mut body = Limited::new(body, most);
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            let too_long = error.downcast_ref::<LengthLimitError>().is_some();
            Problem::from(if too_long {
                Code::TooLarge
            } else {
                Code::BadRequest
            })
        })?;
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes)
}

/// R64: a body is what its route takes, and where that is JSON, what a form can send is not enough. A charset may be
/// named; JSON has but one.
fn is(headers: &HeaderMap, wanted: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let kind = value.to_str().unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(wanted)
}

/// Bytes of a body, unless its route says otherwise (R170).
pub(super) const LIMIT: usize = 64 * 1024;

/// Bytes of a letter as JSON (R170).
pub(super) const LETTER: usize = 1024 * 1024;
