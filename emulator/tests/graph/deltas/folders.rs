//! Folders, synchronised.

use reqwest::Method;
use serde_json::{Value, json};

use super::{delete, gone, ids, messages, moved, round, touch};
use crate::mailbox::{Mailbox, text};

const FOLDERS: &str = "/me/mailFolders/delta";

async fn created(ada: &Mailbox, name: &str) -> Value {
    let body = json!({ "displayName": name });
    ada.send(Method::POST, "/me/mailFolders", &body)
        .await
        .json()
}

/// E52: the first round tells all folders, of all depths, without the hidden ones.
#[tokio::test]
async fn the_first_round_tells_all_folders() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, FOLDERS).await;
    let names: Vec<&str> = first
        .told
        .iter()
        .map(|folder| text(folder, "displayName"))
        .collect();
    for name in ["Inbox", "Projects", "Colloquium"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(first.told.iter().all(|folder| folder["isHidden"] == false));
    assert!(
        first
            .told
            .iter()
            .all(|folder| folder["@odata.type"] == "#microsoft.graph.mailFolder")
    );
    assert!(first.pages > 1);
}

/// E52: made, renamed, moved and deleted folders are told, each under its one id.
#[tokio::test]
async fn what_happens_to_folders_is_told() {
    let ada = Mailbox::of_ada().await;
    let travel = created(&ada, "Voyages").await;
    let path = format!("/me/mailFolders/{}", text(&travel, "id"));
    let mut link = round(&ada, FOLDERS).await.link;
    let made = created(&ada, "Letters").await;
    let told = round(&ada, &link).await;
    assert_eq!(
        (ids(&told.told), &told.told[0]["displayName"]),
        (vec![text(&made, "id")], &json!("Letters"))
    );
    link = told.link;
    ada.send(Method::PATCH, &path, &json!({ "displayName": "Trips" }))
        .await
        .json();
    let told = round(&ada, &link).await;
    assert_eq!(
        (ids(&told.told), &told.told[0]["displayName"]),
        (vec![text(&travel, "id")], &json!("Trips"))
    );
    link = told.link;
    ada.send(
        Method::POST,
        &format!("{path}/move"),
        &json!({ "destinationId": "archive" }),
    )
    .await
    .json();
    let told = round(&ada, &link).await;
    let archive = ada.json("/me/mailFolders/archive").await;
    assert_eq!(
        (ids(&told.told), &told.told[0]["parentFolderId"]),
        (vec![text(&travel, "id")], &archive["id"])
    );
    link = told.link;
    ada.send(Method::POST, &format!("{path}/permanentDelete"), &json!({}))
        .await;
    assert_eq!(round(&ada, &link).await.told, [gone(&travel)]);
}

/// E52: a deleted folder is removed; what was made and deleted between two rounds is not told at all.
#[tokio::test]
async fn a_deleted_folder_is_removed() {
    let ada = Mailbox::of_ada().await;
    let kept = created(&ada, "Kept").await;
    let link = round(&ada, FOLDERS).await.link;
    let passing = created(&ada, "Passing").await;
    for folder in [&passing, &kept] {
        delete(&ada, &format!("/me/mailFolders/{}", text(folder, "id"))).await;
    }
    assert_eq!(round(&ada, &link).await.told, [gone(&kept)]);
}

/// E52: what lies in folders is another matter.
#[tokio::test]
async fn messages_do_not_change_their_folder() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, FOLDERS).await;
    let some = messages(&ada).await;
    touch(&ada, &some[0], json!({ "isRead": false })).await;
    moved(&ada, &some[1], "archive").await;
    assert!(round(&ada, &first.link).await.told.is_empty());
}

/// E52: a selection is remembered; filters and orders are refused.
#[tokio::test]
async fn folders_can_be_selected_but_not_filtered() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, &format!("{FOLDERS}?$select=displayName")).await;
    assert!(
        first
            .told
            .iter()
            .all(|folder| folder.get("totalItemCount").is_none())
    );
    let made = created(&ada, "Letters").await;
    let told = round(&ada, &first.link).await.told;
    let expected = json!({ "@odata.type": "#microsoft.graph.mailFolder", "id": made["id"], "displayName": "Letters" });
    assert_eq!(told, [expected]);
    for options in [
        "$filter=displayName eq 'Inbox'",
        "$orderby=displayName",
        "$search=\"x\"",
    ] {
        let answer = ada.get(&format!("{FOLDERS}?{options}")).await;
        answer.is_refused(400, "ErrorInvalidUrlQuery");
    }
}
