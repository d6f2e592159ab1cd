//! What a later round tells.

use serde_json::json;

use super::{INBOX, delete, gone, ids, messages, moved, round, touch};
use crate::mailbox::{Mailbox, text};

const ARCHIVE: &str = "/me/mailFolders/archive/messages/delta";

/// E48: a changed message is told as it is now, once however often it changed.
#[tokio::test]
async fn a_changed_message_is_told() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, INBOX).await;
    let message = messages(&ada).await.remove(0);
    touch(&ada, &message, json!({ "isRead": false })).await;
    touch(&ada, &message, json!({ "categories": ["Red"] })).await;
    let second = round(&ada, &first.link).await;
    assert_eq!(ids(&second.told), [text(&message, "id")]);
    let told = &second.told[0];
    assert_eq!(
        (&told["isRead"], &told["categories"]),
        (&json!(false), &json!(["Red"]))
    );
    assert_ne!(told["@odata.etag"], message["@odata.etag"]);
}

/// E48: a moved message is removed from the one folder's delta under its old id, and new in the other's.
#[tokio::test]
async fn a_moved_message_leaves_here_and_comes_there() {
    let ada = Mailbox::of_ada().await;
    let (inbox, archive) = (round(&ada, INBOX).await, round(&ada, ARCHIVE).await);
    let message = messages(&ada).await.remove(0);
    let there = moved(&ada, &message, "archive").await;
    assert_eq!(round(&ada, &inbox.link).await.told, [gone(&message)]);
    let told = round(&ada, &archive.link).await.told;
    assert_eq!(
        (ids(&told), &told[0]["subject"]),
        (vec![text(&there, "id")], &message["subject"])
    );
}

/// E48: there and back again is a change, under the id it has now.
#[tokio::test]
async fn a_message_that_came_back_is_told_as_it_is() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, INBOX).await;
    let message = messages(&ada).await.remove(0);
    let there = moved(&ada, &message, "archive").await;
    let back = moved(&ada, &there, "inbox").await;
    assert_eq!(
        ids(&round(&ada, &first.link).await.told),
        [text(&back, "id")]
    );
}

/// E48: what came and went between two rounds is not told at all.
#[tokio::test]
async fn a_passing_message_is_not_told() {
    let ada = Mailbox::of_ada().await;
    let archive = round(&ada, ARCHIVE).await;
    let there = moved(&ada, &messages(&ada).await[0], "archive").await;
    moved(&ada, &there, "inbox").await;
    assert!(round(&ada, &archive.link).await.told.is_empty());
}

/// E48: a deleted message is removed.
#[tokio::test]
async fn a_deleted_message_is_removed() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, INBOX).await;
    let message = messages(&ada).await.remove(0);
    delete(&ada, &format!("/me/messages/{}", text(&message, "id"))).await;
    assert_eq!(round(&ada, &first.link).await.told, [gone(&message)]);
}

/// graph-mail §5: either form of ids goes with the same link.
#[tokio::test]
async fn ids_have_the_form_that_is_preferred() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, INBOX).await;
    let message = messages(&ada).await.remove(0);
    let path = format!("/me/messages/{}", text(&message, "id"));
    let immutable = r#"IdType="ImmutableId""#;
    let lasting = ada.get_preferring(immutable, &path).await.json();
    moved(&ada, &message, "archive").await;
    let told = ada.get_preferring(immutable, &first.link).await.json();
    assert_eq!(told["value"], json!([gone(&lasting)]));
}

/// E48: many changes come in pages too.
#[tokio::test]
async fn a_later_round_has_pages() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, &format!("{INBOX}?$top=3")).await;
    let some = messages(&ada).await;
    moved(&ada, &some[0], "archive").await;
    for message in &some[1..8] {
        touch(&ada, message, json!({ "isRead": false })).await;
    }
    let second = round(&ada, &first.link).await;
    assert_eq!((second.told.len(), second.pages), (8, 3));
    assert_eq!(second.told[7], gone(&some[0]));
    assert!(round(&ada, &second.link).await.told.is_empty());
}
