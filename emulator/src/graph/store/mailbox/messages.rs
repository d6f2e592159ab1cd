//! Messages filed, changed, moved, copied, removed.

use super::{Mailbox, ROOT};
use crate::graph::store::{Event, FolderKey, ItemKey, Letter, Message, Place, Uid};

impl Mailbox {
    /// A name for the next letter written here; it is the same in every run that does the same.
    pub(crate) fn letter_name(&mut self) -> Uid {
        let number = self.next_letter;
        self.next_letter += 1;
        Uid::derived(&[b"letter", self.uid.as_bytes(), &number.to_be_bytes()])
    }

    /// Puts a letter into a folder as a read, received message; `arrange` sets what differs.
    pub(crate) fn file(
        &mut self,
        folder: FolderKey,
        received: i64,
        letter: Letter,
        arrange: impl FnOnce(&mut Message),
    ) -> ItemKey {
        let mut message = self.unfiled(letter, received);
        arrange(&mut message);
        self.insert(message, folder, received)
    }

    /// A read message that has its number and lies nowhere yet; see [`Mailbox::insert`].
    pub(crate) fn unfiled(&mut self, letter: Letter, now: i64) -> Message {
        Message {
            folder: ROOT,
            created: now,
            modified: now,
            received: now,
            is_draft: false,
            ..Message::draft(self.next_key(), letter)
        }
    }

    /// Lays a new message into a folder.
    pub(crate) fn insert(&mut self, mut message: Message, folder: FolderKey, now: i64) -> ItemKey {
        let key = message.key;
        message.folder = folder;
        self.put(message, None, now);
        key
    }

    /// Lets a letter that says what it answers belong to the thread of that one, if it is here and they do not share a
    /// thread already.
    pub(crate) fn join_thread(&self, letter: &mut Letter) {
        let is_tie = |name: &str| name.eq_ignore_ascii_case("in-reply-to");
        let tie = letter.headers.iter().find(|(name, _)| is_tie(name));
        let Some((_, answered)) = tie else {
            return;
        };
        let is_answered = |held: &&Message| held.letter.internet_message_id == answered.trim();
        let answered = self.messages.values().find(is_answered);
        let thread = answered.map(|answered| &answered.letter.thread);
        if let Some(thread) = thread.filter(|thread| thread.topic != letter.thread.topic) {
            letter.thread = thread.answered(letter.sent);
        }
    }

    /// Changes a message: it gets a new revision and `now` as its time of change. `None` if it is not there.
    pub(crate) fn change(
        &mut self,
        key: ItemKey,
        now: i64,
        edit: impl FnOnce(&mut Message),
    ) -> Option<&Message> {
        let mut message = self.messages.remove(&key)?;
        let before = message.place();
        edit(&mut message);
        message.modified = now;
        self.put(message, Some(before), now);
        self.messages.get(&key)
    }

    /// Moves a message: its mutable id changes, its number does not. `None` if it is not there.
    pub(crate) fn relocate(
        &mut self,
        key: ItemKey,
        folder: FolderKey,
        now: i64,
    ) -> Option<&Message> {
        self.change(key, now, |message| message.go_to(folder))
    }

    /// Copies a message; the copy is an item of its own. `None` if the original is not there.
    pub(crate) fn copy(&mut self, key: ItemKey, folder: FolderKey, now: i64) -> Option<ItemKey> {
        let mut copy = self.messages.get(&key)?.clone();
        copy.key = self.next_key();
        copy.folder = folder;
        copy.moves = 0;
        copy.created = now;
        copy.modified = now;
        let key = copy.key;
        self.put(copy, None, now);
        Some(key)
    }

    /// Takes a message out of the mailbox, for good or until [`Mailbox::restore`]. `None` if it is not there.
    pub(crate) fn remove(&mut self, key: ItemKey, now: i64) -> Option<Message> {
        let message = self.messages.remove(&key)?;
        let event = Event::Message {
            item: key,
            before: Some(message.place()),
            after: None,
        };
        self.record(now, event);
        Some(message)
    }

    /// Puts back what was taken out, into `folder`: under its old number, and another mutable id.
    pub(crate) fn restore(&mut self, mut message: Message, folder: FolderKey, now: i64) {
        message.go_to(folder);
        message.modified = now;
        self.put(message, None, now);
    }

    fn next_key(&mut self) -> ItemKey {
        let key = ItemKey(self.next_item);
        self.next_item += 1;
        key
    }

    fn put(&mut self, mut message: Message, before: Option<Place>, now: i64) {
        let event = Event::Message {
            item: message.key,
            before,
            after: Some(message.place()),
        };
        message.revision = self.record(now, event);
        self.messages.insert(message.key, message);
    }
}
