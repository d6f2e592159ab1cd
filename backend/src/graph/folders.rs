//! Reading folders. Pure.

use connect_outlook_protocol::wire::Folder;
use serde::Deserialize;

use super::GraphError;
use super::error::read as read_json;
use super::roles::RoleMap;

/// Folders of a list, each with its role if it has one. Items without an id are passed over.
pub(super) fn read(body: &[u8], roles: &RoleMap) -> Result<Vec<Folder>, GraphError> {
    let list: List = read_json(body)?;
    let folders = list.value.into_iter().filter_map(|folder| {
        let id = folder.id?;
        Some(Folder {
            role: roles.get(&id).copied(),
            name: folder.display_name.unwrap_or_default(),
            unread: folder.unread_item_count.unwrap_or_default(),
            total: folder.total_item_count.unwrap_or_default(),
            id,
        })
    });
    Ok(folders.collect())
}

/// The id of one folder.
pub(super) fn read_id(body: &[u8]) -> Result<String, GraphError> {
    read_json::<OnTheWire>(body)?
        .id
        .ok_or_else(|| GraphError::Unexpected("a folder without id".to_owned()))
}

#[derive(Deserialize)]
struct List {
    value: Vec<OnTheWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnTheWire {
    id: Option<String>,
    display_name: Option<String>,
    unread_item_count: Option<u64>,
    total_item_count: Option<u64>,
}

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::wire::FolderRole;

    use super::*;

    #[test]
    fn folders_get_their_role_by_id_in_any_language() {
        let body = br##"{"@odata.context":"x","value":[
            {"id":"AAA","displayName":"Posteingang","parentFolderId":"R","unreadItemCount":3,"totalItemCount":40},
            {"@odata.type":"#microsoft.graph.mailSearchFolder","id":"BBB","displayName":"Gefunden"},
            {"displayName":"without id"}]}"##;
        let roles = RoleMap::from_iter([("AAA".to_owned(), FolderRole::Inbox)]);
        let folders = read(body, &roles).unwrap();
        assert_eq!(folders.len(), 2);
        assert_eq!(
            (folders[0].role, folders[0].unread, folders[0].total),
            (Some(FolderRole::Inbox), 3, 40)
        );
        assert_eq!(
            (folders[1].role, folders[1].name.as_str()),
            (None, "Gefunden")
        );
    }

    #[test]
    fn what_is_no_list_is_unexpected() {
        for bad in ["", "[]", "{}", r#"{"value":{}}"#, r#"{"value":[{"id":1}]}"#] {
            assert!(
                matches!(
                    read(bad.as_bytes(), &RoleMap::new()),
                    Err(GraphError::Unexpected(_))
                ),
                "{bad}"
            );
        }
        assert!(read_id(b"{}").is_err());
    }
}
