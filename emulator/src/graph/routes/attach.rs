//! Attachments made and taken off.

use axum::http::StatusCode;
use serde_json::Value;

use super::{
    attachments::{attached, shown},
    visit::{Visit, message},
};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    input::{Circumstances, attachment, weight},
    limits::GraphLimits,
    path::MessagePlace,
    store::{Content, Mailbox, Message, Uid},
};

/// `POST attachments`: a file below the boundary (E39), or a message.
pub(super) fn attach(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let limits = visit.graph.limits();
    let item = message(mailbox, place)?.key;
    let json: Value = serde_json::from_slice(&visit.call.body)
        .map_err(|_| GraphError::unreadable_body("The request body is not JSON."))?;
    let weight = weight(&json);
    if weight >= limits.attachment_boundary {
        return Err(GraphError::too_large());
    }
    check_room(&limits, message(mailbox, place)?, weight)?;
    let around = Circumstances {
        key: next_key(mailbox),
        now: visit.call.now,
        owner: visit.owner_as_recipient(),
    };
    let key = around.key;
    let attachment = attachment(json, &around)?;
    mailbox.change(item, visit.call.now, |message| {
        message.letter.attachments.push(attachment);
    });
    let message = message(mailbox, place)?;
    let made = message
        .letter
        .attachments
        .iter()
        .find(|made| made.key == key);
    let made = made.ok_or_else(GraphError::item_not_found)?;
    Ok(Answer::created(shown(
        visit, mailbox, place, message, made,
    )?))
}

/// `DELETE attachments/{attachment}`
pub(super) fn detach(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
    id: &str,
) -> Result<Answer, GraphError> {
    let target = message(mailbox, place)?;
    let (item, key) = (target.key, attached(mailbox, target, id)?.key);
    mailbox.change(item, visit.call.now, |message| {
        message
            .letter
            .attachments
            .retain(|attachment| attachment.key != key);
    });
    Ok(Answer::done())
}

/// A name for the next attachment: no other one has it, and the same steps give the same one (E65).
pub(super) fn next_key(mailbox: &mut Mailbox) -> Uid {
    Uid::derived(&[b"attachment", mailbox.letter_name().as_bytes()])
}

/// Whether a message may grow by so many bytes.
///
/// # Errors
/// 413 if not; the code is chosen.
pub(super) fn check_room(
    limits: &GraphLimits,
    message: &Message,
    more: u64,
) -> Result<(), GraphError> {
    let files = message
        .letter
        .attachments
        .iter()
        .map(|held| match &held.content {
            Content::File(bytes) => bytes.len(),
            Content::Item(_) | Content::Reference { .. } => held.stored_size(),
        });
    let held = files.sum::<usize>() + message.letter.body.content.len();
    if held as u64 + more <= limits.largest_message {
        return Ok(());
    }
    Err(GraphError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "ErrorMessageSizeExceeded",
        "The message exceeds the maximum supported size.",
    ))
}
