//! What there is to tell of the folders.

use std::collections::BTreeMap;

use super::round::{Candidate, Round};
use crate::graph::{
    notifications::ChangeType,
    store::{Event, FolderKey, Forgotten, Mailbox, WellKnown},
};

/// What `round` may have to tell of the folders of the visible tree. What lies in them makes no difference.
///
/// # Errors
/// [`Forgotten`] if the journal does not reach back that far.
pub(crate) fn candidates(
    mailbox: &Mailbox,
    round: &Round,
) -> Result<Vec<Candidate<FolderKey>>, Forgotten> {
    let Some(since) = round.since else {
        let all = visible(mailbox).into_iter();
        return Ok(all
            .map(|folder| candidate(folder, ChangeType::Created))
            .collect());
    };
    let mut was_there: BTreeMap<FolderKey, bool> = BTreeMap::new();
    for change in mailbox.changes_since(since)? {
        if let Event::Folder { folder, before, .. } = change.event
            && (change.sequence <= round.until || was_there.contains_key(&folder))
        {
            was_there.entry(folder).or_insert(before.is_some());
        }
    }
    let visible = visible(mailbox);
    let told = |(folder, was_there): (FolderKey, bool)| {
        let kind = match (was_there, visible.contains(&folder)) {
            (true, true) => ChangeType::Updated,
            (false, true) => ChangeType::Created,
            (true, false) => ChangeType::Deleted,
            (false, false) => return None,
        };
        Some(candidate(folder, kind))
    };
    Ok(was_there.into_iter().filter_map(told).collect())
}

/// The folders of the visible tree, without its root.
fn visible(mailbox: &Mailbox) -> Vec<FolderKey> {
    let top = mailbox.well_known(WellKnown::MsgFolderRoot);
    let shown = |key: &FolderKey| mailbox.folder(*key).is_some_and(|folder| !folder.is_hidden);
    mailbox
        .tree(top)
        .into_iter()
        .skip(1)
        .filter(shown)
        .collect()
}

/// Older folders first, so that parents come before what was put into them.
fn candidate(folder: FolderKey, kind: ChangeType) -> Candidate<FolderKey> {
    Candidate {
        rank: (kind == ChangeType::Deleted, 0, i64::from(folder.0)),
        kind,
        thing: folder,
    }
}
