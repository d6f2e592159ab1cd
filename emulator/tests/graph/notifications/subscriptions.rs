//! Subscriptions made, renewed, ended.

use connect_outlook_emulator::rfc3339;
use reqwest::Method;
use serde_json::json;

use super::Story;
use crate::mailbox::{send, text};

const MINUTE: i64 = 60;

/// E58: seven days at most, and 45 minutes at least.
#[tokio::test]
async fn a_life_has_its_limits() {
    let mut story = Story::begin().await;
    let now = story.ada.emulator.clock().now();
    let ends = |minutes: i64| json!({ "expirationDateTime": rfc3339(now + minutes * MINUTE) });
    let too_far = story.asked(ends(10_082)).await;
    too_far.is_refused(400, "ExtensionError");
    assert!(too_far.text.contains("10080 minutes"), "{}", too_far.text);
    let longest = story.subscribed(ends(10_080)).await;
    assert_eq!(
        longest["expirationDateTime"],
        rfc3339(now + 10_080 * MINUTE).as_str()
    );
    for soon in [44, 1, -60] {
        let raised = story.subscribed(ends(soon)).await;
        let end = text(&raised, "expirationDateTime").to_owned();
        let earliest = rfc3339(now + 45 * MINUTE);
        let latest = rfc3339(now + 46 * MINUTE);
        assert!(
            (earliest..=latest).contains(&end),
            "{soon} minutes became {end}"
        );
    }
}

/// E58: addresses are `https`; on this machine they may do without, unless that is switched off.
#[tokio::test]
async fn addresses_are_https_unless_they_are_here() {
    let story = Story::begin().await;
    for elsewhere in [
        "http://client.example/",
        "ftp://127.0.0.1/",
        "http://10.0.0.1/",
    ] {
        let answer = story.asked(json!({ "notificationUrl": elsewhere })).await;
        answer.is_refused(400, "InvalidRequest");
    }
    let fate = json!({ "lifecycleNotificationUrl": "http://client.example/" });
    story.asked(fate).await.is_refused(400, "InvalidRequest");
    let out_of_reach = json!({ "notificationUrl": "https://client.example/" });
    story
        .asked(out_of_reach)
        .await
        .is_refused(400, "ValidationError");
    let strict = Story::with(|switches| switches.notifications.allows_http = false).await;
    strict
        .asked(json!({}))
        .await
        .is_refused(400, "InvalidRequest");
}

/// What is missing, unknown or impossible is refused before anybody is asked.
#[tokio::test]
async fn impossible_subscriptions_are_refused() {
    let mut story = Story::begin().await;
    for (change, code) in [
        (json!({ "expirationDateTime": null }), "InvalidRequest"),
        (json!({ "expirationDateTime": "soon" }), "InvalidRequest"),
        (json!({ "changeType": null }), "InvalidRequest"),
        (
            json!({ "changeType": "created,vanished" }),
            "InvalidRequest",
        ),
        (json!({ "resource": null }), "InvalidRequest"),
        (json!({ "resource": "me/events" }), "InvalidRequest"),
        (
            json!({ "resource": "me/mailFolders('garbage')/messages" }),
            "ErrorInvalidIdMalformed",
        ),
        (
            json!({ "resource": "me/messages?$filter=colour eq 'red'" }),
            "RequestBroker--ParseUri",
        ),
        (json!({ "clientState": "x".repeat(129) }), "InvalidRequest"),
        (json!({ "notificationUrl": "here" }), "InvalidRequest"),
        (json!({ "includeResourceData": true }), "InvalidRequest"),
        (json!({ "colour": "red" }), "InvalidRequest"),
    ] {
        story.asked(change).await.is_refused(400, code);
    }
    let hers = json!({ "resource": "users/grace@contoso.example/messages" });
    story.asked(hers).await.is_refused(403, "ErrorAccessDenied");
    assert!(story.receiver.arrived().is_empty());
}

/// graph-mail §17: a token that reads no mail watches none.
#[tokio::test]
async fn watching_needs_a_scope_for_reading() {
    let Story { ada, receiver } = Story::begin().await;
    let ada = ada.entered_by("ada@contoso.example", &["Mail.Send", "User.Read"]);
    let story = Story { ada, receiver };
    story
        .asked(json!({}))
        .await
        .is_refused(403, "ErrorAccessDenied");
}

/// A new subscription is answered whole.
#[tokio::test]
async fn a_subscription_is_shown_as_it_is() {
    let mut story = Story::begin().await;
    let fate = story.receiver.url("/fate");
    let made = story
        .subscribed(json!({ "lifecycleNotificationUrl": fate }))
        .await;
    let wanted = story.wanted();
    for name in ["changeType", "resource", "notificationUrl", "clientState"] {
        assert_eq!(made[name], wanted[name], "{name}");
    }
    assert_eq!(made["lifecycleNotificationUrl"], fate.as_str());
    assert_eq!(
        made["applicationId"],
        "c0ffee00-0000-4000-8000-000000000001"
    );
    assert_eq!(
        made["creatorId"],
        story.ada.json("/me?$select=id").await["id"]
    );
    assert_eq!(made["latestSupportedTlsVersion"], "v1_2");
    let mut alone = story
        .ada
        .json(&format!("/subscriptions/{}", text(&made, "id")))
        .await;
    assert_eq!(alone, made);
    alone
        .as_object_mut()
        .expect("an object")
        .remove("@odata.context");
    assert_eq!(story.ada.list("/subscriptions").await, [alone]);
}

