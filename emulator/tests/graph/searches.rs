//! Searches.

use connect_outlook_emulator::{Emulator, graph::MailSettings};
use serde_json::Value;

use crate::mailbox::{Mailbox, entries, text};

/// The subjects, or whatever `name` says, of a list.
async fn values(mailbox: &Mailbox, path: &str, name: &str) -> Vec<Value> {
    let entries = mailbox.list(path).await;
    entries.iter().map(|entry| entry[name].clone()).collect()
}

/// E15: a search finds words in sender, subject and body, or in a named property; newest sent first.
#[tokio::test]
async fn a_search_finds_words() {
    let ada = Mailbox::of_ada().await;
    let found = ada.list("/me/messages?$search=\"committee\"").await;
    assert!(
        found.len() >= 3
            && found
                .iter()
                .all(|message| text(message, "subject").contains("steering committee"))
    );
    let times: Vec<_> = found
        .iter()
        .map(|message| text(message, "sentDateTime").to_owned())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    for (search, property, part) in [
        ("\"subject:loans\"", "subject", "loans"),
        ("\"from:library\"", "from", "library"),
        ("\"to:grace\"", "toRecipients", "grace"),
        ("\"hasAttachments:true\"", "hasAttachments", "true"),
    ] {
        let found = values(
            &ada,
            &format!("/me/messages?$top=100&$search={search}"),
            property,
        )
        .await;
        assert!(!found.is_empty(), "{search}");
        assert!(
            found
                .iter()
                .all(|value| value.to_string().to_lowercase().contains(part)),
            "{search}: {found:?}"
        );
    }
    ada.asked("$search=committee")
        .await
        .is_refused(400, "BadRequest");
}

/// E15: a search answers a thousand messages at most.
#[tokio::test]
async fn a_search_stops_at_a_thousand() {
    let settings = MailSettings::default().with_messages("ada@contoso.example", 4000);
    let ada = Mailbox::within(
        Emulator::builder().mail(settings),
        "ada@contoso.example",
        &["Mail.Read"],
    )
    .await;
    let page = ada
        .json("/me/messages?$search=\"from:contoso.example\"&$count=true&$top=1000&$select=id")
        .await;
    assert_eq!(
        (entries(&page).len(), &page["@odata.count"]),
        (1000, &Value::from(1000))
    );
    assert!(page.get("@odata.nextLink").is_none());
}

/// E16: a search goes with neither order nor filter.
#[tokio::test]
async fn a_search_is_neither_ordered_nor_filtered() {
    let ada = Mailbox::of_ada().await;
    let ordered = ada.asked("$search=\"x\"&$orderby=receivedDateTime").await;
    ordered.is_refused(400, "SearchWithOrderBy");
    assert_eq!(
        ordered.error()["message"],
        "The query parameter '$orderBy' is not supported with '$search'."
    );
    ada.asked("$search=\"x\"&$filter=isRead eq true")
        .await
        .is_refused(400, "SearchWithFilter");
}
