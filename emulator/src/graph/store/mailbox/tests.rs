//! What holds of a mailbox whatever is done to it.

use proptest::prelude::*;

use super::{FolderError, Mailbox};
use crate::graph::{
    store::{Change, Event, FolderKey, ItemKey, Language, Uid, WellKnown},
    testing::letter,
};

fn mailbox() -> Mailbox {
    Mailbox::empty(Uid::derived(&[b"somebody"]), Language::English)
}

/// The folders that messages left and reached after number `since`.
fn ways(mailbox: &Mailbox, since: u64) -> Vec<[Option<FolderKey>; 2]> {
    let changes = mailbox.changes_since(since).expect("remembered");
    let way = |change: &Change| match change.event {
        Event::Message { before, after, .. } => {
            [before, after].map(|place| place.map(|place| place.folder))
        }
        Event::Folder { before, after, .. } => [before, after],
    };
    changes.iter().map(way).collect()
}

#[test]
fn the_visible_tree_starts_below_the_message_folder_root() {
    let mailbox = mailbox();
    let top = mailbox.children(mailbox.well_known(WellKnown::MsgFolderRoot));
    let names: Vec<_> = top.iter().map(|folder| folder.name.as_str()).collect();
    assert!(
        names.contains(&"Inbox") && names.contains(&"Sync Issues"),
        "{names:?}"
    );
    assert!(!names.contains(&"Conflicts") && !names.contains(&"Search Folders"));
}

/// E38: a number is never given twice, also after the folder that had it is gone.
#[test]
fn own_folders_get_numbers_after_the_well_known_ones() {
    let mut mailbox = mailbox();
    let inbox = mailbox.well_known(WellKnown::Inbox);
    let first = mailbox.add_folder(inbox, "Projects");
    assert_eq!(first, FolderKey(0x140));
    assert_eq!(mailbox.add_folder(inbox, "Travel"), FolderKey(0x141));
    assert_eq!(mailbox.counts()[&inbox].children, 2);
    mailbox
        .remove_folder(FolderKey(0x141), None, 5)
        .expect("its own");
    assert_eq!(
        mailbox.create_folder(inbox, "Reading", false, 6),
        Ok(FolderKey(0x142))
    );
}

/// E38: names are taken whatever the capitals, and the seventeen folders stay what they are.
#[test]
fn folders_are_refused_for_a_reason() {
    let mut mailbox = mailbox();
    let inbox = mailbox.well_known(WellKnown::Inbox);
    let outer = mailbox
        .create_folder(inbox, "Outer", false, 1)
        .expect("free");
    let inner = mailbox
        .create_folder(outer, "Inner", false, 1)
        .expect("free");
    assert_eq!(
        mailbox.create_folder(inbox, "OUTER", false, 1),
        Err(FolderError::NameTaken)
    );
    assert_eq!(mailbox.rename_folder(outer, "oUTER", 1), Ok(()));
    assert_eq!(
        mailbox.move_folder(outer, inner, 1),
        Err(FolderError::IntoItself)
    );
    assert_eq!(
        mailbox.copy_folder(outer, inner, 1),
        Err(FolderError::IntoItself)
    );
    assert_eq!(
        mailbox.rename_folder(inbox, "Mine", 1),
        Err(FolderError::WellKnown)
    );
    assert_eq!(
        mailbox.remove_folder(inbox, None, 1),
        Err(FolderError::WellKnown)
    );
    assert_eq!(
        mailbox.move_folder(outer, FolderKey(9_999), 1),
        Err(FolderError::Missing)
    );
}

#[test]
fn every_change_is_written_down_with_both_places() {
    let mut mailbox = mailbox();
    let [inbox, archive] =
        [WellKnown::Inbox, WellKnown::Archive].map(|known| mailbox.well_known(known));
    let start = mailbox.sequence();
    let item = mailbox.file(inbox, 10, letter("Hello"), |_| ());
    mailbox.change(item, 20, |message| message.is_read = false);
    mailbox.relocate(item, archive, 30);
    let taken = mailbox.remove(item, 40).expect("there");
    mailbox.restore(taken, inbox, 50);
    let (inbox, archive) = (Some(inbox), Some(archive));
    assert_eq!(
        ways(&mailbox, start),
        [
            [None, inbox],
            [inbox, inbox],
            [inbox, archive],
            [archive, None],
            [None, inbox]
        ]
    );
    let moved = mailbox.changes_since(start + 2).expect("remembered")[0];
    let Event::Message { before, after, .. } = moved.event else {
        panic!("{moved:?}");
    };
    assert_eq!((moved.at, before.map(|place| place.folder)), (30, inbox));
    assert_eq!(
        after.map(|place| (Some(place.folder), place.moves)),
        Some((archive, 1))
    );
    assert_eq!(mailbox.message(item).map(|message| message.moves), Some(2));
}

