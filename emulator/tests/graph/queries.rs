//! Filters and orders.

use serde_json::Value;

use crate::mailbox::{Mailbox, text};

/// The subjects, or whatever `name` says, of a list.
async fn values(mailbox: &Mailbox, path: &str, name: &str) -> Vec<Value> {
    let entries = mailbox.list(path).await;
    entries.iter().map(|entry| entry[name].clone()).collect()
}

/// E13: each documented property can be filtered.
#[tokio::test]
async fn filters_choose_messages() {
    let ada = Mailbox::of_ada().await;
    let all = ada.list("/me/messages?$top=1000").await;
    let subject = "RE: Numbers for the steering committee";
    let sample = ada.message(|message| message["subject"] == subject).await;
    let conversation = text(&sample, "conversationId");
    let address = text(&sample["from"]["emailAddress"], "address");
    let received = text(&sample, "receivedDateTime");
    let count = |fits: &dyn Fn(&Value) -> bool| all.iter().filter(|message| fits(message)).count();
    let cases: [(String, usize); 12] = [
        (
            "isRead eq false".to_owned(),
            count(&|message| message["isRead"] == false),
        ),
        (
            "hasAttachments eq true".to_owned(),
            count(&|message| message["hasAttachments"] == true),
        ),
        (
            "importance eq 'high'".to_owned(),
            count(&|message| message["importance"] == "high"),
        ),
        (
            format!("conversationId eq '{conversation}'"),
            count(&|message| message["conversationId"] == sample["conversationId"]),
        ),
        (
            format!(
                "internetMessageId eq '{}'",
                text(&sample, "internetMessageId")
            ),
            1,
        ),
        (
            format!("from/emailAddress/address eq '{}'", address.to_uppercase()),
            count(&|message| message["from"] == sample["from"]),
        ),
        (
            format!("receivedDateTime ge {received}"),
            count(&|message| text(message, "receivedDateTime") >= received),
        ),
        (
            format!("receivedDateTime gt {received}"),
            count(&|message| text(message, "receivedDateTime") > received),
        ),
        (
            format!("receivedDateTime le {received}"),
            count(&|message| text(message, "receivedDateTime") <= received),
        ),
        (
            format!("receivedDateTime lt {received} and isRead eq true"),
            count(&|message| {
                text(message, "receivedDateTime") < received && message["isRead"] == true
            }),
        ),
        (
            "startswith(subject,'re: ')".to_owned(),
            count(&|message| text(message, "subject").starts_with("RE: ")),
        ),
        (
            "contains(subject,'weekly') or categories/any(c:c eq 'Invoices')".to_owned(),
            count(&|message| {
                text(message, "subject").to_lowercase().contains("weekly")
                    || message["categories"][0] == "Invoices"
            }),
        ),
    ];
    for (filter, expected) in cases {
        let found = ada
            .list(&format!("/me/messages?$top=1000&$filter={filter}"))
            .await;
        assert_eq!(found.len(), expected, "{filter}");
        assert!(
            expected > 0 && expected < all.len(),
            "{filter} chooses nothing or everything"
        );
    }
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
