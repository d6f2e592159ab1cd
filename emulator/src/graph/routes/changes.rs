//! Messages edited, moved and copied.

use axum::http::header;
use serde::Deserialize;

use super::{
    patch::Patch,
    visit::{Visit, folder, message},
};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    json::Object,
    path::MessagePlace,
    render::{MESSAGE, MessageView},
    store::{FolderKey, ItemKey, Mailbox, Message},
};

/// `PATCH messages/{message}` (E32)
pub(super) fn edit(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let original = message(mailbox, place)?;
    check_etag(visit, mailbox, original)?;
    let key = original.key;
    let patch = Patch::parse(&visit.call.body)?;
    patch.check(original)?;
    if !patch.is_empty() {
        mailbox.change(key, visit.call.now, |message| patch.apply(message));
    }
    Ok(Answer::ok(shown(visit, mailbox, key)?))
}

/// `POST messages/{message}/move` (E34): the same item under another mutable id.
pub(super) fn relocate(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let key = message(mailbox, place)?.key;
    let destination = destination(visit, mailbox)?;
    mailbox.relocate(key, destination, visit.call.now);
    Ok(Answer::created(shown(visit, mailbox, key)?))
}

/// `POST messages/{message}/copy` (E34): a new item.
pub(super) fn copy(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let key = message(mailbox, place)?.key;
    let destination = destination(visit, mailbox)?;
    let copied = mailbox
        .copy(key, destination, visit.call.now)
        .ok_or_else(GraphError::item_not_found)?;
    Ok(Answer::created(shown(visit, mailbox, copied)?))
}

/// E33: `If-Match` must name the message's present version, if it is there.
fn check_etag(visit: &Visit<'_>, mailbox: &Mailbox, message: &Message) -> Result<(), GraphError> {
    let Some(wanted) = visit.call.header(&header::IF_MATCH) else {
        return Ok(());
    };
    let etag = MessageView {
        mailbox,
        message,
        preferences: &visit.call.preferences,
    }
    .etag();
    let matches = |candidate: &str| candidate == "*" || candidate == etag;
    if wanted.split(',').map(str::trim).any(matches) {
        Ok(())
    } else {
        Err(GraphError::changed_meanwhile())
    }
}

fn shown(visit: &Visit<'_>, mailbox: &Mailbox, key: ItemKey) -> Result<Object, GraphError> {
    let message = mailbox
        .message(key)
        .ok_or_else(GraphError::item_not_found)?;
    let selection = visit.selection(&MESSAGE)?;
    let mut object = visit.with_context(&format!("messages{}/$entity", selection.in_context()));
    object.append(
        MessageView {
            mailbox,
            message,
            preferences: &visit.call.preferences,
        }
        .shown(&selection),
    );
    Ok(object)
}

fn destination(visit: &Visit<'_>, mailbox: &Mailbox) -> Result<FolderKey, GraphError> {
    #[derive(Deserialize)]
    struct Destination {
        #[serde(alias = "DestinationId", rename = "destinationId")]
        id: String,
    }
    let Destination { id } = serde_json::from_slice(&visit.call.body).map_err(|_| {
        GraphError::unreadable_body(
            "The parameter 'destinationId' is missing or not a string in the request payload.",
        )
    })?;
    folder(mailbox, &id)
}
