//! Folders made, renamed, moved, copied, removed.

use std::collections::HashMap;

use super::{LAST_WELL_KNOWN, Mailbox};
use crate::graph::store::{Event, Folder, FolderKey, ItemKey};

/// Why a folder stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FolderError {
    /// Another folder in that place has this name, whatever the capitals.
    #[error("there is a folder of that name")]
    NameTaken,
    /// The seventeen folders of every mailbox stay where and what they are.
    #[error("a well-known folder cannot be changed")]
    WellKnown,
    /// A folder cannot lie within itself.
    #[error("a folder cannot be put into itself")]
    IntoItself,
    /// The folder, or the one it is to lie in, is not there.
    #[error("there is no such folder")]
    Missing,
}

impl Mailbox {
    /// Adds a visible folder to a mailbox in the making; a name that is taken gets a number.
    pub(crate) fn add_folder(&mut self, parent: FolderKey, name: &str) -> FolderKey {
        let name = self.free_name(parent, name);
        self.insert_folder(parent, name, false, 0)
    }

    /// Makes a folder below `parent`.
    ///
    /// # Errors
    /// [`FolderError`] if there is no such parent, or the name is taken there.
    pub(crate) fn create_folder(
        &mut self,
        parent: FolderKey,
        name: &str,
        is_hidden: bool,
        now: i64,
    ) -> Result<FolderKey, FolderError> {
        self.check_free(parent, name, None)?;
        Ok(self.insert_folder(parent, name.to_owned(), is_hidden, now))
    }

    /// Gives a folder another name; its id stays.
    ///
    /// # Errors
    /// [`FolderError`] if it is a well-known folder, or the name is taken beside it.
    pub(crate) fn rename_folder(
        &mut self,
        key: FolderKey,
        name: &str,
        now: i64,
    ) -> Result<(), FolderError> {
        let parent = self.movable(key)?;
        self.check_free(parent, name, Some(key))?;
        self.place_folder(key, parent, Some(name), now)
    }

    /// Moves a folder with all that is in it; ids stay.
    ///
    /// # Errors
    /// [`FolderError`] if it is a well-known folder, would lie within itself, or the name is taken there.
    pub(crate) fn move_folder(
        &mut self,
        key: FolderKey,
        destination: FolderKey,
        now: i64,
    ) -> Result<(), FolderError> {
        self.movable(key)?;
        let name = self.folder(key).ok_or(FolderError::Missing)?.name.clone();
        if self.tree(key).contains(&destination) {
            return Err(FolderError::IntoItself);
        }
        self.check_free(destination, &name, Some(key))?;
        self.place_folder(key, destination, None, now)
    }

    /// Copies a folder with all that is in it; the copies are things of their own.
    ///
    /// # Errors
    /// [`FolderError`] if the copy would lie within the original, or the name is taken there.
    pub(crate) fn copy_folder(
        &mut self,
        key: FolderKey,
        destination: FolderKey,
        now: i64,
    ) -> Result<FolderKey, FolderError> {
        let name = self.folder(key).ok_or(FolderError::Missing)?.name.clone();
        let tree = self.tree(key);
        if tree.contains(&destination) {
            return Err(FolderError::IntoItself);
        }
        self.check_free(destination, &name, None)?;
        let mut copies: HashMap<FolderKey, FolderKey> = HashMap::new();
        for folder in tree {
            let Some(Folder {
                parent,
                name,
                is_hidden,
                ..
            }) = self.folder(folder).cloned()
            else {
                continue;
            };
            // Parents come before their children; only the topmost has a parent that is not copied.
            let copied = parent.and_then(|parent| copies.get(&parent));
            let below = copied.copied().unwrap_or(destination);
            let copy = self.insert_folder(below, name, is_hidden, now);
            copies.insert(folder, copy);
            for item in self.items_of(folder) {
                self.copy(item, copy, now);
            }
        }
        copies.get(&key).copied().ok_or(FolderError::Missing)
    }

    /// Takes a folder and all below it out of the mailbox. Their messages go to `refuge`, or with them if there is none.
    ///
    /// # Errors
    /// [`FolderError`] if it is a well-known folder.
    pub(crate) fn remove_folder(
        &mut self,
        key: FolderKey,
        refuge: Option<FolderKey>,
        now: i64,
    ) -> Result<(), FolderError> {
        self.movable(key)?;
        for folder in self.tree(key).into_iter().rev() {
            for item in self.items_of(folder) {
                match refuge {
                    Some(refuge) => self.relocate(item, refuge, now).is_some(),
                    None => self.remove(item, now).is_some(),
                };
            }
            if let Some(gone) = self.folders.remove(&folder) {
                self.record_folder(folder, gone.parent, None, now);
            }
        }
        Ok(())
    }

    /// Whether `folder` is one of the seventeen of every mailbox.
    pub(crate) fn is_well_known(&self, folder: FolderKey) -> bool {
        folder.0 <= LAST_WELL_KNOWN
    }

    /// Where a folder hangs that may be changed.
    fn movable(&self, key: FolderKey) -> Result<FolderKey, FolderError> {
        if self.is_well_known(key) {
            return Err(FolderError::WellKnown);
        }
        let folder = self.folder(key).ok_or(FolderError::Missing)?;
        folder.parent.ok_or(FolderError::WellKnown)
    }

    fn items_of(&self, folder: FolderKey) -> Vec<ItemKey> {
        let inside = self
            .messages
            .values()
            .filter(|message| message.folder == folder);
        inside.map(|message| message.key).collect()
    }

    fn is_taken(&self, parent: FolderKey, name: &str, but: Option<FolderKey>) -> bool {
        let name = name.to_lowercase();
        let mut siblings = self
            .folders
            .values()
            .filter(|folder| folder.parent == Some(parent));
        siblings.any(|folder| Some(folder.key) != but && folder.name.to_lowercase() == name)
    }

    fn check_free(
        &self,
        parent: FolderKey,
        name: &str,
        but: Option<FolderKey>,
    ) -> Result<(), FolderError> {
        self.folder(parent).ok_or(FolderError::Missing)?;
        match self.is_taken(parent, name, but) {
            true => Err(FolderError::NameTaken),
            false => Ok(()),
        }
    }

    fn free_name(&self, parent: FolderKey, name: &str) -> String {
        let numbered = (1..).map(|number| format!("{name}{number}"));
        let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
        candidates
            .find(|candidate| !self.is_taken(parent, candidate, None))
            .unwrap_or_else(|| name.to_owned())
    }

    fn insert_folder(
        &mut self,
        parent: FolderKey,
        name: String,
        is_hidden: bool,
        now: i64,
    ) -> FolderKey {
        let key = FolderKey(self.next_folder);
        self.next_folder += 1;
        let folder = Folder {
            key,
            parent: Some(parent),
            name,
            is_hidden,
        };
        self.folders.insert(key, folder);
        self.record_folder(key, None, Some(parent), now);
        key
    }

    fn place_folder(
        &mut self,
        key: FolderKey,
        parent: FolderKey,
        name: Option<&str>,
        now: i64,
    ) -> Result<(), FolderError> {
        let folder = self.folders.get_mut(&key).ok_or(FolderError::Missing)?;
        let before = folder.parent.replace(parent);
        if let Some(name) = name {
            name.clone_into(&mut folder.name);
        }
        self.record_folder(key, before, Some(parent), now);
        Ok(())
    }

    fn record_folder(
        &mut self,
        folder: FolderKey,
        before: Option<FolderKey>,
        after: Option<FolderKey>,
        now: i64,
    ) {
        let event = Event::Folder {
            folder,
            before,
            after,
        };
        self.record(now, event);
    }
}
