//! Messages changed, moved, copied.

use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Mailbox, send, text};

async fn unread(ada: &Mailbox) -> i64 {
    ada.json("/me/mailFolders/inbox").await["unreadItemCount"]
        .as_i64()
        .expect("a count")
}

async fn first(ada: &Mailbox, query: &str) -> Value {
    ada.list(&format!("/me/mailFolders/inbox/messages?$top=1&{query}"))
        .await
        .remove(0)
}

/// E32: reading a message changes its version, and the folder counts one less.
#[tokio::test]
async fn reading_is_remembered_and_counted() {
    let ada = Mailbox::of_ada().await;
    let before = first(&ada, "$filter=isRead eq false").await;
    let (path, count) = (
        format!("/me/messages/{}", text(&before, "id")),
        unread(&ada).await,
    );
    ada.emulator.clock().advance(60);
    let answer = ada
        .send(Method::PATCH, &path, &json!({ "isRead": true }))
        .await;
    assert_eq!(answer.status, 200);
    let after = answer.json();
    assert_eq!(after["isRead"], true);
    for version in ["changeKey", "@odata.etag", "lastModifiedDateTime"] {
        assert_ne!(after[version], before[version], "{version}");
    }
    assert_eq!(unread(&ada).await, count - 1);
    assert_eq!(ada.json(&path).await["isRead"], true);
    ada.send(Method::PATCH, &path, &json!({ "isRead": false }))
        .await
        .json();
    assert_eq!(unread(&ada).await, count);
}

/// E32: categories, flag, importance and classification; what is not named stays.
#[tokio::test]
async fn marks_are_remembered() {
    let ada = Mailbox::of_ada().await;
    let before = first(&ada, "").await;
    let path = format!("/me/messages/{}", text(&before, "id"));
    let time = |day: &str| json!({ "dateTime": format!("2027-01-{day}T00:00:00.0000000"), "timeZone": "UTC" });
    let flag =
        json!({ "flagStatus": "flagged", "startDateTime": time("01"), "dueDateTime": time("02") });
    let body = json!({ "categories": ["Red", "Green"], "flag": flag, "importance": "Low", "inferenceClassification": "other" });
    ada.send(Method::PATCH, &path, &body).await.json();
    let after = ada.json(&path).await;
    assert_eq!(
        (&after["categories"], &after["flag"]),
        (&json!(["Red", "Green"]), &flag)
    );
    assert_eq!(
        (&after["importance"], &after["inferenceClassification"]),
        (&json!("low"), &json!("other"))
    );
    assert_eq!(
        (&after["isRead"], &after["subject"]),
        (&before["isRead"], &before["subject"])
    );
}

/// E32: nothing but a property of messages, of its own type, can be written, and some only on a draft.
#[tokio::test]
async fn what_cannot_be_written_is_refused() {
    let ada = Mailbox::of_ada().await;
    let message = first(&ada, "").await;
    let path = format!("/me/messages/{}", text(&message, "id"));
    for (body, code) in [
        (json!({ "isRead": "yes" }), "RequestBodyRead"),
        (json!({ "colour": "red" }), "RequestBodyRead"),
        (json!({ "importance": "urgent" }), "RequestBodyRead"),
        (
            json!({ "flag": { "flagStatus": "flagged", "dueDateTime": { "dateTime": "2027-01-01T00:00:00", "timeZone": "UTC" } } }),
            "ErrorInvalidArgument",
        ),
        (
            json!({ "receivedDateTime": "2027-01-01T00:00:00Z" }),
            "ErrorInvalidPropertySet",
        ),
        (
            json!({ "subject": "New" }),
            "ErrorInvalidPropertyUpdateSentMessage",
        ),
        (
            json!({ "isRead": true, "body": { "contentType": "text", "content": "New" } }),
            "ErrorInvalidPropertyUpdateSentMessage",
        ),
        (json!(["isRead"]), "BadRequest"),
    ] {
        ada.send(Method::PATCH, &path, &body)
            .await
            .is_refused(400, code);
    }
    send(ada.request(Method::PATCH, &path).body("{"))
        .await
        .is_refused(400, "BadRequest");
    assert_eq!(ada.json(&path).await["changeKey"], message["changeKey"]);
}

