//! Ids that change, ids that stay, ids that are none.

use reqwest::Method;
use serde_json::json;

use crate::mailbox::{Mailbox, send, text};

const IMMUTABLE: &str = "IdType=\"ImmutableId\"";

/// E20: a move changes the id, unless immutable ids are preferred; both forms are found without saying which.
#[tokio::test]
async fn a_move_changes_the_mutable_id_only() {
    let ada = Mailbox::of_ada().await;
    let mutable = text(
        &ada.list("/me/mailFolders/inbox/messages?$top=1").await[0],
        "id",
    )
    .to_owned();
    let answer = ada
        .get_preferring(IMMUTABLE, &format!("/me/messages/{mutable}"))
        .await;
    assert_eq!(answer.header("preference-applied"), IMMUTABLE);
    let immutable = text(&answer.json(), "id").to_owned();
    assert_ne!(mutable, immutable);
    assert_eq!(
        ada.json(&format!("/me/messages/{immutable}")).await["id"],
        mutable.as_str()
    );

    let body = json!({ "destinationId": "archive" });
    let moved = ada
        .send(Method::POST, &format!("/me/messages/{mutable}/move"), &body)
        .await;
    assert_eq!(moved.status, 201);
    let moved = text(&moved.json(), "id").to_owned();
    assert_ne!(moved, mutable);
    assert_eq!(
        ada.json(&format!("/me/messages/{immutable}")).await["id"],
        moved.as_str()
    );
    let still = ada
        .get_preferring(IMMUTABLE, &format!("/me/messages/{moved}"))
        .await
        .json();
    assert_eq!(still["id"], immutable.as_str());
}

/// E20: a list under the preference speaks of its attachments in the same form.
#[tokio::test]
async fn the_preference_reaches_attachments() {
    let ada = Mailbox::of_ada().await;
    let page = ada
        .get_preferring(
            IMMUTABLE,
            "/me/messages?$filter=hasAttachments eq true&$top=1",
        )
        .await
        .json();
    let message = text(&page["value"][0], "id");
    let attachments = ada
        .get_preferring(IMMUTABLE, &format!("/me/messages/{message}/attachments"))
        .await
        .json();
    let attachment = text(&attachments["value"][0], "id");
    let common: String = message.chars().take(60).collect();
    assert!(attachment.starts_with(&common), "{attachment}");
    assert_eq!(
        ada.get(&format!("/me/messages/{message}/attachments/{attachment}"))
            .await
            .status,
        200
    );
}

/// E21: the id from before a move leads nowhere; what is no id is malformed.
#[tokio::test]
async fn stale_ids_are_not_found_and_garbage_is_malformed() {
    let ada = Mailbox::of_ada().await;
    let stale = text(&ada.list("/me/messages?$top=1").await[0], "id").to_owned();
    let path = format!("/me/messages/{stale}");
    ada.send(
        Method::POST,
        &format!("{path}/move"),
        &json!({ "destinationId": "archive" }),
    )
    .await
    .json();
    let answer = ada.get(&path).await;
    answer.is_refused(404, "ErrorItemNotFound");
    assert_eq!(
        answer.error()["message"],
        "The specified object was not found in the store."
    );
    ada.send(
        Method::POST,
        &format!("{path}/move"),
        &json!({ "destinationId": "inbox" }),
    )
    .await
    .is_refused(404, "ErrorItemNotFound");
    ada.send(Method::PATCH, &path, &json!({ "isRead": true }))
        .await
        .is_refused(404, "ErrorItemNotFound");

    for garbage in ["garbage", "AAMkAD", "AAMkAGUwNjQ4ZjIx=", "%20", &stale[1..]] {
        let answer = ada.get(&format!("/me/messages/{garbage}")).await;
        answer.is_refused(400, "ErrorInvalidIdMalformed");
        assert_eq!(answer.error()["message"], "Id is malformed.");
    }
    let folder = ada.json("/me/mailFolders/inbox").await;
    ada.get(&format!("/me/messages/{}", text(&folder, "id")))
        .await
        .is_refused(400, "ErrorInvalidIdMalformed");
    ada.get("/me/mailFolders/no-such-folder/messages")
        .await
        .is_refused(400, "ErrorInvalidIdMalformed");
}

/// graph-mail §12.2: an id of somebody else's mailbox is told apart.
#[tokio::test]
async fn ids_of_another_mailbox_are_refused() {
    let ada = Mailbox::of_ada().await;
    let message = text(&ada.list("/me/messages?$top=1").await[0], "id").to_owned();
    let folder = text(&ada.json("/me/mailFolders/inbox").await, "id").to_owned();
    let grace = ada.entered_by("grace@contoso.example", &["Mail.Read"]);
    grace
        .get(&format!("/me/messages/{message}"))
        .await
        .is_refused(400, "ErrorInvalidMailboxItemId");
    grace
        .get(&format!("/me/mailFolders/{folder}"))
        .await
        .is_refused(400, "ErrorInvalidMailboxItemId");
}

/// A path that names a folder finds only what lies in it.
#[tokio::test]
async fn a_message_is_found_in_its_own_folder_only() {
    let ada = Mailbox::of_ada().await;
    let message = text(
        &ada.list("/me/mailFolders/inbox/messages?$top=1").await[0],
        "id",
    )
    .to_owned();
    assert_eq!(
        ada.get(&format!("/me/mailFolders/inbox/messages/{message}"))
            .await
            .status,
        200
    );
    ada.get(&format!("/me/mailFolders/drafts/messages/{message}"))
        .await
        .is_refused(404, "ErrorItemNotFound");
    let encoded = message.replace('=', "%3D");
    assert_eq!(
        send(ada.request(Method::GET, &format!("/me/messages('{encoded}')")))
            .await
            .status,
        200
    );
}
