//! Messages edited, moved and copied.

use axum::http::header;

use super::visit::{Visit, destination, message};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    input::{Edits, object},
    path::MessagePlace,
    render::MessageView,
    store::{Mailbox, Message},
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
    let edits = Edits::of_change(object(&visit.call.body)?)?;
    edits.check(original)?;
    let now = visit.call.now;
    if !edits.is_empty() {
        mailbox.change(key, now, |message| edits.apply(message));
    }
    Ok(Answer::ok(visit.message_shown(mailbox, key)?))
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
    Ok(Answer::created(visit.message_shown(mailbox, key)?))
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
    Ok(Answer::created(visit.message_shown(mailbox, copied)?))
}

/// E33: `If-Match` must name the message's present version, if it is there.
pub(super) fn check_etag(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    message: &Message,
) -> Result<(), GraphError> {
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