/// E38: a copied folder holds copies of all that is in it.
#[test]
fn a_folder_is_copied_with_all_that_is_in_it() {
    let mut mailbox = mailbox();
    let [inbox, archive] =
        [WellKnown::Inbox, WellKnown::Archive].map(|known| mailbox.well_known(known));
    let outer = mailbox.add_folder(inbox, "Outer");
    let inner = mailbox.add_folder(outer, "Inner");
    mailbox.file(inner, 10, letter("Hello"), |_| ());
    let copy = mailbox.copy_folder(outer, archive, 20).expect("copied");
    let copied = mailbox.tree(copy);
    assert_eq!(copied.len(), 2);
    assert_eq!(mailbox.messages(Some(copied[1])).len(), 1);
    assert_eq!(mailbox.messages(Some(inner)).len(), 1);
}

/// E35: what lies outside of the visible tree is in no list of the whole mailbox.
#[test]
fn recoverable_messages_are_not_part_of_the_mailbox() {
    let mut mailbox = mailbox();
    let [inbox, recoverable] = [WellKnown::Inbox, WellKnown::RecoverableItemsDeletions]
        .map(|known| mailbox.well_known(known));
    let item = mailbox.file(inbox, 10, letter("Hello"), |_| ());
    mailbox.relocate(item, recoverable, 20);
    assert!(mailbox.messages(None).is_empty());
    assert_eq!(mailbox.messages(Some(recoverable)).len(), 1);
}

/// One thing that can be done to a mailbox.
#[derive(Clone, Debug)]
enum Deed {
    File(usize),
    Read(usize, bool),
    Move(usize, usize),
    Copy(usize, usize),
    Remove(usize),
    Make(usize),
    MoveFolder(usize, usize),
    RemoveFolder(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let n = || 0_usize..12;
    prop_oneof![
        n().prop_map(Deed::File),
        (n(), any::<bool>()).prop_map(|(item, read)| Deed::Read(item, read)),
        (n(), n()).prop_map(|(item, folder)| Deed::Move(item, folder)),
        (n(), n()).prop_map(|(item, folder)| Deed::Copy(item, folder)),
        n().prop_map(Deed::Remove),
        n().prop_map(Deed::Make),
        (n(), n()).prop_map(|(folder, into)| Deed::MoveFolder(folder, into)),
        n().prop_map(Deed::RemoveFolder),
    ]
}

fn perform(mailbox: &mut Mailbox, deed: &Deed, number: i64) {
    let folders: Vec<FolderKey> = mailbox.tree(mailbox.well_known(WellKnown::MsgFolderRoot));
    let own: Vec<FolderKey> = folders
        .iter()
        .copied()
        .filter(|key| !mailbox.is_well_known(*key))
        .collect();
    let items: Vec<ItemKey> = mailbox
        .messages(None)
        .iter()
        .map(|message| message.key)
        .collect();
    let folder = |n: &usize| folders[n % folders.len()];
    let item = |n: &usize| items.get(n % items.len().max(1)).copied();
    let some = |n: &usize| own.get(n % own.len().max(1)).copied();
    let _done = match deed {
        Deed::File(n) => Some(mailbox.file(folder(n), number, letter("x"), |message| {
            message.is_read = false;
        }))
        .is_some(),
        Deed::Read(n, read) => item(n).is_some_and(|key| {
            mailbox
                .change(key, number, |message| message.is_read = *read)
                .is_some()
        }),
        Deed::Move(n, to) => {
            item(n).is_some_and(|key| mailbox.relocate(key, folder(to), number).is_some())
        }
        Deed::Copy(n, to) => {
            item(n).is_some_and(|key| mailbox.copy(key, folder(to), number).is_some())
        }
        Deed::Remove(n) => item(n).is_some_and(|key| mailbox.remove(key, number).is_some()),
        Deed::Make(n) => mailbox
            .create_folder(folder(n), &format!("f{number}"), false, number)
            .is_ok(),
        Deed::MoveFolder(n, to) => {
            some(n).is_some_and(|key| mailbox.move_folder(key, folder(to), number).is_ok())
        }
        Deed::RemoveFolder(n) => {
            some(n).is_some_and(|key| mailbox.remove_folder(key, None, number).is_ok())
        }
    };
}

proptest! {
    /// E38, E48: whatever is done, replaying the journal gives the folders' contents, and the counts are theirs.
    #[test]
    fn the_journal_tells_the_whole_story(deeds in proptest::collection::vec(deed(), 0..40)) {
        let mut mailbox = mailbox();
        let start = mailbox.sequence();
        for (number, deed) in deeds.iter().enumerate() {
            perform(&mut mailbox, deed, number as i64);
        }
        let mut told = std::collections::BTreeMap::new();
        for change in mailbox.changes_since(start).expect("remembered") {
            if let Event::Message { item, before, after } = change.event {
                prop_assert_eq!(told.insert(item, after).flatten(), before);
            }
        }
        told.retain(|_, place| place.is_some());
        let held: Vec<_> = mailbox.messages(None);
        prop_assert_eq!(told.len(), held.len());
        for message in &held {
            prop_assert_eq!(told[&message.key], Some(message.place()));
        }
        for (folder, counts) in mailbox.counts() {
            prop_assert_eq!(counts.total, mailbox.messages(Some(folder)).len());
        }
    }
}
