//! Folders made, renamed, moved, copied, deleted.

use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Mailbox, text};

async fn made(ada: &Mailbox, path: &str, name: &str) -> Value {
    let answer = ada.post(path, &json!({ "displayName": name })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

fn path(folder: &Value) -> String {
    format!("/me/mailFolders/{}", text(folder, "id"))
}

async fn children(ada: &Mailbox, folder: &str) -> i64 {
    ada.json(&format!("/me/mailFolders/{folder}")).await["childFolderCount"]
        .as_i64()
        .expect("a count")
}

/// E38: a folder is made at the top or below another, and counted there.
#[tokio::test]
async fn folders_are_made() {
    let ada = Mailbox::of_ada().await;
    let (top, inbox) = (
        children(&ada, "msgfolderroot").await,
        children(&ada, "inbox").await,
    );
    let outer = made(&ada, "/me/mailFolders", "Outer").await;
    let inner = made(&ada, "/me/mailFolders/inbox/childFolders", "Inner").await;
    assert_eq!(
        (
            children(&ada, "msgfolderroot").await,
            children(&ada, "inbox").await
        ),
        (top + 1, inbox + 1)
    );
    assert_eq!(
        inner["parentFolderId"],
        ada.json("/me/mailFolders/inbox").await["id"]
    );
    assert_eq!(
        (&outer["totalItemCount"], &outer["isHidden"]),
        (&json!(0), &json!(false))
    );
    assert!(
        outer["@odata.context"]
            .as_str()
            .expect("a context")
            .ends_with("/mailFolders/$entity")
    );
    assert_eq!(ada.json(&path(&outer)).await["displayName"], "Outer");
}

/// E38: a name is taken whatever its capitals, beside the same folder only.
#[tokio::test]
async fn names_are_taken_once() {
    let ada = Mailbox::of_ada().await;
    let outer = made(&ada, "/me/mailFolders", "Plans").await;
    for (place, name) in [("/me/mailFolders", "plans"), ("/me/mailFolders", "INBOX")] {
        ada.post(place, &json!({ "displayName": name }))
            .await
            .is_refused(409, "ErrorFolderExists");
    }
    let inner = made(&ada, &format!("{}/childFolders", path(&outer)), "Plans").await;
    let other = made(&ada, "/me/mailFolders", "Others").await;
    ada.send(
        Method::PATCH,
        &path(&other),
        &json!({ "displayName": "Plans" }),
    )
    .await
    .is_refused(409, "ErrorFolderExists");
    ada.post(
        &format!("{}/move", path(&inner)),
        &json!({ "destinationId": "msgfolderroot" }),
    )
    .await
    .is_refused(409, "ErrorFolderExists");
    for name in ["", "   ", &"x".repeat(256)] {
        ada.post("/me/mailFolders", &json!({ "displayName": name }))
            .await
            .is_refused(400, "ErrorInvalidArgument");
    }
    ada.post("/me/mailFolders", &json!({}))
        .await
        .is_refused(400, "ErrorInvalidArgument");
}

/// E38: hidden can be said only when a folder is made; it is neither listed nor counted then.
#[tokio::test]
async fn a_folder_is_hidden_from_the_start_or_never() {
    let ada = Mailbox::of_ada().await;
    let before = children(&ada, "msgfolderroot").await;
    let body = json!({ "displayName": "Secret", "isHidden": true });
    let hidden = ada.post("/me/mailFolders", &body).await.json();
    assert_eq!(
        (&hidden["isHidden"], children(&ada, "msgfolderroot").await),
        (&json!(true), before)
    );
    let listed = |list: Vec<Value>| list.iter().any(|folder| folder["displayName"] == "Secret");
    assert!(!listed(ada.list("/me/mailFolders?$top=100").await));
    assert!(listed(
        ada.list("/me/mailFolders?$top=100&includeHiddenFolders=true")
            .await
    ));
    ada.send(Method::PATCH, &path(&hidden), &json!({ "isHidden": false }))
        .await
        .is_refused(400, "ErrorInvalidPropertySet");
    ada.send(
        Method::PATCH,
        &path(&hidden),
        &json!({ "totalItemCount": 3 }),
    )
    .await
    .is_refused(400, "RequestBodyRead");
}

/// The newest message of the inbox, moved into this folder.
async fn moved_into(ada: &Mailbox, folder: &Value) -> Value {
    let message = ada.newest("inbox").await;
    let path = format!("/me/messages/{}/move", text(&message, "id"));
    ada.post(&path, &json!({ "destinationId": folder["id"] }))
        .await
        .json()
}

/// E38: neither a new name nor a new place changes the id of a folder or of what is in it.
#[tokio::test]
async fn ids_of_folders_stay() {
    let ada = Mailbox::of_ada().await;
    let outer = made(&ada, "/me/mailFolders", "Outer").await;
    let inner = made(&ada, "/me/mailFolders", "Inner").await;
    let message = moved_into(&ada, &inner).await;
    let renamed = ada
        .send(
            Method::PATCH,
            &path(&inner),
            &json!({ "displayName": "Innermost" }),
        )
        .await;
    assert_eq!(
        (renamed.status.as_u16(), &renamed.json()["displayName"]),
        (200, &json!("Innermost"))
    );
    let moved = ada
        .post(
            &format!("{}/move", path(&inner)),
            &json!({ "destinationId": outer["id"] }),
        )
        .await;
    assert_eq!(moved.status, 201);
    let moved = moved.json();
    assert_eq!(
        (&moved["id"], &moved["parentFolderId"]),
        (&inner["id"], &outer["id"])
    );
    assert_eq!(
        (&moved["totalItemCount"], &moved["displayName"]),
        (&json!(1), &json!("Innermost"))
    );
    assert_eq!(ada.json(&path(&outer)).await["childFolderCount"], 1);
    assert_eq!(
        ada.get(&format!("/me/messages/{}", text(&message, "id")))
            .await
            .status,
        200
    );
}

/// E38: a copy is a folder of its own, with copies of all that is in it.
#[tokio::test]
async fn a_copy_is_a_folder_of_its_own() {
    let ada = Mailbox::of_ada().await;
    let archive = ada.counts("archive").await;
    let answer = ada
        .post(
            "/me/mailFolders/archive/copy",
            &json!({ "destinationId": "inbox" }),
        )
        .await;
    assert_eq!(answer.status, 201);
    let copy = answer.json();
    assert_eq!(copy["totalItemCount"], archive.0);
    assert_ne!(copy["id"], ada.json("/me/mailFolders/archive").await["id"]);
    assert_eq!(
        (&copy["unreadItemCount"], ada.counts("archive").await),
        (&json!(archive.1), archive)
    );
}

/// E34, E38: with a folder go its children; the messages of all of them are deleted as messages are, and none of them is a
/// destination any more.
#[tokio::test]
async fn a_deleted_folder_is_gone() {
    let ada = Mailbox::of_ada().await;
    let outer = made(&ada, "/me/mailFolders", "Outer").await;
    let inner = made(&ada, &format!("{}/childFolders", path(&outer)), "Inner").await;
    let message = ada.newest("inbox").await;
    let body = json!({ "destinationId": inner["id"] });
    ada.post(
        &format!("/me/messages/{}/move", text(&message, "id")),
        &body,
    )
    .await
    .json();
    let (top, bin) = (
        children(&ada, "msgfolderroot").await,
        ada.counts("recoverableitemsdeletions").await.0,
    );
    let answer = ada.delete(&path(&outer)).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    for folder in [&outer, &inner] {
        ada.get(&path(folder))
            .await
            .is_refused(404, "ErrorItemNotFound");
    }
    assert_eq!(children(&ada, "msgfolderroot").await, top - 1);
    assert_eq!(ada.counts("recoverableitemsdeletions").await.0, bin + 1);
    let other = format!(
        "/me/messages/{}/move",
        text(&ada.newest("inbox").await, "id")
    );
    ada.post(&other, &json!({ "destinationId": outer["id"] }))
        .await
        .is_refused(404, "ErrorItemNotFound");
    let purged = made(&ada, "/me/mailFolders", "Purged").await;
    assert_eq!(
        ada.post_nothing(&format!("{}/permanentDelete", path(&purged)))
            .await
            .status,
        204
    );
    ada.get(&path(&purged))
        .await
        .is_refused(404, "ErrorItemNotFound");
}

/// E38: the folders that every mailbox has stay where they are, and no folder lies in itself.
#[tokio::test]
async fn what_cannot_be_done_to_folders_is_refused() {
    let ada = Mailbox::of_ada().await;
    let outer = made(&ada, "/me/mailFolders", "Outer").await;
    let inner = made(&ada, &format!("{}/childFolders", path(&outer)), "Inner").await;
    let inside = json!({ "destinationId": inner["id"] });
    ada.delete("/me/mailFolders/inbox")
        .await
        .is_refused(400, "ErrorDeleteDistinguishedFolder");
    ada.post_nothing("/me/mailFolders/drafts/permanentDelete")
        .await
        .is_refused(400, "ErrorDeleteDistinguishedFolder");
    ada.post("/me/mailFolders/inbox/move", &inside)
        .await
        .is_refused(400, "ErrorMoveDistinguishedFolder");
    ada.send(
        Method::PATCH,
        "/me/mailFolders/inbox",
        &json!({ "displayName": "Mine" }),
    )
    .await
    .is_refused(400, "ErrorInvalidRequest");
    for action in ["move", "copy"] {
        ada.post(&format!("{}/{action}", path(&outer)), &inside)
            .await
            .is_refused(400, "ErrorMoveCopyFailed");
    }
    let reader = ada.beside("ada@contoso.example", &["Mail.Read", "Mail.Send"]);
    reader
        .delete(&path(&outer))
        .await
        .is_refused(403, "ErrorAccessDenied");
    reader
        .post("/me/mailFolders", &json!({ "displayName": "No" }))
        .await
        .is_refused(403, "ErrorAccessDenied");
}