/// E62: a later end by `PATCH`, and nothing else of it can be changed.
#[tokio::test]
async fn only_the_end_can_be_changed() {
    let mut story = Story::begin().await;
    let made = story.subscribed(json!({})).await;
    let path = format!("/subscriptions/{}", text(&made, "id"));
    let end = rfc3339(story.ada.emulator.clock().now() + 5 * 86_400);
    let renewed = story
        .ada
        .send(Method::PATCH, &path, &json!({ "expirationDateTime": end }))
        .await;
    assert_eq!(
        (
            renewed.status.as_u16(),
            &renewed.json()["expirationDateTime"]
        ),
        (200, &json!(end))
    );
    for other in [
        json!({ "lifecycleNotificationUrl": story.receiver.url("/fate") }),
        json!({ "changeType": "created" }),
        json!({}),
    ] {
        story
            .ada
            .send(Method::PATCH, &path, &other)
            .await
            .is_refused(400, "InvalidRequest");
    }
    let too_far =
        json!({ "expirationDateTime": rfc3339(story.ada.emulator.clock().now() + 8 * 86_400) });
    story
        .ada
        .send(Method::PATCH, &path, &too_far)
        .await
        .is_refused(400, "ExtensionError");
}

/// E62: reauthorizing extends nothing.
#[tokio::test]
async fn reauthorizing_does_not_extend() {
    let mut story = Story::begin().await;
    let made = story.subscribed(json!({})).await;
    let path = format!("/subscriptions/{}", text(&made, "id"));
    story.later(3_000);
    let answer = send(
        story
            .ada
            .request(Method::POST, &format!("{path}/reauthorize")),
    )
    .await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    assert_eq!(
        story.ada.json(&path).await["expirationDateTime"],
        made["expirationDateTime"]
    );
}

/// E62: deleted is gone, for notifications too.
#[tokio::test]
async fn a_deleted_subscription_tells_nothing_more() {
    let mut story = Story::begin().await;
    let made = story.subscribed(json!({})).await;
    let path = format!("/subscriptions/{}", text(&made, "id"));
    let answer = send(story.ada.request(Method::DELETE, &path)).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    story
        .ada
        .get(&path)
        .await
        .is_refused(404, "ResourceNotFound");
    send(story.ada.request(Method::DELETE, &path))
        .await
        .is_refused(404, "ResourceNotFound");
    story
        .touch(&story.message().await, json!({ "isRead": false }))
        .await;
    assert!(story.told().await.is_empty());
}

/// E62: when its time is over a subscription vanishes without a word.
#[tokio::test]
async fn an_expired_subscription_vanishes() {
    let mut story = Story::begin().await;
    let soon = rfc3339(story.ada.emulator.clock().now() + 50 * MINUTE);
    let made = story
        .subscribed(json!({ "expirationDateTime": soon }))
        .await;
    let message = story.message().await;
    story.later(49 * MINUTE);
    story.touch(&message, json!({ "isRead": false })).await;
    assert_eq!(story.told().await.len(), 1);
    story.later(MINUTE);
    story.touch(&message, json!({ "isRead": true })).await;
    assert!(story.told().await.is_empty());
    let path = format!("/subscriptions/{}", text(&made, "id"));
    story
        .ada
        .get(&path)
        .await
        .is_refused(404, "ResourceNotFound");
    assert!(story.ada.list("/subscriptions").await.is_empty());
}

/// E62: somebody else neither sees nor ends it.
#[tokio::test]
async fn subscriptions_are_their_makers_own() {
    let mut story = Story::begin().await;
    let made = story.subscribed(json!({})).await;
    let Story { ada, receiver } = story;
    let grace = ada.entered_by("grace@contoso.example", &["Mail.Read"]);
    let path = format!("/subscriptions/{}", text(&made, "id"));
    assert!(grace.list("/subscriptions").await.is_empty());
    grace.get(&path).await.is_refused(404, "ResourceNotFound");
    send(grace.request(Method::DELETE, &path))
        .await
        .is_refused(404, "ResourceNotFound");
    let ada = grace.entered_by("ada@contoso.example", &["Mail.Read"]);
    let story = Story { ada, receiver };
    assert_eq!(story.ada.list("/subscriptions").await.len(), 1);
}

/// E63: one more than the limit is refused, and the message names the limit; another mailbox has its own.
#[tokio::test]
async fn a_mailbox_has_only_so_many() {
    let mut story = Story::with(|switches| switches.notifications.most_subscriptions = 3).await;
    for _ in 0..3 {
        story.subscribed(json!({})).await;
    }
    let refused = story.asked(json!({})).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("limit of 3 "), "{}", refused.text);
    assert!(
        story.receiver.arrived().is_empty(),
        "nobody is asked in vain"
    );
    let Story { ada, receiver } = story;
    let grace = ada.entered_by("grace@contoso.example", &["Mail.Read"]);
    let hers = Story {
        ada: grace,
        receiver,
    };
    assert_eq!(hers.asked(json!({})).await.status, 201);
}

/// E63: the limit of Microsoft is what holds unless something else is said.
#[tokio::test]
async fn a_thousand_is_the_usual_limit() {
    let story = Story::begin().await;
    assert_eq!(
        story
            .ada
            .emulator
            .switches()
            .notifications
            .most_subscriptions,
        1_000
    );
}
