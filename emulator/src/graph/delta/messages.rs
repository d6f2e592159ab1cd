//! What there is to tell of the messages of one folder.

use std::collections::BTreeMap;

use super::round::{Candidate, Round};
use crate::graph::{
    notifications::ChangeType,
    store::{Event, FolderKey, Forgotten, ItemKey, Mailbox, Place},
};

/// A message as a round tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It lies in the folder.
    There(ItemKey),
    /// It has left the folder; it lay there last so.
    Gone(ItemKey, Place),
}

/// What `round` may have to tell of `folder`.
///
/// # Errors
/// [`Forgotten`] if the journal does not reach back that far.
pub(crate) fn candidates(
    mailbox: &Mailbox,
    folder: FolderKey,
    round: &Round,
) -> Result<Vec<Candidate<Told>>, Forgotten> {
    let Some(since) = round.since else {
        let all = mailbox.messages(Some(folder)).into_iter();
        return Ok(all
            .map(|message| there(mailbox, message.key, ChangeType::Created))
            .collect());
    };
    let mut traces: BTreeMap<ItemKey, Trace> = BTreeMap::new();
    for change in mailbox.changes_since(since)? {
        if let Event::Message {
            item,
            before,
            after,
        } = change.event
        {
            let inside = |place: &Place| place.folder == folder;
            let (before, after) = (before.filter(inside), after.filter(inside));
            let trace = traces.entry(item).or_insert(Trace {
                was_there: before.is_some(),
                left: None,
                concerns_round: false,
            });
            trace.left = before.or(trace.left);
            trace.concerns_round |=
                change.sequence <= round.until && (before.is_some() || after.is_some());
        }
    }
    let concerned = traces.into_iter().filter(|(_, trace)| trace.concerns_round);
    Ok(concerned
        .filter_map(|(item, trace)| told(mailbox, folder, item, &trace))
        .collect())
}

/// What the journal says of one message since the round before.
struct Trace {
    was_there: bool,
    /// The last place in the folder that it left or changed in.
    left: Option<Place>,
    concerns_round: bool,
}

fn told(
    mailbox: &Mailbox,
    folder: FolderKey,
    item: ItemKey,
    trace: &Trace,
) -> Option<Candidate<Told>> {
    let message = mailbox
        .message(item)
        .filter(|message| message.folder == folder);
    match (trace.was_there, message) {
        (true, Some(_)) => Some(there(mailbox, item, ChangeType::Updated)),
        (false, Some(_)) => Some(there(mailbox, item, ChangeType::Created)),
        (true, None) => trace.left.map(|place| Candidate {
            rank: (true, 0, i64::from(item.0)),
            kind: ChangeType::Deleted,
            thing: Told::Gone(item, place),
        }),
        (false, None) => None,
    }
}

/// Newest first, the only order that may be asked for.
fn there(mailbox: &Mailbox, item: ItemKey, kind: ChangeType) -> Candidate<Told> {
    let received = mailbox.message(item).map_or(0, |message| message.received);
    Candidate {
        rank: (false, -received, -i64::from(item.0)),
        kind,
        thing: Told::There(item),
    }
}