/// E27, as far as editing goes: a draft takes a new subject and body.
#[tokio::test]
async fn a_draft_can_be_rewritten() {
    let ada = Mailbox::of_ada().await;
    let draft = ada.list("/me/mailFolders/drafts/messages").await.remove(0);
    assert_eq!(
        (&draft["isDraft"], &draft["isRead"]),
        (&json!(true), &json!(true))
    );
    let path = format!("/me/messages/{}", text(&draft, "id"));
    let body = json!({
        "subject": "Finished",
        "body": { "contentType": "HTML", "content": "<p>Done</p>" },
        "toRecipients": [{ "emailAddress": { "address": "grace@contoso.example" } }],
    });
    let after = ada.send(Method::PATCH, &path, &body).await.json();
    assert_eq!(
        (&after["subject"], &after["bodyPreview"]),
        (&json!("Finished"), &json!("Done"))
    );
    assert_eq!(
        after["toRecipients"][0]["emailAddress"]["address"],
        "grace@contoso.example"
    );
}

/// E33: a change on top of a version that is no longer there is refused.
#[tokio::test]
async fn an_etag_must_match() {
    let ada = Mailbox::of_ada().await;
    let message = first(&ada, "").await;
    let path = format!("/me/messages/{}", text(&message, "id"));
    let patch = |etag: &str| {
        ada.request(Method::PATCH, &path)
            .header("if-match", etag)
            .json(&json!({ "importance": "low" }))
    };
    assert_eq!(send(patch(text(&message, "@odata.etag"))).await.status, 200);
    send(patch(text(&message, "@odata.etag")))
        .await
        .is_refused(412, "ErrorIrresolvableConflict");
    assert_eq!(send(patch("*")).await.status, 200);
}

/// E34: a move and a copy answer the message where it now lies.
#[tokio::test]
async fn messages_are_moved_and_copied() {
    let ada = Mailbox::of_ada().await;
    let message = first(&ada, "").await;
    let path = format!("/me/messages/{}", text(&message, "id"));
    let archive = ada.json("/me/mailFolders/archive").await;
    let body = json!({ "destinationId": archive["id"] });
    let copy = ada.send(Method::POST, &format!("{path}/copy"), &body).await;
    assert_eq!(copy.status, 201);
    assert_eq!(
        ada.json(&path).await["parentFolderId"],
        message["parentFolderId"]
    );
    let moved = ada
        .send(
            Method::POST,
            &format!("{path}/microsoft.graph.move"),
            &json!({ "destinationId": "Archive" }),
        )
        .await;
    assert_eq!(moved.status, 201);
    for answer in [copy.json(), moved.json()] {
        assert_eq!(answer["parentFolderId"], archive["id"]);
        assert_eq!(answer["internetMessageId"], message["internetMessageId"]);
    }
    let held = ada.json("/me/mailFolders/archive").await["totalItemCount"].as_i64();
    assert_eq!(
        held,
        archive["totalItemCount"].as_i64().map(|count| count + 2)
    );
}

/// E34: there must be a folder to move to.
#[tokio::test]
async fn a_destination_must_exist() {
    let ada = Mailbox::of_ada().await;
    let path = format!("/me/messages/{}/move", text(&first(&ada, "").await, "id"));
    ada.send(Method::POST, &path, &json!({ "destinationId": "nowhere" }))
        .await
        .is_refused(400, "ErrorInvalidIdMalformed");
    ada.send(Method::POST, &path, &json!({}))
        .await
        .is_refused(400, "RequestBodyRead");
}
