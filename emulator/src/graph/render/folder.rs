//! A folder as Graph shows it.

use crate::graph::{
    ids,
    json::{Json, Object},
    odata::{Entity, Property, Schema, Selection, Type},
    store::{Counts, Folder, Mailbox},
};

/// A folder with its counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FolderView<'a> {
    /// Where it is.
    pub(crate) mailbox: &'a Mailbox,
    /// The folder.
    pub(crate) folder: &'a Folder,
    /// How much lies in it.
    pub(crate) counts: Counts,
}

impl FolderView<'_> {
    /// The selected properties. Folders of v1.0 have no etag and do not say which well-known name they go by.
    pub(crate) fn shown(&self, selection: &Selection) -> Object {
        selection.of_entity(self)
    }
}

impl Entity for FolderView<'_> {
    fn value(&self, property: &'static str) -> Option<Json> {
        let uid = self.mailbox.uid();
        Some(match property {
            "id" => ids::folder_id(uid, self.folder.key).into(),
            "displayName" => self.folder.name.as_str().into(),
            "parentFolderId" => self
                .folder
                .parent
                .map(|parent| ids::folder_id(uid, parent))
                .into(),
            "childFolderCount" => self.counts.children.into(),
            "unreadItemCount" => self.counts.unread.into(),
            "totalItemCount" => self.counts.total.into(),
            "isHidden" => self.folder.is_hidden.into(),
            _ => return None,
        })
    }
}

/// Folders, in the order of graph-mail §11.1.
pub(crate) const FOLDER: Schema = Schema {
    name: "microsoft.graph.mailFolder",
    properties: &[
        Property::always("id", Type::Id),
        Property::usual("displayName", Type::Text),
        Property::usual("parentFolderId", Type::Id),
        Property::usual("childFolderCount", Type::Number),
        Property::usual("unreadItemCount", Type::Number),
        Property::usual("totalItemCount", Type::Number),
        Property::usual("isHidden", Type::Bool),
    ],
};
