//! Filters and orders.

use serde_json::Value;

use crate::mailbox::{Mailbox, text};

/// The subjects, or whatever `name` says, of a list.
async fn values(mailbox: &Mailbox, path: &str, name: &str) -> Vec<Value> {
    let entries = mailbox.list(path).await;
    entries.iter().map(|entry| entry[name].clone()).collect()
}

/// Asserts that a filter finds exactly the messages that fit, and that these are neither none nor all.
async fn finds(ada: &Mailbox, filter: &str, fits: impl Fn(&Value) -> bool) {
    let all = ada.list("/me/messages?$top=1000").await;
    let fitting: Vec<_> = all.iter().filter(|message| fits(message)).collect();
    let found = ada
        .list(&format!("/me/messages?$top=1000&$filter={filter}"))
        .await;
    assert_eq!(found.iter().collect::<Vec<_>>(), fitting, "{filter}");
    assert!(
        !found.is_empty() && found.len() < all.len(),
        "{filter} chooses nothing or everything"
    );
}

/// E13: flags and marks.
#[tokio::test]
async fn filters_choose_by_marks() {
    let ada = Mailbox::of_ada().await;
    finds(&ada, "isRead eq false", |message| {
        message["isRead"] == false
    })
    .await;
    finds(&ada, "hasAttachments eq true", |message| {
        message["hasAttachments"] == true
    })
    .await;
    finds(&ada, "importance eq 'high'", |message| {
        message["importance"] == "high"
    })
    .await;
    finds(&ada, "flag/flagStatus ne 'notFlagged'", |message| {
        message["flag"]["flagStatus"] != "notFlagged"
    })
    .await;
    finds(&ada, "categories/any(c:c eq 'Invoices')", |message| {
        message["categories"][0] == "Invoices"
    })
    .await;
}

/// E13: ids, people and words.
#[tokio::test]
async fn filters_choose_by_words() {
    let ada = Mailbox::of_ada().await;
    let subject = "RE: Numbers for the steering committee";
    let sample = ada.message(|message| message["subject"] == subject).await;
    for id in ["conversationId", "internetMessageId", "parentFolderId"] {
        let filter = format!("{id} eq '{}'", text(&sample, id));
        finds(&ada, &filter, |message| message[id] == sample[id]).await;
    }
    let address = text(&sample["from"]["emailAddress"], "address").to_uppercase();
    let filter = format!("from/emailAddress/address eq '{address}'");
    finds(&ada, &filter, |message| message["from"] == sample["from"]).await;
    finds(&ada, "startswith(subject,'re: ')", |message| {
        text(message, "subject").starts_with("RE: ")
    })
    .await;
    let says_weekly = |message: &Value| text(message, "subject").to_lowercase().contains("weekly");
    finds(&ada, "contains(subject,'weekly')", says_weekly).await;
    finds(
        &ada,
        "not (contains(subject,'weekly') or isRead eq true)",
        |message| !says_weekly(message) && message["isRead"] == false,
    )
    .await;
}

/// E13: times, before, at and after.
#[tokio::test]
async fn filters_choose_by_time() {
    let ada = Mailbox::of_ada().await;
    let subject = "RE: Numbers for the steering committee";
    let sample = ada.message(|message| message["subject"] == subject).await;
    let time = text(&sample, "receivedDateTime");
    let received = |message: &Value| text(message, "receivedDateTime").to_owned();
    finds(&ada, &format!("receivedDateTime ge {time}"), |message| {
        received(message).as_str() >= time
    })
    .await;
    finds(&ada, &format!("receivedDateTime gt {time}"), |message| {
        received(message).as_str() > time
    })
    .await;
    finds(&ada, &format!("receivedDateTime le {time}"), |message| {
        received(message).as_str() <= time
    })
    .await;
    finds(
        &ada,
        &format!("receivedDateTime lt {time} and isRead eq true"),
        |message| received(message).as_str() < time && message["isRead"] == true,
    )
    .await;
}

/// E13: what is no filter, and what cannot be filtered.
#[tokio::test]
async fn filters_that_cannot_be_are_refused() {
    let ada = Mailbox::of_ada().await;
    for filter in [
        "isRead eq",
        "isRead = true",
        "((isRead eq true)",
        "toRecipients/any(r:r/emailAddress/address eq 'x')",
        "isRead eq 'true'",
        "",
    ] {
        ada.asked(&format!("$filter={filter}"))
            .await
            .is_refused(400, "ErrorInvalidUrlQueryFilter");
    }
    ada.asked("$filter=isJunk eq true")
        .await
        .is_refused(400, "RequestBroker--ParseUri");
}

/// E14: an order that the filter does not begin with is too complex.
#[tokio::test]
async fn an_order_must_follow_the_filter() {
    let ada = Mailbox::of_ada().await;
    let answer = ada
        .asked("$filter=isRead eq true&$orderby=receivedDateTime desc")
        .await;
    answer.is_refused(400, "InefficientFilter");
    let message = "The restriction or sort order is too complex for this operation.";
    assert_eq!(answer.error()["message"], message);
    let fine = "/me/messages?$filter=receivedDateTime ge 1900-01-01 and isRead eq true&$orderby=receivedDateTime&$top=50";
    let times = values(&ada, fine, "receivedDateTime").await;
    assert!(times.len() > 10 && times.is_sorted_by(|a, b| a.as_str() <= b.as_str()));
}

#[tokio::test]
async fn lists_are_ordered_as_asked_and_newest_first_unasked() {
    let ada = Mailbox::of_ada().await;
    let unasked = values(&ada, "/me/messages?$top=1000", "receivedDateTime").await;
    assert!(unasked.is_sorted_by(|a, b| a.as_str() >= b.as_str()));
    let subjects = values(
        &ada,
        "/me/messages?$top=1000&$orderby=subject asc",
        "subject",
    )
    .await;
    let folded: Vec<_> = subjects
        .iter()
        .map(|subject| subject.as_str().unwrap_or("").to_lowercase())
        .collect();
    assert!(folded.is_sorted());
    let senders = "/me/messages?$orderby=from/emailAddress/name desc,receivedDateTime";
    assert_eq!(ada.get(senders).await.status, 200);
    ada.asked("$orderby=colour")
        .await
        .is_refused(400, "RequestBroker--ParseUri");
}
