//! Changes that are told.

use reqwest::Method;
use serde_json::json;

use super::{Story, kinds};
use crate::mailbox::{send, text};

/// E59: a change is told as the documented collection, with the client's own word.
#[tokio::test]
async fn a_change_is_told_as_documented() {
    let mut story = Story::begin().await;
    let made = story.subscribed(json!({})).await;
    let message = story.message().await;
    story.touch(&message, json!({ "isRead": false })).await;
    story.ada.emulator.notifications_settled().await;
    let arrival = story.receiver.arrived().remove(0);
    assert_eq!(
        (arrival.path.as_str(), arrival.query.as_str()),
        ("/mail", "kept=yes")
    );
    assert_eq!(arrival.content_type, "application/json");
    let entries = arrival.entries();
    let me = story.ada.json("/me?$select=id").await;
    let resource = format!(
        "Users/{}/Messages/{}",
        text(&me, "id"),
        text(&message, "id")
    );
    let now = story
        .ada
        .json(&format!("/me/messages/{}", text(&message, "id")))
        .await;
    assert_eq!(
        entries,
        [json!({
            "subscriptionId": made["id"],
            "subscriptionExpirationDateTime": made["expirationDateTime"],
            "clientState": "known only to us",
            "tenantId": story.ada.emulator.world().tenants[0].id,
            "changeType": "updated",
            "resource": resource,
            "resourceData": {
                "@odata.type": "#Microsoft.Graph.Message",
                "@odata.id": resource,
                "@odata.etag": now["@odata.etag"],
                "id": message["id"],
            },
        })]
    );
}

/// E59: a message that leaves a folder is deleted for who watches that folder, and created for who watches the other.
#[tokio::test]
async fn a_move_is_told_on_both_sides() {
    let mut story = Story::begin().await;
    let inbox = story.subscribed(json!({})).await;
    let archive = json!({ "resource": "/me/mailFolders('archive')/messages" });
    let archive = story.subscribed(archive).await;
    let message = story.message().await;
    let moved = story.moved(&message, "archive").await;
    let mut told = story.told().await;
    told.sort_by_key(|entry| text(entry, "changeType").to_owned());
    assert_eq!(
        kinds(&told),
        [
            ("created", text(&moved, "id")),
            ("deleted", text(&message, "id"))
        ]
    );
    assert_eq!(
        (&told[0]["subscriptionId"], &told[1]["subscriptionId"]),
        (&archive["id"], &inbox["id"])
    );
}

/// E59: a subscription to the whole mailbox hears of every folder.
#[tokio::test]
async fn the_whole_mailbox_can_be_watched() {
    let mut story = Story::begin().await;
    story.subscribed(json!({ "resource": "me/messages" })).await;
    let sent = story
        .ada
        .list("/me/mailFolders/sentitems/messages?$top=1")
        .await
        .remove(0);
    story.touch(&sent, json!({ "importance": "high" })).await;
    let copy = format!("/me/messages/{}/copy", text(&sent, "id"));
    let copied = story
        .ada
        .send(Method::POST, &copy, &json!({ "destinationId": "inbox" }))
        .await
        .json();
    let told = story.told().await;
    assert_eq!(
        kinds(&told),
        [
            ("updated", text(&sent, "id")),
            ("created", text(&copied, "id"))
        ]
    );
}

/// E59: what was not asked for is not told; what lies elsewhere neither.
#[tokio::test]
async fn only_matching_changes_are_told() {
    let mut story = Story::begin().await;
    story.subscribed(json!({ "changeType": "created" })).await;
    let message = story.message().await;
    story.touch(&message, json!({ "isRead": false })).await;
    let sent = story
        .ada
        .list("/me/mailFolders/sentitems/messages?$top=1")
        .await
        .remove(0);
    story.touch(&sent, json!({ "importance": "high" })).await;
    assert!(story.told().await.is_empty());
    let back = story.moved(&sent, "inbox").await;
    assert_eq!(kinds(&story.told().await), [("created", text(&back, "id"))]);
}

