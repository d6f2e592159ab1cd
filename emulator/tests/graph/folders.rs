//! The tree of folders.

use std::collections::HashSet;

use connect_outlook_emulator::{Emulator, graph::MailSettings};

use crate::mailbox::{Mailbox, entries, text};

const WELL_KNOWN: [&str; 17] = [
    "archive",
    "clutter",
    "conflicts",
    "conversationhistory",
    "deleteditems",
    "drafts",
    "inbox",
    "junkemail",
    "localfailures",
    "msgfolderroot",
    "outbox",
    "recoverableitemsdeletions",
    "scheduled",
    "searchfolders",
    "sentitems",
    "serverfailures",
    "syncissues",
];

/// E36: the list holds the direct children of the root, ten to a page, without the hidden ones.
#[tokio::test]
async fn the_root_list_is_flat_paged_and_without_hidden_folders() {
    let ada = Mailbox::of_ada().await;
    let root = ada.json("/me/mailFolders/msgfolderroot").await;
    let first = ada.json("/me/mailFolders").await;
    assert_eq!(entries(&first).len(), 10);
    let second = ada.json(text(&first, "@odata.nextLink")).await;
    assert!(second.get("@odata.nextLink").is_none());
    let folders = [entries(&first), entries(&second)].concat();
    assert!(
        folders
            .iter()
            .all(|folder| folder["parentFolderId"] == root["id"] && folder["isHidden"] == false)
    );
    assert_eq!(root["childFolderCount"], folders.len());

    let all = ada
        .list("/me/mailFolders?includeHiddenFolders=true&$top=100")
        .await;
    let hidden: Vec<_> = all
        .iter()
        .filter(|folder| folder["isHidden"] == true)
        .map(|folder| text(folder, "displayName"))
        .collect();
    assert_eq!(hidden, ["Clutter", "Scheduled", "Sync Issues"]);
    assert_eq!(all.len(), folders.len() + hidden.len());
}

#[tokio::test]
async fn children_are_listed_one_level_at_a_time() {
    let ada = Mailbox::of_ada().await;
    let folders = ada
        .list("/me/mailFolders?$top=100&$filter=displayName eq 'Projects'")
        .await;
    let projects = text(&folders[0], "id");
    let children = ada
        .list(&format!("/me/mailFolders/{projects}/childFolders"))
        .await;
    assert_eq!(folders[0]["childFolderCount"], children.len());
    assert!(
        children.len() > 1
            && children
                .iter()
                .all(|child| child["parentFolderId"] == projects)
    );
    let child = text(&children[0], "id");
    let nested = format!("/me/mailFolders/{projects}/childFolders/{child}");
    assert_eq!(
        ada.json(&nested).await["displayName"],
        children[0]["displayName"]
    );
    assert!(ada.list(&format!("{nested}/messages")).await.is_empty());
}

/// E37: seventeen names, seventeen folders, and no folder says which name leads to it.
#[tokio::test]
async fn every_well_known_name_leads_to_a_folder() {
    let ada = Mailbox::of_ada().await;
    let mut ids = HashSet::new();
    for name in WELL_KNOWN {
        let folder = ada.json(&format!("/me/mailFolders/{name}")).await;
        let again = ada
            .json(&format!("/me/mailFolders/{}", text(&folder, "id")))
            .await;
        assert_eq!(folder, again, "{name}");
        let members: Vec<_> = folder
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        assert!(
            !members
                .iter()
                .any(|member| member.to_lowercase().contains("wellknown")),
            "{members:?}"
        );
        assert_eq!(
            ada.get(&format!("/me/mailFolders/{name}/messages"))
                .await
                .status,
            200,
            "{name}"
        );
        ids.insert(text(&folder, "id").to_owned());
    }
    assert_eq!(ids.len(), WELL_KNOWN.len());
}

/// E37: display names can be in another language; the well-known names stay.
#[tokio::test]
async fn display_names_can_be_localised() {
    let settings = MailSettings::default().with_language("ada@contoso.example", "de-DE");
    let ada = Mailbox::within(
        Emulator::builder().mail(settings),
        "ada@contoso.example",
        &["Mail.Read"],
    )
    .await;
    assert_eq!(
        ada.json("/me/mailFolders/inbox").await["displayName"],
        "Posteingang"
    );
    assert_eq!(
        ada.json("/me/mailFolders/sentitems").await["displayName"],
        "Gesendete Elemente"
    );
    let ada = ada.entered_by("grace@contoso.example", &["Mail.Read"]);
    assert_eq!(
        ada.json("/me/mailFolders/inbox").await["displayName"],
        "Inbox"
    );
}

/// The counts of a folder are the counts of its list.
#[tokio::test]
async fn counts_agree_with_lists() {
    let ada = Mailbox::of_ada().await;
    for folder in ada
        .list("/me/mailFolders?$top=100&includeHiddenFolders=true")
        .await
    {
        let id = text(&folder, "id");
        let messages = ada
            .list(&format!("/me/mailFolders/{id}/messages?$top=1000"))
            .await;
        let unread = messages
            .iter()
            .filter(|message| message["isRead"] == false)
            .count();
        assert_eq!(
            (&folder["totalItemCount"], &folder["unreadItemCount"]),
            (&messages.len().into(), &unread.into())
        );
        assert!(
            messages
                .iter()
                .all(|message| message["parentFolderId"] == id)
        );
    }
}

#[tokio::test]
async fn folders_are_selected_and_not_searched() {
    let ada = Mailbox::of_ada().await;
    let folder = ada.json("/me/mailFolders/inbox?$select=displayName").await;
    assert_eq!(folder.as_object().expect("an object").len(), 3, "{folder}");
    let refused = ada.get("/me/mailFolders/inbox?$select=isRead").await;
    refused.is_refused(400, "BadRequest");
    let message = "Parsing OData Select and Expand failed: Could not find a property named 'isRead' on type 'microsoft.graph.mailFolder'.";
    assert_eq!(refused.error()["message"], message);
    ada.get("/me/mailFolders?$search=\"x\"")
        .await
        .is_refused(400, "BadRequest");
}
