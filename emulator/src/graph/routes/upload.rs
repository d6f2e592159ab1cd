//! `POST attachments/createUploadSession`: the beginning of a large attachment (E43).

use axum::http::StatusCode;
use serde::Deserialize;

use super::{
    attach::{check_room, next_key},
    visit::{Visit, message as found},
};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    ids,
    json::{Json, Object},
    limits::GraphLimits,
    path::MessagePlace,
    store::Mailbox,
    times::utc,
    uploads::{Announced, Destination, Session},
};

/// Answers where to send the bytes: an address of the upload host, good without a token.
pub(super) fn begin(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let limits = visit.graph.limits();
    let message = found(mailbox, place)?;
    let Asked { item } = serde_json::from_slice(&visit.call.body)
        .map_err(|error| GraphError::unreadable_body(format!("{error}.")))?;
    item.check(&limits)?;
    if !message.is_draft {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "ErrorInvalidRequest",
            "Attachments can be uploaded to drafts only.",
        ));
    }
    check_room(&limits, message, item.size)?;
    let file = item.announced(next_key(mailbox));
    let message = found(mailbox, place)?;
    let (emulator, now, form) = (
        &visit.graph.emulator,
        visit.call.now,
        visit.call.preferences.ids,
    );
    let uid = mailbox.uid();
    let message_id = ids::message_id(uid, message, form);
    let (person, tenant) = (&visit.entry.owner.id, &visit.entry.owner.tenant);
    let to = Destination {
        owner: person.clone(),
        client_id: visit.caller.client_id.clone(),
        message: message.key,
        message_path: format!("/api/v2.0/Users('{person}@{tenant}')/Messages('{message_id}')"),
        origin: emulator.upload_origin.clone(),
        attachment_id: ids::attachment_id(uid, message, &file.key, form),
    };
    let session = Session::new(to, file, now + limits.upload_session_seconds);
    let (path, expires_at) = (session.path.clone(), session.expires_at);
    let token = visit.graph.uploads.begin(session, now);
    let (origin, host) = (&emulator.origin, &emulator.upload_origin);
    let context = format!("{origin}/v1.0/$metadata#microsoft.graph.uploadSession");
    let ranges: Json = ["0-"].into_iter().collect();
    Ok(Answer::created(
        Object::new()
            .with("@odata.context", context)
            .with("uploadUrl", format!("{host}{path}?authtoken={token}"))
            .with("expirationDateTime", utc(expires_at))
            .with("nextExpectedRanges", ranges),
    ))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "AttachmentItem", alias = "attachmentItem")]
    item: AttachmentItem,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttachmentItem {
    attachment_type: String,
    name: String,
    size: u64,
    #[serde(default)]
    is_inline: Option<bool>,
    #[serde(default)]
    content_id: Option<String>,
    #[serde(default)]
    content_type: Option<String>,
}

impl AttachmentItem {
    /// Whether a session is the way for it: a file, neither too small nor too large.
    fn check(&self, limits: &GraphLimits) -> Result<(), GraphError> {
        let refused = |code, text| Err(GraphError::new(StatusCode::BAD_REQUEST, code, text));
        if !self.attachment_type.eq_ignore_ascii_case("file") {
            return refused("ErrorInvalidRequest", "Only files can be uploaded.");
        }
        if self.size < limits.attachment_boundary {
            let text = "The size of the attachment should not be less than the minimum size for an upload session.";
            return refused("ErrorAttachmentSizeShouldNotBeLessThanMinimumSize", text);
        }
        if self.size > limits.largest_upload {
            let text = "The attachment exceeds the maximum supported size.";
            return refused("ErrorAttachmentSizeLimitExceeded", text);
        }
        Ok(())
    }

    fn announced(self, key: crate::graph::store::Uid) -> Announced {
        Announced {
            key,
            name: self.name,
            content_type: self.content_type,
            is_inline: self.is_inline.unwrap_or(false),
            content_id: self.content_id,
            size: self.size,
        }
    }
}
