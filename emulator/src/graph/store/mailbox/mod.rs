//! One person's mailbox: the rules by which folders and messages change.

mod folders;
mod messages;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Change, Counts, Event, Folder, FolderKey, Forgotten, ItemKey, Journal, Language, Message, Uid,
    WellKnown,
};

pub(crate) use folders::FolderError;

/// Folders and messages of one person. Every change takes the next number of the sequence and is written down.
#[derive(Debug)]
pub(crate) struct Mailbox {
    uid: Uid,
    folders: BTreeMap<FolderKey, Folder>,
    messages: BTreeMap<ItemKey, Message>,
    next_folder: u32,
    next_item: u32,
    next_letter: u64,
    sequence: u64,
    journal: Journal,
}

impl Mailbox {
    /// An empty mailbox that has nothing but its well-known folders, named in `language`.
    pub(crate) fn empty(uid: Uid, language: Language) -> Self {
        let root = Folder {
            key: ROOT,
            parent: None,
            name: String::new(),
            is_hidden: true,
        };
        let known = WellKnown::all().map(|known| Folder {
            key: well_known_key(known),
            parent: Some(known.parent().map_or(ROOT, well_known_key)),
            name: known.display_name(language).to_owned(),
            is_hidden: known.is_hidden(),
        });
        let folders = std::iter::once(root)
            .chain(known)
            .map(|folder| (folder.key, folder));
        Self {
            uid,
            folders: folders.collect(),
            messages: BTreeMap::new(),
            next_folder: LAST_WELL_KNOWN + 1,
            next_item: 1,
            next_letter: 1,
            sequence: 1,
            journal: Journal::default(),
        }
    }

    /// The mailbox's own name, which stands in all its ids.
    pub(crate) fn uid(&self) -> &Uid {
        &self.uid
    }

    /// The number of the latest change.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// What changed after number `sequence`, oldest first.
    ///
    /// # Errors
    /// [`Forgotten`] if that is too long ago.
    pub(crate) fn changes_since(&self, sequence: u64) -> Result<Vec<Change>, Forgotten> {
        self.journal.since(sequence)
    }

    /// The folder with this number.
    pub(crate) fn folder(&self, key: FolderKey) -> Option<&Folder> {
        self.folders.get(&key)
    }

    /// The folder of this well-known name.
    pub(crate) fn well_known(&self, known: WellKnown) -> FolderKey {
        well_known_key(known)
    }

    /// Folders directly below `parent`, by display name.
    pub(crate) fn children(&self, parent: FolderKey) -> Vec<&Folder> {
        let below = self
            .folders
            .values()
            .filter(|folder| folder.parent == Some(parent));
        let mut children: Vec<_> = below.collect();
        children.sort_by(|a, b| a.name.cmp(&b.name).then(a.key.cmp(&b.key)));
        children
    }

    /// `folder` and all folders below it, parents before their children.
    pub(crate) fn tree(&self, folder: FolderKey) -> Vec<FolderKey> {
        let mut tree = vec![folder];
        let mut next = 0;
        while let Some(parent) = tree.get(next).copied() {
            tree.extend(self.children(parent).iter().map(|child| child.key));
            next += 1;
        }
        tree
    }

    /// What lies in each folder; folders with nothing in them may be absent.
    pub(crate) fn counts(&self) -> HashMap<FolderKey, Counts> {
        let mut counts: HashMap<FolderKey, Counts> = HashMap::new();
        for message in self.messages.values() {
            let folder = counts.entry(message.folder).or_default();
            folder.total += 1;
            folder.unread += usize::from(!message.is_read);
        }
        for folder in self.folders.values().filter(|folder| !folder.is_hidden) {
            if let Some(parent) = folder.parent {
                counts.entry(parent).or_default().children += 1;
            }
        }
        counts
    }

    /// Messages of one folder, or of the whole visible tree, newest first.
    pub(crate) fn messages(&self, folder: Option<FolderKey>) -> Vec<&Message> {
        let folders: HashSet<FolderKey> = match folder {
            Some(folder) => HashSet::from([folder]),
            None => self
                .tree(well_known_key(WellKnown::MsgFolderRoot))
                .into_iter()
                .collect(),
        };
        let inside = |message: &&Message| folders.contains(&message.folder);
        let mut messages: Vec<_> = self.messages.values().filter(inside).collect();
        messages.sort_by_key(|message| std::cmp::Reverse((message.received, message.key)));
        messages
    }

    /// The message with this number.
    pub(crate) fn message(&self, key: ItemKey) -> Option<&Message> {
        self.messages.get(&key)
    }

    /// Takes the next number of the sequence for `event` and writes it down.
    fn record(&mut self, at: i64, event: Event) -> u64 {
        self.sequence += 1;
        self.journal.record(self.sequence, at, event);
        self.sequence
    }
}

/// Well-known folders have the same numbers in every mailbox, after the gap that Exchange leaves too.
fn well_known_key(known: WellKnown) -> FolderKey {
    let place = WellKnown::all()
        .position(|other| other == known)
        .unwrap_or(0);
    FolderKey(ROOT.0 + 1 + u32::try_from(place).unwrap_or(0))
}

const ROOT: FolderKey = FolderKey(0x100);
const LAST_WELL_KNOWN: u32 = 0x13f;
