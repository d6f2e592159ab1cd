//! What folders are for, in any language: Graph's well-known names, and which ids they turned out to be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use connect_outlook_protocol::wire::FolderRole;

/// Folder id to role, of one mailbox.
pub(super) type RoleMap = HashMap<String, FolderRole>;

/// The maps learned so far. Folder ids are constant, so a map holds as long as the mailbox.
#[derive(Debug, Default)]
pub(super) struct Roles(Mutex<HashMap<String, Arc<RoleMap>>>);

impl Roles {
    pub(super) fn known(&self, mailbox: &str) -> Option<Arc<RoleMap>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(mailbox)
            .map(Arc::clone)
    }

    /// Remembers a map. When many mailboxes are known all are forgotten at once: each costs a few calls to learn again.
    pub(super) fn learn(&self, mailbox: &str, map: RoleMap) -> Arc<RoleMap> {
        let map = Arc::new(map);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(mailbox.to_owned(), Arc::clone(&map));
        map
    }
}

/// Graph's name for one of our roles.
pub(super) fn well_known(word: &str) -> Option<&'static str> {
    ALL.iter()
        .find(|role| role.word == word)
        .map(|role| role.graph)
}

/// A role in all its spellings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Role {
    /// As answers carry it.
    pub(super) role: FolderRole,
    /// As queries carry it.
    word: &'static str,
    /// As Graph calls the folder.
    pub(super) graph: &'static str,
}

const fn role(role: FolderRole, word: &'static str, graph: &'static str) -> Role {
    Role { role, word, graph }
}

/// Every role.
pub(super) const ALL: [Role; 7] = [
    role(FolderRole::Inbox, "inbox", "inbox"),
    role(FolderRole::Sent, "sent", "sentitems"),
    role(FolderRole::Drafts, "drafts", "drafts"),
    role(FolderRole::Trash, "trash", "deleteditems"),
    role(FolderRole::Archive, "archive", "archive"),
    role(FolderRole::Junk, "junk", "junkemail"),
    role(FolderRole::Outbox, "outbox", "outbox"),
];

/// Mailboxes whose roles are remembered.
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_a_query_is_the_word_in_an_answer() {
        for role in ALL {
            assert_eq!(serde_json::to_value(role.role).unwrap(), role.word);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let roles = Roles::default();
        for number in 0..=MOST {
            roles.learn(&number.to_string(), RoleMap::new());
        }
        assert!(roles.known("0").is_none());
        assert!(roles.known(&MOST.to_string()).is_some());
    }
}
