//! Deliveries that fail, and deliveries that come oddly.

use connect_outlook_emulator::graph::Delivery;
use serde_json::{Value, json};

use super::{Story, kinds};

/// E60: refused is tried again, after gaps that grow, until it is taken.
#[tokio::test]
async fn a_refused_notification_comes_again_until_it_is_taken() {
    let mut story = Story::begin().await;
    story.subscribed(json!({})).await;
    story.receiver.answers(|manners| manners.taking = Some(500));
    let message = story.message().await;
    story.touch(&message, json!({ "isRead": false })).await;
    let first = story.told().await;
    assert_eq!(first.len(), 1);
    for gap in [10, 20, 40] {
        story.later(gap - 2);
        assert!(
            story.told().await.is_empty(),
            "before {gap} seconds are over"
        );
        story.later(2);
        assert_eq!(story.told().await, first);
    }
    story.receiver.answers(|manners| manners.taking = Some(200));
    story.later(80);
    assert_eq!(story.told().await, first);
    story.later(4 * 3_600);
    assert!(story.told().await.is_empty());
    let deliveries = story.ada.emulator.notification_attempts();
    let last = deliveries.last().expect("an attempt");
    assert_eq!(
        (&last.delivery, last.again_at),
        (&Delivery::Taken(200), None)
    );
}

/// E60: so is one whose receiver takes more than ten seconds, or is not there.
#[tokio::test]
async fn a_slow_receiver_is_asked_again() {
    let mut story = Story::begin().await;
    story.subscribed(json!({})).await;
    story.receiver.answers(|manners| manners.taking = None);
    let message = story.message().await;
    story.touch(&message, json!({ "isRead": false })).await;
    let told = story.receiver.next().await.entries();
    story.later(10);
    story.ada.emulator.notifications_settled().await;
    let attempts = story.ada.emulator.notification_attempts();
    assert_eq!(attempts[0].delivery, Delivery::TooSlow);
    story.receiver.answers(|manners| manners.taking = Some(202));
    story.later(10);
    assert_eq!(story.told().await, told);
}

/// E60: after four hours, or as long as they are scaled to, it is lost.
#[tokio::test]
async fn after_four_hours_a_notification_is_lost() {
    for hours in [4, 1] {
        let seconds = hours * 3_600;
        let mut story =
            Story::with(|switches| switches.notifications.retry_seconds = seconds).await;
        story.subscribed(json!({})).await;
        story.receiver.answers(|manners| manners.taking = Some(503));
        story
            .touch(&story.message().await, json!({ "isRead": false }))
            .await;
        let mut tries = story.told().await.len();
        let began = story.ada.emulator.clock().now();
        while let Some(next) = story
            .ada
            .emulator
            .notification_attempts()
            .last()
            .and_then(|last| last.again_at)
        {
            story.later(next - story.ada.emulator.clock().now());
            tries += story.told().await.len();
        }
        let lasted = story.ada.emulator.clock().now() - began;
        assert!(
            tries > 8 && lasted > seconds / 2 && lasted <= seconds,
            "{tries} tries in {lasted} seconds"
        );
        story.receiver.answers(|manners| manners.taking = Some(202));
        story.later(86_400 / 2);
        assert!(story.told().await.is_empty());
    }
}

/// E60: on demand everything comes twice.
#[tokio::test]
async fn duplicates_can_be_had() {
    let mut story = Story::with(|switches| switches.notifications.duplicates = true).await;
    story.subscribed(json!({})).await;
    story
        .touch(&story.message().await, json!({ "isRead": false }))
        .await;
    let told = story.told().await;
    assert_eq!((told.len(), &told[0]), (2, &told[1]));
}

/// E60: on demand the newest comes first.
#[tokio::test]
async fn order_can_be_reversed() {
    let mut story = Story::with(|switches| {
        switches.notifications.latency_seconds = 5;
        switches.notifications.out_of_order = true;
    })
    .await;
    story.subscribed(json!({ "resource": "me/messages" })).await;
    let message = story.message().await;
    story.touch(&message, json!({ "isRead": false })).await;
    let moved = story.moved(&message, "archive").await;
    story.later(5);
    let told = story.told().await;
    let id = |message: &Value| message["id"].as_str().expect("an id").to_owned();
    let expected = [id(&moved), id(&message)];
    let ids: Vec<&str> = kinds(&told).into_iter().map(|(_, id)| id).collect();
    assert_eq!(ids, expected);
}
