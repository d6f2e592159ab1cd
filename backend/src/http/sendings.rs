//! Letters to be sent, and what became of them.

use axum::Json as Answer;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use connect_outlook_protocol::wire::{IDEMPOTENCY_KEY, Letter, Sending};

use super::body::{Json, LETTER};
use super::codes::Code;
use super::error::Problem;
use super::{Door, cookies};
use crate::app::IdempotencyKey;

/// `POST /v1/accounts/{account}/messages`: 200 says how the sending ended; only `accepted` is success.
pub(super) async fn send(
    State(door): State<Door>,
    headers: HeaderMap,
    account: Result<Path<String>, PathRejection>,
    Json(letter): Json<Letter, LETTER>,
) -> Result<Answer<Sending>, Problem> {
    let Path(account) = account.map_err(|_| Code::AccountUnknown)?;
    let key = key(&headers).ok_or(Code::IdempotencyKey)?;
    let session = cookies::session(&headers);
    let sending = door
        .app
        .send_letter(session, &account, &key, letter)
        .await?;
    Ok(Answer(sending))
}

/// `GET /v1/accounts/{account}/sendings/{key}`
pub(super) async fn look_up(
    State(door): State<Door>,
    headers: HeaderMap,
    names: Result<Path<(String, String)>, PathRejection>,
) -> Result<Answer<Sending>, Problem> {
    let Path((account, key)) = names.map_err(|_| Code::SendingNotFound)?;
    let key = IdempotencyKey::parse(&key).ok_or(Code::SendingNotFound)?;
    let session = cookies::session(&headers);
    let sending = door.app.sending(session, &account, &key).await?;
    Ok(Answer(sending))
}

/// The one key of a request. Some put it into quotes, as a structured header field would have it (RFC 9651).
fn key(headers: &HeaderMap) -> Option<IdempotencyKey> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let text = value.to_str().ok()?;
    let bare = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    IdempotencyKey::parse(bare.unwrap_or(text))
}
