//! Folders made, renamed, moved, copied, deleted (E38). Codes and statuses of refusals are chosen after Exchange Web
//! Services; the fact sheet knows the codes of few.

use axum::http::StatusCode;

use super::{
    folders::shown,
    visit::{Visit, destination, folder},
};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    input::FolderInput,
    store::{FolderError, Mailbox, WellKnown},
};

/// `POST mailFolders`, `POST mailFolders/{folder}/childFolders`
pub(super) fn create(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    parent: Option<&str>,
) -> Result<Answer, GraphError> {
    let parent = match parent {
        Some(named) => folder(mailbox, named)?,
        None => mailbox.well_known(WellKnown::MsgFolderRoot),
    };
    let FolderInput { name, is_hidden } = FolderInput::parse(&visit.call.body)?;
    let name = name.ok_or_else(|| GraphError::invalid_argument("A folder needs a displayName."))?;
    let hidden = is_hidden.unwrap_or(false);
    let key = mailbox
        .create_folder(parent, &name, hidden, visit.call.now)
        .map_err(|error| refused(error, "ErrorInvalidRequest"))?;
    Ok(Answer::created(shown(visit, mailbox, key)?))
}

/// `PATCH mailFolders/{folder}`
pub(super) fn rename(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    named: &str,
) -> Result<Answer, GraphError> {
    let key = folder(mailbox, named)?;
    let FolderInput { name, is_hidden } = FolderInput::parse(&visit.call.body)?;
    if is_hidden.is_some() {
        let text = "The property 'isHidden' can be set only when a folder is created.";
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "ErrorInvalidPropertySet",
            text,
        ));
    }
    if let Some(name) = name {
        mailbox
            .rename_folder(key, &name, visit.call.now)
            .map_err(|error| refused(error, "ErrorInvalidRequest"))?;
    }
    Ok(Answer::ok(shown(visit, mailbox, key)?))
}

/// `POST mailFolders/{folder}/move`
pub(super) fn relocate(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    named: &str,
) -> Result<Answer, GraphError> {
    let key = folder(mailbox, named)?;
    let destination = destination(visit, mailbox)?;
    mailbox
        .move_folder(key, destination, visit.call.now)
        .map_err(|error| refused(error, "ErrorMoveDistinguishedFolder"))?;
    Ok(Answer::created(shown(visit, mailbox, key)?))
}

/// `POST mailFolders/{folder}/copy`
pub(super) fn copy(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    named: &str,
) -> Result<Answer, GraphError> {
    let key = folder(mailbox, named)?;
    let destination = destination(visit, mailbox)?;
    let copy = mailbox
        .copy_folder(key, destination, visit.call.now)
        .map_err(|error| refused(error, "ErrorMoveCopyFailed"))?;
    Ok(Answer::created(shown(visit, mailbox, copy)?))
}

/// `DELETE mailFolders/{folder}`: its messages go where deleted messages go.
pub(super) fn delete(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    named: &str,
) -> Result<Answer, GraphError> {
    let recoverable = mailbox.well_known(WellKnown::RecoverableItemsDeletions);
    let key = folder(mailbox, named)?;
    mailbox
        .remove_folder(key, Some(recoverable), visit.call.now)
        .map_err(|error| refused(error, "ErrorDeleteDistinguishedFolder"))?;
    Ok(Answer::done())
}

/// `POST mailFolders/{folder}/permanentDelete`: its messages go for good.
pub(super) fn purge(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    named: &str,
) -> Result<Answer, GraphError> {
    let key = folder(mailbox, named)?;
    mailbox
        .remove_folder(key, None, visit.call.now)
        .map_err(|error| refused(error, "ErrorDeleteDistinguishedFolder"))?;
    Ok(Answer::done())
}

fn refused(error: FolderError, for_well_known: &'static str) -> GraphError {
    let (status, code, text) = match error {
        FolderError::NameTaken => (
            StatusCode::CONFLICT,
            "ErrorFolderExists",
            "A folder with the specified name already exists.",
        ),
        FolderError::WellKnown => (
            StatusCode::BAD_REQUEST,
            for_well_known,
            "A distinguished folder cannot be changed in this way.",
        ),
        FolderError::IntoItself => (
            StatusCode::BAD_REQUEST,
            "ErrorMoveCopyFailed",
            "A folder cannot be moved or copied into itself.",
        ),
        FolderError::Missing => return GraphError::item_not_found(),
    };
    GraphError::new(status, code, text)
}
