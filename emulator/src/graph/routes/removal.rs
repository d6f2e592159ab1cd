//! Messages deleted.

use super::{
    changes::check_etag,
    visit::{Visit, message},
};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    path::MessagePlace,
    store::{Mailbox, WellKnown},
};

/// `DELETE messages/{message}` (E35): from wherever it lies to where only recovery finds it. That a second `DELETE` is
/// refused with 403 by an immutable id and with 404 by a mutable one has been seen; it shows where the message went.
pub(super) fn delete(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let original = message(mailbox, place)?;
    check_etag(visit, mailbox, original)?;
    let (key, recoverable) = (
        original.key,
        mailbox.well_known(WellKnown::RecoverableItemsDeletions),
    );
    if original.folder == recoverable {
        return Err(GraphError::cannot_delete());
    }
    mailbox.relocate(key, recoverable, visit.call.now);
    Ok(Answer::done())
}

/// `POST messages/{message}/permanentDelete` (E35): no client sees it again.
pub(super) fn purge(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let key = message(mailbox, place)?.key;
    mailbox.remove(key, visit.call.now);
    Ok(Answer::done())
}
