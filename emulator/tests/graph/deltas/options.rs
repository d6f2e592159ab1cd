//! What a delta query may be asked for.

use serde_json::json;

use super::{INBOX, delete, gone, ids, messages, moved, round, touch};
use crate::mailbox::{Mailbox, text};

/// E49: later rounds tell only changes of the kind that was asked for.
#[tokio::test]
async fn the_kind_of_change_narrows_later_rounds() {
    let ada = Mailbox::of_ada().await;
    let kinds = ["created", "updated", "deleted"];
    let mut links = Vec::new();
    for kind in kinds {
        links.push(
            round(&ada, &format!("{INBOX}?changeType={kind}"))
                .await
                .link,
        );
    }
    let some = messages(&ada).await;
    let archived = ada
        .list("/me/mailFolders/archive/messages?$top=1")
        .await
        .remove(0);
    let come = moved(&ada, &archived, "inbox").await;
    touch(&ada, &some[1], json!({ "isRead": false })).await;
    delete(&ada, &format!("/me/messages/{}", text(&some[2], "id"))).await;
    let told = [
        round(&ada, &links[0]).await.told,
        round(&ada, &links[1]).await.told,
    ];
    assert_eq!(ids(&told[0]), [text(&come, "id")]);
    assert_eq!(ids(&told[1]), [text(&some[1], "id")]);
    assert_eq!(round(&ada, &links[2]).await.told, [gone(&some[2])]);
    let unknown = ada.get(&format!("{INBOX}?changeType=vanished")).await;
    unknown.is_refused(400, "BadRequest");
}

/// E49: a filter may say no more than since when messages came in.
#[tokio::test]
async fn a_filter_may_only_name_the_first_receipt() {
    let ada = Mailbox::of_ada().await;
    let listed = ada.list("/me/mailFolders/inbox/messages?$top=1000").await;
    let since = text(&listed[4], "receivedDateTime");
    for (comparison, count) in [("ge", 5), ("gt", 4)] {
        let path = format!("{INBOX}?$filter=receivedDateTime {comparison} {since}");
        let first = round(&ada, &path).await;
        assert_eq!(ids(&first.told), ids(&listed[..count]), "{comparison}");
        touch(&ada, &listed[20], json!({ "importance": "low" })).await;
        touch(&ada, &listed[2], json!({ "importance": "low" })).await;
        assert_eq!(
            ids(&round(&ada, &first.link).await.told),
            [text(&listed[2], "id")]
        );
    }
    for filter in [
        format!("receivedDateTime le {since}"),
        format!("receivedDateTime ge {since} and isRead eq true"),
        format!("sentDateTime ge {since}"),
        "isRead eq false".to_owned(),
    ] {
        let answer = ada.get(&format!("{INBOX}?$filter={filter}")).await;
        answer.is_refused(400, "ErrorInvalidUrlQuery");
    }
}

/// E49: one order, and no search.
#[tokio::test]
async fn other_orders_and_searches_are_refused() {
    let ada = Mailbox::of_ada().await;
    let ordered = round(&ada, &format!("{INBOX}?$orderby=receivedDateTime desc")).await;
    let times = ordered
        .told
        .iter()
        .map(|entry| text(entry, "receivedDateTime"));
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    for options in [
        "$orderby=receivedDateTime",
        "$orderby=subject desc",
        "$orderby=receivedDateTime desc,subject",
        "$search=\"compiler\"",
        "$skip=10",
    ] {
        let answer = ada.get(&format!("{INBOX}?{options}")).await;
        answer.is_refused(400, "ErrorInvalidUrlQuery");
    }
}

/// graph-mail §10: attachments can be expanded.
#[tokio::test]
async fn attachments_can_be_expanded() {
    let ada = Mailbox::of_ada().await;
    let told = round(&ada, &format!("{INBOX}?$expand=attachments&$top=50"))
        .await
        .told;
    let hung = told.iter().filter(|entry| entry["hasAttachments"] == true);
    assert!(hung.clone().count() > 0);
    assert!(hung.clone().all(|entry| {
        entry["attachments"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    }));
}

/// graph-mail §17: a token that reads basics only is told no texts, and not of folders' changes.
#[tokio::test]
async fn basics_are_enough_for_messages() {
    let basic = Mailbox::of("ada@contoso.example", &["Mail.ReadBasic"]).await;
    let told = round(&basic, INBOX).await.told;
    assert!(
        told.iter()
            .all(|entry| entry.get("body").is_none() && entry["subject"].is_string())
    );
    basic
        .get("/me/mailFolders/delta")
        .await
        .is_refused(403, "ErrorAccessDenied");
}

/// Tokens mean something where they were given out, and nowhere else.
#[tokio::test]
async fn tokens_belong_to_their_folder() {
    let ada = Mailbox::of_ada().await;
    let link = round(&ada, INBOX).await.link;
    let code = "ErrorInvalidSyncStateData";
    ada.get(&link.replace("inbox", "archive"))
        .await
        .is_refused(400, code);
    ada.get(&format!("{INBOX}?$deltatoken=garbage"))
        .await
        .is_refused(400, code);
    let token = link.split('?').nth(1).expect("a query");
    ada.get(&format!("/me/mailFolders/delta?{token}"))
        .await
        .is_refused(400, code);
    ada.get(&format!("/me/messages?{token}"))
        .await
        .is_refused(400, "BadRequest");
}
