//! The fate of subscriptions, as somebody lets it happen.

use connect_outlook_emulator::{
    graph::LifecycleEvent,
    rfc3339,
    scenario::{NewScenario, ScenarioName},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::Story;
use crate::mailbox::{send, text};

/// A story with a subscription that has somewhere to tell its fate.
async fn begun() -> (Story, Value, String) {
    let mut story = Story::begin().await;
    let fate = json!({ "lifecycleNotificationUrl": story.receiver.url("/fate") });
    let made = story.subscribed(fate).await;
    let id = text(&made, "id").to_owned();
    (story, made, id)
}

impl Story {
    /// The entries that arrived at the lifecycle address, which must be all there are.
    async fn fate(&mut self) -> Vec<Value> {
        self.ada.emulator.notifications_settled().await;
        let arrived = self.receiver.arrived();
        assert!(arrived.iter().all(|arrival| arrival.path == "/fate"));
        arrived
            .iter()
            .flat_map(|arrival| arrival.entries())
            .collect()
    }
}

/// E61: each event is told as documented, without a resource.
#[tokio::test]
async fn a_lifecycle_notification_says_what_happened() {
    let (mut story, made, id) = begun().await;
    for (event, name) in [
        (LifecycleEvent::Missed, "missed"),
        (
            LifecycleEvent::ReauthorizationRequired,
            "reauthorizationRequired",
        ),
        (LifecycleEvent::SubscriptionRemoved, "subscriptionRemoved"),
    ] {
        assert!(story.ada.emulator.let_happen(&id, event));
        assert_eq!(
            story.fate().await,
            [json!({
                "subscriptionId": id,
                "subscriptionExpirationDateTime": made["expirationDateTime"],
                "clientState": "known only to us",
                "tenantId": story.ada.emulator.world().tenants[0].id,
                "lifecycleEvent": name,
            })]
        );
    }
    assert!(!story.ada.emulator.let_happen(&id, LifecycleEvent::Missed));
}

/// E61: nothing is delivered between the demand and `reauthorize`.
#[tokio::test]
async fn delivery_pauses_until_the_subscription_is_reauthorized() {
    let (mut story, _, id) = begun().await;
    let message = story.message().await;
    story
        .ada
        .emulator
        .let_happen(&id, LifecycleEvent::ReauthorizationRequired);
    story.touch(&message, json!({ "isRead": false })).await;
    assert_eq!(story.fate().await.len(), 1);
    let path = format!("/subscriptions/{id}/reauthorize");
    send(story.ada.request(Method::POST, &path)).await;
    story.touch(&message, json!({ "isRead": true })).await;
    assert_eq!(story.told().await.len(), 1);
}

/// E61: a renewal goes on with it as well.
#[tokio::test]
async fn a_renewal_reauthorizes_too() {
    let (mut story, _, id) = begun().await;
    story
        .ada
        .emulator
        .let_happen(&id, LifecycleEvent::ReauthorizationRequired);
    story.fate().await;
    let end = json!({ "expirationDateTime": rfc3339(story.ada.emulator.clock().now() + 90_000) });
    story
        .ada
        .send(Method::PATCH, &format!("/subscriptions/{id}"), &end)
        .await
        .json();
    story
        .touch(&story.message().await, json!({ "isRead": false }))
        .await;
    assert_eq!(story.told().await.len(), 1);
}

/// E61: a notification that was being retried when the demand came waits for the reauthorization.
#[tokio::test]
async fn a_retry_waits_as_well() {
    let (mut story, _, id) = begun().await;
    story.receiver.answers(|manners| manners.taking = Some(500));
    story
        .touch(&story.message().await, json!({ "isRead": false }))
        .await;
    let told = story.told().await;
    story.receiver.answers(|manners| manners.taking = Some(202));
    story
        .ada
        .emulator
        .let_happen(&id, LifecycleEvent::ReauthorizationRequired);
    story.fate().await;
    story.later(60);
    assert!(story.told().await.is_empty());
    let path = format!("/subscriptions/{id}/reauthorize");
    assert_eq!(
        send(story.ada.request(Method::POST, &path)).await.status,
        204
    );
    assert_eq!(story.told().await, told);
}

/// E61: removed is gone.
#[tokio::test]
async fn a_removed_subscription_is_gone() {
    let (mut story, _, id) = begun().await;
    story
        .ada
        .emulator
        .let_happen(&id, LifecycleEvent::SubscriptionRemoved);
    assert_eq!(story.fate().await.len(), 1);
    story
        .ada
        .get(&format!("/subscriptions/{id}"))
        .await
        .is_refused(404, "ResourceNotFound");
    story
        .touch(&story.message().await, json!({ "isRead": false }))
        .await;
    assert!(story.told().await.is_empty());
}

/// E60, E61: lifecycle notifications are tried again too, also those of a subscription that is gone.
#[tokio::test]
async fn the_last_word_is_tried_again() {
    let (mut story, _, id) = begun().await;
    story.receiver.answers(|manners| manners.taking = Some(500));
    story
        .ada
        .emulator
        .let_happen(&id, LifecycleEvent::SubscriptionRemoved);
    let last = story.fate().await;
    story.later(10);
    assert_eq!((last.len(), story.fate().await), (1, last));
}

/// E61 by scenario: all subscriptions of a person at once.
#[tokio::test]
async fn a_scenario_concerns_all_subscriptions_of_a_person() {
    let (mut story, _, _) = begun().await;
    story
        .subscribed(json!({ "lifecycleNotificationUrl": story.receiver.url("/fate") }))
        .await;
    for (name, person, told) in [
        (
            ScenarioName::NotificationsMissed,
            "grace@contoso.example",
            0,
        ),
        (ScenarioName::NotificationsMissed, "ada@contoso.example", 2),
        (
            ScenarioName::ReauthorizationRequired,
            "ada@contoso.example",
            2,
        ),
        (ScenarioName::SubscriptionRemoved, "ada@contoso.example", 2),
    ] {
        let scenario = NewScenario::new(name).person(person);
        story.ada.emulator.set_scenario(&scenario).expect("suits");
        assert_eq!(story.fate().await.len(), told, "{name:?} of {person}");
    }
    assert!(story.ada.emulator.subscriptions().is_empty());
}

/// E61, E64 by request: subscriptions are listed, events let happen, deliveries awaited and told.
#[tokio::test]
async fn control_requests_do_the_same() {
    let (mut story, _, id) = begun().await;
    let origin = story.ada.emulator.origin().to_owned();
    let control = |path: &str| format!("{origin}/_emulator/{path}");
    let listed = story.ada.json(&control("subscriptions")).await;
    assert_eq!(listed["subscriptions"][0]["id"], id.as_str());
    assert_eq!(listed["subscriptions"][0]["paused"], false);
    let event = control(&format!("subscriptions/{id}/lifecycle"));
    let body = json!({ "event": "reauthorizationRequired" });
    assert_eq!(
        story.ada.send(Method::POST, &event, &body).await.status,
        204
    );
    let settle = control("notifications/settle");
    assert_eq!(
        send(story.ada.request(Method::POST, &settle)).await.status,
        204
    );
    assert_eq!(story.receiver.arrived().len(), 1);
    assert_eq!(
        story.ada.json(&control("subscriptions")).await["subscriptions"][0]["paused"],
        true
    );
    let traffic = story.ada.json(&control("notifications")).await;
    assert_eq!(traffic["waiting"], 0);
    assert_eq!(traffic["attempts"][0]["delivery"], json!({ "taken": 202 }));
    let nowhere = control("subscriptions/none/lifecycle");
    assert_eq!(
        story.ada.send(Method::POST, &nowhere, &body).await.status,
        404
    );
}