/// graph-mail §16.4: with a filter, what enters it is created and what leaves it is deleted.
#[tokio::test]
async fn a_filter_makes_its_own_comings_and_goings() {
    let mut story = Story::begin().await;
    let unread = "me/mailFolders('inbox')/messages?$filter=isRead eq false";
    story.subscribed(json!({ "resource": unread })).await;
    let message = story.message().await;
    let id = text(&message, "id");
    for (change, kind) in [
        (json!({ "isRead": false }), Some("created")),
        (json!({ "importance": "high" }), Some("updated")),
        (json!({ "isRead": true }), Some("deleted")),
        (json!({ "importance": "low" }), None),
    ] {
        story.touch(&message, change).await;
        let told = story.told().await;
        let expected: Vec<_> = kind.map(|kind| (kind, id)).into_iter().collect();
        assert_eq!(kinds(&told), expected);
    }
}

/// E59: ids have the form that was asked for when the subscription was made.
#[tokio::test]
async fn ids_have_the_form_chosen_at_creation() {
    let mut story = Story::begin().await;
    let immutable = r#"IdType="ImmutableId""#;
    let request = story
        .ada
        .request(Method::POST, "/subscriptions")
        .header("prefer", immutable);
    send(request.json(&story.wanted())).await.json();
    story.subscribed(json!({})).await;
    let message = story.message().await;
    let path = format!("/me/messages/{}", text(&message, "id"));
    let lasting = story.ada.get_preferring(immutable, &path).await.json();
    story.moved(&message, "archive").await;
    let told = story.told().await;
    let expected = [
        ("deleted", text(&lasting, "id")),
        ("deleted", text(&message, "id")),
    ];
    assert_eq!(kinds(&told), expected);
}

/// E59: what is due together goes out in one request, for all subscriptions of one address.
#[tokio::test]
async fn one_request_carries_several() {
    let mut story = Story::with(|switches| switches.notifications.latency_seconds = 5).await;
    let first = story.subscribed(json!({})).await;
    let second = story.subscribed(json!({ "resource": "me/messages" })).await;
    let message = story.message().await;
    story.touch(&message, json!({ "isRead": false })).await;
    story.touch(&message, json!({ "importance": "high" })).await;
    assert!(story.told().await.is_empty(), "it is not time yet");
    story.later(5);
    story.ada.emulator.notifications_settled().await;
    let arrived = story.receiver.arrived();
    assert_eq!(arrived.len(), 1);
    let ids = arrived[0]
        .entries()
        .into_iter()
        .map(|entry| entry["subscriptionId"].clone());
    let (first, second) = (first["id"].clone(), second["id"].clone());
    let expected = [first.clone(), second.clone(), first, second];
    assert_eq!(ids.collect::<Vec<_>>(), expected);
}

/// E59, E64: mail that a test lets come in is told like mail that was sent.
#[tokio::test]
async fn seeded_mail_is_told() {
    let mut story = Story::begin().await;
    story.subscribed(json!({ "changeType": "created" })).await;
    let mail = connect_outlook_emulator::graph::NewMail::new("Tea");
    story
        .ada
        .emulator
        .add_mail("ada@contoso.example", &mail)
        .expect("a mailbox");
    story.ada.emulator.notifications_settled().await;
    let told = story.receiver.told();
    assert_eq!((told.len(), text(&told[0], "changeType")), (1, "created"));
}

/// E28, E59: mail is told when it arrives, by the emulator's clock, also if nobody asks for anything meanwhile.
#[tokio::test]
async fn mail_that_arrives_later_is_told_then() {
    let mut story = Story::with(|switches| switches.sending_delay = 30).await;
    story.subscribed(json!({ "changeType": "created" })).await;
    let message = json!({
        "subject": "To myself",
        "toRecipients": [{ "emailAddress": { "address": "ada@contoso.example" } }],
    });
    let body = json!({ "message": message });
    assert_eq!(
        story
            .ada
            .send(Method::POST, "/me/sendMail", &body)
            .await
            .status,
        202
    );
    assert!(story.told().await.is_empty());
    story.later(30);
    let entry = story.receiver.next().await.entries().remove(0);
    let path = format!("/me/messages/{}", text(&entry["resourceData"], "id"));
    assert_eq!(story.ada.json(&path).await["subject"], "To myself");
}

/// E59: removed is told as deleted.
#[tokio::test]
async fn a_deleted_message_is_told() {
    let mut story = Story::begin().await;
    story.subscribed(json!({ "resource": "me/messages" })).await;
    let message = story.message().await;
    let path = format!("/me/messages/{}", text(&message, "id"));
    send(story.ada.request(Method::DELETE, &path)).await;
    assert_eq!(
        kinds(&story.told().await),
        [("deleted", text(&message, "id"))]
    );
}
