//! One person's mailbox: the rules by which folders and messages change.

use std::collections::{BTreeMap, HashMap};

use super::{Counts, Folder, FolderKey, ItemKey, Language, Letter, Message, Uid, WellKnown};

/// Folders and messages of one person. Every change takes the next revision number.
#[derive(Debug)]
pub(crate) struct Mailbox {
    uid: Uid,
    folders: BTreeMap<FolderKey, Folder>,
    messages: BTreeMap<ItemKey, Message>,
    next_item: u32,
    revision: u64,
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
            next_item: 1,
            revision: 1,
        }
    }

    /// The mailbox's own name, which stands in all its ids.
    pub(crate) fn uid(&self) -> &Uid {
        &self.uid
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

    /// Adds a visible folder of the owner's.
    pub(crate) fn add_folder(&mut self, parent: FolderKey, name: &str) -> FolderKey {
        let last = self.folders.keys().next_back().map_or(0, |key| key.0);
        let key = FolderKey(last.max(LAST_WELL_KNOWN) + 1);
        let folder = Folder {
            key,
            parent: Some(parent),
            name: name.to_owned(),
            is_hidden: false,
        };
        self.folders.insert(key, folder);
        self.revision += 1;
        key
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

    /// Messages of one folder, or of the whole mailbox, newest first.
    pub(crate) fn messages(&self, folder: Option<FolderKey>) -> Vec<&Message> {
        let inside = |message: &&Message| folder.is_none_or(|folder| message.folder == folder);
        let mut messages: Vec<_> = self.messages.values().filter(inside).collect();
        messages.sort_by_key(|message| std::cmp::Reverse((message.received, message.key)));
        messages
    }

    /// The message with this number.
    pub(crate) fn message(&self, key: ItemKey) -> Option<&Message> {
        self.messages.get(&key)
    }

    /// Puts a letter into a folder as a read, received message; `arrange` sets what differs.
    pub(crate) fn file(
        &mut self,
        folder: FolderKey,
        received: i64,
        letter: Letter,
        arrange: impl FnOnce(&mut Message),
    ) -> ItemKey {
        let key = ItemKey(self.next_item);
        self.next_item += 1;
        self.revision += 1;
        let mut message = Message {
            key,
            folder,
            moves: 0,
            revision: self.revision,
            created: received,
            modified: received,
            received,
            is_read: true,
            is_draft: false,
            classification: super::Classification::Focused,
            categories: Vec::new(),
            flag: super::Flag::default(),
            letter,
        };
        arrange(&mut message);
        self.messages.insert(key, message);
        key
    }

    /// Changes a message: it gets a new revision and `now` as its time of change. `None` if it is not there.
    pub(crate) fn change(
        &mut self,
        key: ItemKey,
        now: i64,
        edit: impl FnOnce(&mut Message),
    ) -> Option<&Message> {
        let message = self.messages.get_mut(&key)?;
        self.revision += 1;
        edit(message);
        message.revision = self.revision;
        message.modified = now;
        Some(message)
    }

    /// Moves a message: its mutable id changes, its number does not. `None` if it is not there.
    pub(crate) fn relocate(
        &mut self,
        key: ItemKey,
        folder: FolderKey,
        now: i64,
    ) -> Option<&Message> {
        self.change(key, now, |message| {
            message.folder = folder;
            message.moves = message.moves.wrapping_add(1);
        })
    }

    /// Copies a message; the copy is an item of its own. `None` if the original is not there.
    pub(crate) fn copy(&mut self, key: ItemKey, folder: FolderKey, now: i64) -> Option<ItemKey> {
        let mut copy = self.messages.get(&key)?.clone();
        self.revision += 1;
        copy.key = ItemKey(self.next_item);
        copy.folder = folder;
        copy.moves = 0;
        copy.revision = self.revision;
        copy.created = now;
        copy.modified = now;
        self.next_item += 1;
        let key = copy.key;
        self.messages.insert(key, copy);
        Some(key)
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

#[cfg(test)]
mod tests {
    use super::{FolderKey, Language, Mailbox, Uid, WellKnown};

    fn mailbox() -> Mailbox {
        Mailbox::empty(Uid::derived(&[b"somebody"]), Language::English)
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

    #[test]
    fn own_folders_get_numbers_after_the_well_known_ones() {
        let mut mailbox = mailbox();
        let inbox = mailbox.well_known(WellKnown::Inbox);
        let first = mailbox.add_folder(inbox, "Projects");
        assert_eq!(first, FolderKey(0x140));
        assert_eq!(mailbox.add_folder(inbox, "Travel"), FolderKey(0x141));
        assert_eq!(mailbox.counts()[&inbox].children, 2);
    }
}
