//! Messages deleted, recovered, and gone for good.

use reqwest::Method;
use serde_json::json;

use crate::mailbox::{Mailbox, text};

const BIN: &str = "recoverableitemsdeletions";

/// E35: a deleted message leaves every list but the one of recoverable items, and the counts with it.
#[tokio::test]
async fn a_deleted_message_is_recoverable() {
    let ada = Mailbox::of_ada().await;
    let (message, before) = (ada.newest("inbox").await, ada.counts("inbox").await);
    let path = format!("/me/messages/{}", text(&message, "id"));
    let answer = ada.delete(&path).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    assert_eq!(ada.counts("inbox").await.0, before.0 - 1);
    let same =
        |other: &serde_json::Value| other["internetMessageId"] == message["internetMessageId"];
    assert!(!ada.list("/me/messages?$top=1000").await.iter().any(same));
    let recoverable = ada.list(&format!("/me/mailFolders/{BIN}/messages")).await;
    assert!(recoverable.iter().any(same));
    let back = format!("/me/messages/{}/move", text(&recoverable[0], "id"));
    let moved = ada.post(&back, &json!({ "destinationId": "inbox" })).await;
    assert_eq!(
        (moved.status.as_u16(), ada.counts("inbox").await),
        (201, before)
    );
}

/// E35: a second time it is not found by its mutable id, and not to be deleted by its immutable one.
#[tokio::test]
async fn what_is_deleted_cannot_be_deleted_again() {
    let ada = Mailbox::of_ada().await;
    let mutable = ada.newest("inbox").await;
    let page = ada
        .get_preferring(
            "IdType=\"ImmutableId\"",
            "/me/mailFolders/inbox/messages?$top=1",
        )
        .await
        .json();
    let [mutable, kept] = [&mutable, &page["value"][0]]
        .map(|message| format!("/me/messages/{}", text(message, "id")));
    assert_eq!(ada.delete(&kept).await.status, 204);
    ada.delete(&mutable)
        .await
        .is_refused(404, "ErrorItemNotFound");
    ada.delete(&kept)
        .await
        .is_refused(403, "ErrorCannotDeleteObject");
    let recoverable = ada.newest(BIN).await;
    ada.delete(&format!(
        "/me/mailFolders/{BIN}/messages/{}",
        text(&recoverable, "id")
    ))
    .await
    .is_refused(403, "ErrorCannotDeleteObject");
}

/// E35: a purged message is in no list at all, from wherever it is purged.
#[tokio::test]
async fn a_purged_message_is_gone() {
    let ada = Mailbox::of_ada().await;
    for folder in ["inbox", BIN] {
        let victim = ada.newest("inbox").await;
        if folder == BIN {
            ada.delete(&format!("/me/messages/{}", text(&victim, "id")))
                .await;
        }
        let message = ada.newest(folder).await;
        let path = format!(
            "/users/ada@contoso.example/messages/{}",
            text(&message, "id")
        );
        let answer = ada.post_nothing(&format!("{path}/permanentDelete")).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
        ada.get(&path).await.is_refused(404, "ErrorItemNotFound");
        for list in [
            "/me/messages?$top=1000".to_owned(),
            format!("/me/mailFolders/{BIN}/messages?$top=1000"),
        ] {
            let all = ada.list(&list).await;
            assert!(
                all.iter()
                    .all(|other| other["internetMessageId"] != message["internetMessageId"])
            );
        }
    }
}

/// E33, E35: a stale etag stops a deletion; reading is not enough for one.
#[tokio::test]
async fn a_deletion_needs_the_right_version_and_permission() {
    let ada = Mailbox::of_ada().await;
    let message = ada.newest("inbox").await;
    let path = format!("/me/messages/{}", text(&message, "id"));
    let request = ada
        .request(Method::DELETE, &path)
        .header("if-match", "W/\"old\"");
    crate::mailbox::send(request)
        .await
        .is_refused(412, "ErrorIrresolvableConflict");
    let reader = ada.beside("ada@contoso.example", &["Mail.Read", "Mail.Send"]);
    reader
        .delete(&path)
        .await
        .is_refused(403, "ErrorAccessDenied");
    reader
        .post_nothing(&format!("{path}/permanentDelete"))
        .await
        .is_refused(403, "ErrorAccessDenied");
    assert_eq!(ada.delete(&path).await.status, 204);
}
