//! Folders and messages.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use connect_outlook_protocol::wire::{FolderList, Message, MessageList};
use serde::Deserialize;

use super::codes::Code;
use super::error::Problem;
use super::{Door, cookies};
use crate::app::{LARGEST_PAGE, MailError, MessagesAsked};

/// `GET /v1/accounts/{account}/folders`
pub(super) async fn folders(
    State(door): State<Door>,
    headers: HeaderMap,
    account: Result<Path<String>, PathRejection>,
) -> Result<axum::Json<FolderList>, Problem> {
    let Path(account) = account.map_err(|_| Code::AccountUnknown)?;
    let folders = door
        .app
        .folders(cookies::session(&headers), &account)
        .await?;
    Ok(axum::Json(folders))
}

/// `GET /v1/accounts/{account}/messages`
pub(super) async fn messages(
    State(door): State<Door>,
    headers: HeaderMap,
    account: Result<Path<String>, PathRejection>,
    query: Result<Query<MessagesQuery>, QueryRejection>,
) -> Result<axum::Json<MessageList>, Problem> {
    let Path(account) = account.map_err(|_| Code::AccountUnknown)?;
    let asked = asked(query)?;
    let messages = door
        .app
        .messages(cookies::session(&headers), &account, asked)
        .await;
    Ok(axum::Json(messages.map_err(|error| match error {
        MailError::ItemUnknown => Code::FolderUnknown.into(),
        error => Problem::from(error),
    })?))
}

/// `GET /v1/accounts/{account}/messages/{message}`
pub(super) async fn message(
    State(door): State<Door>,
    headers: HeaderMap,
    names: Result<Path<(String, String)>, PathRejection>,
) -> Result<axum::Json<Message>, Problem> {
    let Path((account, message)) = names.map_err(|_| Code::MessageUnknown)?;
    let message = door
        .app
        .message(cookies::session(&headers), &account, &message)
        .await?;
    Ok(axum::Json(message))
}

/// The query of a list; nothing else is known (R142).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessagesQuery {
    folder: Option<String>,
    limit: Option<u8>,
    cursor: Option<String>,
}

fn asked(query: Result<Query<MessagesQuery>, QueryRejection>) -> Result<MessagesAsked, Problem> {
    let bad = |detail| Problem::from(Code::BadRequest).because(detail);
    let Query(query) = query
        .map_err(|_| bad("the query may hold folder, limit (1 to 100) and cursor, each once"))?;
    let limit = query.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(bad("limit must be 1 to 100"));
    }
    Ok(MessagesAsked {
        folder: query.folder,
        limit,
        cursor: query.cursor,
    })
}

/// Messages a page when nobody says.
const DEFAULT_PAGE: u8 = 25;
