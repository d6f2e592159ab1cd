//! Folders and their counts.

/// The number of a folder in its mailbox; never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FolderKey(pub(crate) u32);

/// A mail folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    /// Its number.
    pub(crate) key: FolderKey,
    /// Where it hangs; `None` only for the mailbox's invisible root.
    pub(crate) parent: Option<FolderKey>,
    /// As shown.
    pub(crate) name: String,
    /// Left out of lists unless asked for.
    pub(crate) is_hidden: bool,
}

/// How much lies in a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Messages.
    pub(crate) total: usize,
    /// Messages not read.
    pub(crate) unread: usize,
    /// Folders directly below that are not hidden.
    pub(crate) children: usize,
}
