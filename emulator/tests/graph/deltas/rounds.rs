//! The first round, and rounds in which nothing happened.

use std::collections::BTreeMap;

use connect_outlook_emulator::{Emulator, graph::MailSettings};
use serde_json::json;

use super::{INBOX, ada_with, applied, ids, messages, moved, round, touch};
use crate::mailbox::{Mailbox, entries, text};

/// E47: the first round tells the folder page by page, each message once, and ends in a link.
#[tokio::test]
async fn the_first_round_tells_the_whole_folder() {
    let settings = MailSettings::default().with_messages("ada@contoso.example", 300);
    let builder = Emulator::builder().mail(settings);
    let ada = Mailbox::within(builder, "ada@contoso.example", &["Mail.Read"]).await;
    let first = round(&ada, INBOX).await;
    let listed = ada
        .list("/me/mailFolders/inbox/messages?$top=1000&$select=id")
        .await;
    assert_eq!(ids(&first.told), ids(&listed));
    assert_eq!(first.pages, listed.len().div_ceil(10));
    assert!(
        first
            .told
            .iter()
            .all(|entry| entry["@odata.type"].is_string())
    );
}

/// E47: both links are absolute; a page within the round has a `$skiptoken`, the last one a `$deltatoken`.
#[tokio::test]
async fn links_are_absolute_and_carry_tokens() {
    let ada = Mailbox::of_ada().await;
    let origin = format!("{}/v1.0{INBOX}?", ada.emulator.origin());
    let page = ada.json(INBOX).await;
    assert_eq!(entries(&page).len(), 10);
    let next = text(&page, "@odata.nextLink");
    assert!(next.starts_with(&format!("{origin}$skiptoken=")), "{next}");
    let last = round(&ada, next).await.link;
    assert!(last.starts_with(&format!("{origin}$deltatoken=")), "{last}");
}

/// E47: the options of the first call hold for all later ones.
#[tokio::test]
async fn options_are_remembered_in_the_token() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, &format!("{INBOX}?$select=subject&$top=7")).await;
    let count = first.told.len();
    assert_eq!(first.pages, count.div_ceil(7));
    let members = |entry: &serde_json::Value| {
        let members = entry.as_object().expect("an object").keys();
        members
            .filter(|name| !name.starts_with('@'))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert!(
        first
            .told
            .iter()
            .all(|entry| members(entry) == ["id", "subject"])
    );
    touch(&ada, &messages(&ada).await[0], json!({ "isRead": false })).await;
    let second = round(&ada, &first.link).await;
    assert_eq!(members(&second.told[0]), ["id", "subject"]);
}

/// E47: `odata.maxpagesize` is honoured and acknowledged.
#[tokio::test]
async fn the_preferred_page_size_is_honoured() {
    let ada = Mailbox::of_ada().await;
    let answer = ada.get_preferring("odata.maxpagesize=3", INBOX).await;
    assert_eq!(answer.header("preference-applied"), "odata.maxpagesize=3");
    let page = answer.json();
    assert_eq!(entries(&page).len(), 3);
    let next = text(&page, "@odata.nextLink");
    let second = ada.get_preferring("odata.maxpagesize=2", next).await.json();
    assert_eq!(entries(&second).len(), 2);
    let list = ada
        .get_preferring("odata.maxpagesize=3", "/me/messages")
        .await;
    assert!(!list.headers.contains_key("preference-applied"));
}

/// E48: where nothing happened there is nothing to tell, and a link to ask again.
#[tokio::test]
async fn an_unchanged_folder_has_nothing_to_tell() {
    let ada = Mailbox::of_ada().await;
    let first = round(&ada, INBOX).await;
    let sent = ada
        .list("/me/mailFolders/sentitems/messages?$top=1")
        .await
        .remove(0);
    touch(&ada, &sent, json!({ "importance": "high" })).await;
    let second = round(&ada, &first.link).await;
    assert!(second.told.is_empty());
    assert!(round(&ada, &second.link).await.told.is_empty());
}

/// graph-mail §10: `latest` brings everything, not an empty round.
#[tokio::test]
async fn there_is_no_sync_from_now() {
    let ada = Mailbox::of_ada().await;
    let latest = round(&ada, &format!("{INBOX}?$deltatoken=latest")).await;
    assert_eq!(ids(&latest.told), ids(&round(&ada, INBOX).await.told));
}

/// E47, E48: what happens while a round goes on is told by the time the next one is over, and nothing is left out.
#[tokio::test]
async fn changes_in_the_middle_of_a_round_are_not_lost() {
    let ada = Mailbox::of_ada().await;
    let page = ada.json(&format!("{INBOX}?$top=5")).await;
    let mut store = BTreeMap::new();
    applied(&mut store, &entries(&page));
    let inbox = ada.list("/me/mailFolders/inbox/messages?$top=1000").await;
    let archive = ada.list("/me/mailFolders/archive/messages?$top=2").await;
    for message in [&inbox[0], &inbox[7], inbox.last().expect("a message")] {
        moved(&ada, message, "archive").await;
    }
    moved(&ada, &archive[0], "inbox").await;
    touch(&ada, &inbox[3], json!({ "importance": "high" })).await;
    touch(&ada, &inbox[9], json!({ "importance": "high" })).await;
    let first = round(&ada, text(&page, "@odata.nextLink")).await;
    applied(&mut store, &first.told);
    applied(&mut store, &round(&ada, &first.link).await.told);
    let now = ada.list("/me/mailFolders/inbox/messages?$top=1000").await;
    assert_eq!(store.len(), now.len());
    for message in now {
        let mut held = store.remove(text(&message, "id")).expect("it was told");
        if message.get("@odata.type").is_none() {
            held.as_object_mut()
                .expect("an object")
                .remove("@odata.type");
        }
        assert_eq!(held, message);
    }
}

/// E51: on demand a round tells once more what the one before it told, and a page its first entry twice.
#[tokio::test]
async fn replays_and_repetitions_can_be_had() {
    let ada = ada_with(|switches| switches.delta.replays = true).await;
    let first = round(&ada, INBOX).await;
    let some = messages(&ada).await;
    touch(&ada, &some[0], json!({ "isRead": false })).await;
    let second = round(&ada, &first.link).await;
    assert_eq!(ids(&second.told), [text(&some[0], "id")]);
    touch(&ada, &some[1], json!({ "isRead": false })).await;
    let third = round(&ada, &second.link).await;
    assert_eq!(third.told.len(), 2);
    assert_eq!(
        ids(&round(&ada, &third.link).await.told),
        [text(&some[1], "id")]
    );
    let ada = ada_with(|switches| switches.delta.repeats = true).await;
    let page = entries(&ada.json(&format!("{INBOX}?$top=4")).await);
    assert_eq!((page.len(), &page[0]), (5, &page[4]));
}

/// graph-mail §10: only folders are synchronised, not mailboxes.
#[tokio::test]
async fn a_whole_mailbox_has_no_delta() {
    let ada = Mailbox::of_ada().await;
    ada.get("/me/messages/delta")
        .await
        .is_refused(400, "BadRequest");
    let spelled = ada
        .get("/me/mailFolders('inbox')/messages/microsoft.graph.delta()")
        .await;
    assert_eq!(spelled.status, 200);
}
