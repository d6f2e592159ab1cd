//! The handshake of both addresses.

use serde_json::json;

use super::{
    Story,
    receiver::{Handshake, token},
};

/// E57: both addresses get a token that has to be decoded, as plain text, before there is a subscription; query
/// parameters are kept.
#[tokio::test]
async fn both_addresses_are_asked_first() {
    let mut story = Story::begin().await;
    let lifecycle = story.receiver.url("/fate");
    let answer = story
        .asked(json!({ "lifecycleNotificationUrl": lifecycle }))
        .await;
    assert_eq!(answer.status, 201);
    let arrived = story.receiver.arrived();
    let paths: Vec<&str> = arrived
        .iter()
        .map(|arrival| arrival.path.as_str())
        .collect();
    assert_eq!(paths, ["/mail", "/fate"]);
    assert!(arrived[0].query.starts_with("kept=yes&validationToken="));
    for arrival in &arrived {
        assert_eq!(arrival.content_type, "text/plain; charset=utf-8");
        let token = token(&arrival.query).expect("a token");
        assert!(
            !arrival.query.contains(&token),
            "nothing to decode in {token}"
        );
    }
}

/// E57: one address in both places is asked twice.
#[tokio::test]
async fn the_same_address_is_asked_twice() {
    let mut story = Story::begin().await;
    let same = story.receiver.url("/mail?kept=yes");
    story
        .asked(json!({ "lifecycleNotificationUrl": same }))
        .await
        .json();
    let arrived = story.receiver.arrived();
    assert_eq!(arrived.len(), 2);
    assert_ne!(token(&arrived[0].query), token(&arrived[1].query));
}

/// E57: 200, `text/plain` and the decoded token, or there is no subscription.
#[tokio::test]
async fn another_answer_makes_no_subscription() {
    let story = Story::begin().await;
    for handshake in [
        Handshake::Token(202, "text/plain"),
        Handshake::Token(500, "text/plain"),
        Handshake::Token(200, "text/html"),
        Handshake::Token(200, "application/json"),
        Handshake::Undecoded,
        Handshake::Other("hello"),
    ] {
        let shown = format!("{handshake:?}");
        story
            .receiver
            .answers(|manners| manners.handshake = handshake);
        let answer = story.asked(json!({})).await;
        assert_eq!(answer.error()["code"], "ValidationError", "{shown}");
        answer.is_refused(400, "ValidationError");
    }
    let nobody = json!({ "notificationUrl": "http://127.0.0.1:1/" });
    story.asked(nobody).await.is_refused(400, "ValidationError");
    assert!(story.ada.list("/subscriptions").await.is_empty());
}

/// E57: `text/plain` with parameters is plain text too.
#[tokio::test]
async fn plain_text_may_name_its_charset() {
    let story = Story::begin().await;
    let charset = Handshake::Token(200, "text/plain; charset=utf-8");
    story
        .receiver
        .answers(|manners| manners.handshake = charset);
    assert_eq!(story.asked(json!({})).await.status, 201);
}

/// E57: who does not answer within ten seconds gets another code.
#[tokio::test]
async fn silence_is_told_apart() {
    let mut story = Story::begin().await;
    story
        .receiver
        .answers(|manners| manners.handshake = Handshake::Silence);
    let clock = story.ada.emulator.clock().clone();
    let wanted = story.wanted();
    let request = story
        .ada
        .send(reqwest::Method::POST, "/subscriptions", &wanted);
    let (answer, ()) = tokio::join!(request, async {
        story.receiver.next().await;
        clock.advance(10);
    });
    answer.is_refused(400, "InvalidRequest");
    assert!(answer.text.contains("timed out"), "{}", answer.text);
}
