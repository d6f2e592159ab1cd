//! What hangs on messages.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::wire::{AttachmentKind, AttachmentList};

use super::codes::Code;
use super::error::Problem;
use super::headers::SANDBOX;
use super::{Door, cookies, disposition, pouring};
use crate::app::{Download, MailError};

/// `GET /v1/accounts/{account}/messages/{message}/attachments`
pub(super) async fn list(
    State(door): State<Door>,
    headers: HeaderMap,
    names: Result<Path<(String, String)>, PathRejection>,
) -> Result<axum::Json<AttachmentList>, Problem> {
    let Path((account, message)) = names.map_err(|_| Code::MessageUnknown)?;
    let session = cookies::session(&headers);
    let attachments = door.app.attachments(session, (&account, &message)).await?;
    Ok(axum::Json(attachments))
}

/// `GET /v1/accounts/{account}/messages/{message}/attachments/{attachment}`: the content, as Graph sends it. What its
/// sender calls it stands in the list and not here: to a browser it is bytes to be saved (R138).
pub(super) async fn download(
    State(door): State<Door>,
    headers: HeaderMap,
    names: Result<Path<(String, String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((account, message, attachment)) = names.map_err(|_| Code::AttachmentUnknown)?;
    let session = cookies::session(&headers);
    let named = (account.as_str(), message.as_str(), attachment.as_str());
    let download = door.app.download(session, named).await;
    let download = download.map_err(|error| match error {
        MailError::ItemUnknown => Code::AttachmentUnknown.into(),
        error => Problem::from(error),
    })?;
    let fixed = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(SANDBOX),
        ),
        (
            header::CONTENT_DISPOSITION,
            disposition::attachment(&name(&download)),
        ),
    ];
    let length = download.length.map(HeaderValue::from);
    let mut response = (fixed, pouring::body(download)).into_response();
    if let Some(length) = length {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length);
    }
    Ok(response)
}

/// Messages, appointments and contacts have a title and no file name.
fn name(download: &Download) -> String {
    let title = &download.attachment.name;
    if download.attachment.kind != AttachmentKind::Item {
        return title.clone();
    }
    let ending = match download.content_type.to_ascii_lowercase().as_str() {
        "text/calendar" => "ics",
        "text/vcard" | "text/x-vcard" | "text/directory" => "vcf",
        _ => "eml",
    };
    format!("{title}.{ending}")
}
