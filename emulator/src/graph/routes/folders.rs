//! Folders, listed and shown.

use super::visit::{Visit, folder};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    json::Object,
    odata::list,
    render::{FOLDER, FolderView},
    store::{FolderKey, Mailbox, WellKnown},
};

/// `GET mailFolders`: the direct children of the visible root (E36).
pub(super) fn top(visit: &Visit<'_>, mailbox: &Mailbox) -> Result<Answer, GraphError> {
    let root = mailbox.well_known(WellKnown::MsgFolderRoot);
    children(visit, mailbox, root, "mailFolders")
}

/// `GET mailFolders/{folder}/childFolders`
pub(super) fn below(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    named: &str,
) -> Result<Answer, GraphError> {
    let tail = format!("mailFolders('{named}')/childFolders");
    children(visit, mailbox, folder(mailbox, named)?, &tail)
}

/// `GET mailFolders/{folder}`
pub(super) fn show(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    named: &str,
) -> Result<Answer, GraphError> {
    let key = folder(mailbox, named)?;
    Ok(Answer::ok(shown(visit, mailbox, key)?))
}

/// A folder as the body of an answer.
pub(super) fn shown(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    key: FolderKey,
) -> Result<Object, GraphError> {
    let folder = mailbox.folder(key).ok_or_else(GraphError::item_not_found)?;
    let selection = visit.selection(&FOLDER)?;
    let counts = mailbox.counts().get(&key).copied().unwrap_or_default();
    let mut object = visit.with_context(&format!("mailFolders{}/$entity", selection.in_context()));
    object.append(
        FolderView {
            mailbox,
            folder,
            counts,
        }
        .shown(&selection),
    );
    Ok(object)
}

fn children(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    parent: FolderKey,
    tail: &str,
) -> Result<Answer, GraphError> {
    visit.query.refuse_search()?;
    let selection = visit.selection(&FOLDER)?;
    let counts = mailbox.counts();
    let visible = mailbox.children(parent).into_iter();
    let visible = visible.filter(|folder| visit.query.include_hidden_folders || !folder.is_hidden);
    let views = visible.map(|folder| {
        let counts = counts.get(&folder.key).copied().unwrap_or_default();
        FolderView {
            mailbox,
            folder,
            counts,
        }
    });
    let page = list(&visit.query, &FOLDER, views.collect(), Visit::USUAL_PAGE)?;
    let tail = format!("{tail}{}", selection.in_context());
    Ok(Answer::ok(
        visit.page(&tail, &page, |view| view.shown(&selection)),
    ))
}
