//! What holds from one start to the next.

use connect_outlook_emulator::{Clock, Emulator, graph::MailSettings};
use serde_json::Value;

use crate::mailbox::Mailbox;

async fn rows(seed: u64) -> Vec<(Value, Value)> {
    let builder = Emulator::builder()
        .clock(Clock::new())
        .mail(MailSettings::new(seed));
    let ada = Mailbox::within(builder, "ada@contoso.example", &["Mail.Read"]).await;
    let messages = ada.list("/me/messages?$top=1000").await;
    messages
        .iter()
        .map(|message| (message["id"].clone(), message["subject"].clone()))
        .collect()
}

/// E65: a restart with the same seed gives the same ids in the same order.
#[tokio::test]
async fn the_same_seed_gives_the_same_mailbox() {
    assert_eq!(rows(11).await, rows(11).await);
    assert_ne!(rows(11).await, rows(12).await);
}

/// The inbox looks recent whenever the emulator starts, and ages with its clock afterwards.
#[tokio::test]
async fn messages_are_dated_from_the_start() {
    let clock = Clock::new();
    clock.advance(400 * 86_400);
    let started = clock.now();
    let ada = Mailbox::within(
        Emulator::builder().clock(clock),
        "ada@contoso.example",
        &["Mail.Read"],
    )
    .await;
    ada.emulator.clock().advance(1800);
    let newest = ada.list("/me/messages?$top=1").await.remove(0);
    let hour_before = connect_outlook_emulator::rfc3339(started - 3600);
    let received = newest["receivedDateTime"].as_str().expect("a time");
    assert!(
        received > hour_before.as_str()
            && received <= connect_outlook_emulator::rfc3339(started + 1).as_str()
    );
}

/// Somebody's mailbox is theirs: what one changes, another does not see.
#[tokio::test]
async fn mailboxes_are_apart() {
    let ada = Mailbox::of_ada().await;
    let mine = ada.list("/me/messages?$top=1000&$select=id").await;
    let grace = ada.entered_by("grace@contoso.example", &["Mail.Read"]);
    let hers = grace.list("/me/messages?$top=1000&$select=id").await;
    assert!(hers.iter().all(|message| !mine.contains(message)));
}
