//! Ids translated from one spelling to another.

use serde_json::{Value, json};

use crate::mailbox::{Mailbox, text};

const PATH: &str = "/me/translateExchangeIds";

async fn translated(ada: &Mailbox, ids: &[&str], from: &str, to: &str) -> Vec<Value> {
    let body = json!({ "inputIds": ids, "sourceIdType": from, "targetIdType": to });
    let answer = ada.post(PATH, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["value"].as_array().expect("a list").clone()
}

/// E22: between Graph's two forms both ways, and they are the ids that Graph shows.
#[tokio::test]
async fn ids_are_translated_both_ways() {
    let ada = Mailbox::of_ada().await;
    let mutable = ada.newest("inbox").await;
    let page = ada
        .get_preferring(
            "IdType=\"ImmutableId\"",
            "/me/mailFolders/inbox/messages?$top=1",
        )
        .await
        .json();
    let (mutable, kept) = (text(&mutable, "id"), text(&page["value"][0], "id"));
    let there = translated(&ada, &[mutable], "restId", "restImmutableEntryId").await;
    assert_eq!(there, [json!({ "sourceId": mutable, "targetId": kept })]);
    let back = translated(&ada, &[kept], "RestImmutableEntryId", "restid").await;
    assert_eq!(back, [json!({ "sourceId": kept, "targetId": mutable })]);
    for format in ["entryId", "ewsId", "immutableEntryId"] {
        let there = translated(&ada, &[mutable], "restId", format).await;
        let back = translated(&ada, &[text(&there[0], "targetId")], format, "restId").await;
        assert_eq!(back[0]["targetId"], mutable, "{format}");
    }
}

/// E22: a bad id spoils only itself.
#[tokio::test]
async fn a_bad_id_spoils_only_itself() {
    let ada = Mailbox::of_ada().await;
    let message = ada.newest("inbox").await;
    let id = text(&message, "id");
    ada.post(
        &format!("/me/messages/{id}/move"),
        &json!({ "destinationId": "archive" }),
    )
    .await
    .json();
    let fresh = ada.newest("inbox").await;
    let ids = ["garbage", id, text(&fresh, "id")];
    let results = translated(&ada, &ids, "restId", "restImmutableEntryId").await;
    assert_eq!(
        results[0]["errorDetails"]["code"],
        "ErrorInvalidIdMalformed"
    );
    assert_eq!(results[1]["errorDetails"]["code"], "ErrorItemNotFound");
    assert!(results[2]["targetId"].is_string() && results[0].get("targetId").is_none());
}

/// E22: a thousand at once and no more, in formats that exist, by a token that reads the profile.
#[tokio::test]
async fn there_is_a_most() {
    let ada = Mailbox::of_ada().await;
    let id = text(&ada.newest("inbox").await, "id").to_owned();
    let many = vec![id.as_str(); 1001];
    assert_eq!(
        translated(&ada, &many[..1000], "restId", "ewsId")
            .await
            .len(),
        1000
    );
    let body = json!({ "inputIds": many, "sourceIdType": "restId", "targetIdType": "ewsId" });
    ada.post(PATH, &body)
        .await
        .is_refused(400, "ErrorInvalidArgument");
    let body = json!({ "inputIds": [id], "sourceIdType": "restId", "targetIdType": "otherId" });
    ada.post(PATH, &body)
        .await
        .is_refused(400, "RequestBodyRead");
    ada.post(PATH, &json!({ "inputIds": [id] }))
        .await
        .is_refused(400, "RequestBodyRead");
    let reader = ada.beside("ada@contoso.example", &["Mail.Read"]);
    reader
        .post(PATH, &body)
        .await
        .is_refused(403, "ErrorAccessDenied");
}
