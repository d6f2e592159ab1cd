//! Lists, page by page.

use std::collections::HashSet;

use connect_outlook_emulator::{Emulator, graph::MailSettings};

use crate::mailbox::{Mailbox, entries, text};

/// E9: ten entries unless `$top` says otherwise, which must lie from 1 to 1000.
#[tokio::test]
async fn a_page_has_ten_entries_unless_asked() {
    let ada = Mailbox::of_ada().await;
    assert_eq!(ada.list("/me/messages").await.len(), 10);
    assert_eq!(ada.list("/me/messages?$top=3").await.len(), 3);
    assert!(ada.list("/me/messages?$top=1000").await.len() > 30);
    for top in ["0", "1001", "-1", "x", ""] {
        ada.asked(&format!("$top={top}"))
            .await
            .is_refused(400, "BadRequest");
    }
}

/// E10: the next links of a mailbox of thousands lead through each message exactly once, and the last page has none.
#[tokio::test]
async fn following_the_links_yields_every_message_once() {
    let settings = MailSettings::default().with_messages("ada@contoso.example", 3000);
    let builder = Emulator::builder().mail(settings);
    let ada = Mailbox::within(builder, "ada@contoso.example", &["Mail.Read"]).await;
    let origin = ada.emulator.origin().to_owned();
    let mut seen = HashSet::new();
    let mut next = Some("/me/messages?$top=400&$select=id,subject".to_owned());
    let mut pages = 0;
    while let Some(path) = next {
        let page = ada.json(&path).await;
        for message in entries(&page) {
            assert!(
                seen.insert(text(&message, "id").to_owned()),
                "a message came twice"
            );
            assert!(message.get("body").is_none(), "the link lost the selection");
        }
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
        if let Some(link) = &next {
            assert!(
                link.starts_with(&format!("{origin}/v1.0/me/messages?"))
                    && link.contains("%24skip="),
                "{link}"
            );
            assert!(
                link.contains("$top=400") && link.contains("$select=id,subject"),
                "{link}"
            );
        }
        pages += 1;
    }
    assert_eq!((seen.len(), pages), (3000, 8));
}

/// E10: the link goes on with the person, folder, filter and order it came from.
#[tokio::test]
async fn a_link_keeps_folder_filter_and_order() {
    let ada = Mailbox::of_ada().await;
    let path = "/users/ada@contoso.example/mailFolders('inbox')/messages?$filter=isRead%20eq%20true&$orderby=isRead&$top=4";
    let whole = ada.list(&path.replace("$top=4", "$top=1000")).await;
    let mut paged = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = ada.json(&path).await;
        paged.extend(entries(&page));
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(paged, whole);
    assert!(paged.len() > 4 && paged.iter().all(|message| message["isRead"] == true));
}

/// E17: `$count=true` counts over all pages; `$count` as a path is the bare number.
#[tokio::test]
async fn lists_are_counted_when_asked() {
    let ada = Mailbox::of_ada().await;
    assert!(ada.json("/me/messages").await.get("@odata.count").is_none());
    let unread = ada
        .json("/me/mailFolders/inbox/messages?$filter=isRead eq false&$count=true&$top=1")
        .await;
    let inbox = ada.json("/me/mailFolders/inbox").await;
    assert_eq!(unread["@odata.count"], inbox["unreadItemCount"]);
    let bare = ada.get("/me/mailFolders/inbox/messages/$count").await;
    assert_eq!(
        (bare.header("content-type"), bare.text.as_str()),
        ("text/plain", inbox["totalItemCount"].to_string().as_str())
    );
}

#[tokio::test]
async fn unknown_and_repeated_options_are_refused() {
    let ada = Mailbox::of_ada().await;
    ada.asked("$apply=x").await.is_refused(400, "BadRequest");
    ada.asked("$top=1&$top=1")
        .await
        .is_refused(400, "BadRequest");
    assert_eq!(ada.get("/me/messages?changeType=created").await.status, 200);
}

/// E11: an empty page with a next link is not the end; a client that goes on gets every message once.
#[tokio::test]
async fn an_empty_page_is_not_the_end() {
    let ada = Mailbox::of_ada().await;
    let all = ada.list("/me/messages?$top=1000&$select=id").await;
    ada.emulator
        .change_switches(|switches| switches.empty_pages = true);
    let mut next = Some("/me/messages?$top=15&$select=id".to_owned());
    let (mut seen, mut empty) = (Vec::new(), 0);
    while let Some(path) = next {
        let page = ada.json(&path).await;
        let entries = entries(&page);
        empty += usize::from(entries.is_empty());
        seen.extend(entries);
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    let id = |message: &serde_json::Value| message["id"].clone();
    assert_eq!(
        seen.iter().map(id).collect::<Vec<_>>(),
        all.iter().map(id).collect::<Vec<_>>()
    );
    assert_eq!(empty, all.len().div_ceil(15) - 1);
    let folders = ada.json("/me/mailFolders?$skip=5&$top=5").await;
    assert!(entries(&folders).is_empty() && folders["@odata.nextLink"].is_string());
    ada.asked("$skiptoken=garbage")
        .await
        .is_refused(400, "BadRequest");
}
