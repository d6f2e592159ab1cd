//! The mailbox through the door.

use axum::http::{StatusCode, header};
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn folders_and_messages_are_plain_nouns() {
    let world = World::start().await;
    let mut ada = world.browser();
    let id = ada.connect().await;
    let folders = ada.get(&format!("/v1/accounts/{id}/folders")).await.body;
    assert_eq!(
        folders,
        json!({"folders": [{"id": "inbox", "name": "Inbox", "role": "inbox", "unread": 0, "total": 0}]})
    );
    let list = ada
        .get(&format!("/v1/accounts/{id}/messages?folder=sent&limit=5"))
        .await
        .body;
    assert_eq!(
        (&list["messages"][0]["subject"], list.get("next_cursor")),
        (&json!("Engine"), None)
    );
    assert_eq!(
        world.microsoft.script().graph.last().unwrap(),
        "/v1.0/me/mailFolders/sentitems/messages"
    );
    let message = ada
        .get(&format!("/v1/accounts/{id}/messages/m1"))
        .await
        .body;
    assert_eq!(
        message["body"],
        json!({"content_type": "text", "content": "Dear Ada"})
    );
}

/// R132, R133, R142: what is not on the list does not reach Graph.
#[tokio::test]
async fn nothing_else_of_graph_is_reachable() {
    let world = World::start().await;
    let mut ada = world.browser();
    let id = ada.connect().await;
    let asked = world.microsoft.script().graph.len();
    for (path, code) in [
        ("messages/a%2Fb", "message_unknown"),
        ("messages/..%2F..%2Fusers", "message_unknown"),
        ("messages/$batch", "message_unknown"),
        ("messages/%00", "message_unknown"),
        ("messages/%ff", "message_unknown"),
        ("messages/a%252Fb", "message_unknown"),
        ("messages/a/attachments/b%2Fc", "attachment_unknown"),
        ("messages/a/attachments/$value", "attachment_unknown"),
        ("messages/a%2Fb/attachments/c", "attachment_unknown"),
        ("messages/a%2Fb/attachments", "message_unknown"),
        ("messages/a/attachments/b/$value", "not_found"),
        ("calendar", "not_found"),
        ("messages?folder=..", "bad_request"),
        ("messages?folder=a/b", "bad_request"),
        ("messages?limit=0", "bad_request"),
        ("messages?limit=101", "bad_request"),
        ("messages?limit=x", "bad_request"),
        ("messages?limit=1&limit=2", "bad_request"),
        ("messages?$filter=x", "bad_request"),
        ("messages?cursor=AAAA", "bad_request"),
        ("messages?cursor=https://evil.example", "bad_request"),
    ] {
        assert_eq!(
            ada.get(&format!("/v1/accounts/{id}/{path}")).await.code(),
            code,
            "{path}"
        );
    }
    assert_eq!(world.microsoft.script().graph.len(), asked);
}

/// R139, F53: one refresh, one repetition, no loop.
#[tokio::test]
async fn a_token_that_graph_refuses_is_replaced_once() {
    let world = World::start().await;
    let mut ada = world.browser();
    let id = ada.connect().await;
    let list = format!("/v1/accounts/{id}/messages");
    world
        .microsoft
        .graph_says(401, "InvalidAuthenticationToken");
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(world.microsoft.token_requests(), 2);
    let asked = world.microsoft.script().graph.len();
    world
        .microsoft
        .graph_says(401, "InvalidAuthenticationToken");
    world
        .microsoft
        .graph_says(401, "InvalidAuthenticationToken");
    assert_eq!(ada.get(&list).await.code(), "microsoft_disagrees");
    assert_eq!(
        (
            world.microsoft.token_requests(),
            world.microsoft.script().graph.len()
        ),
        (3, asked + 2)
    );
    assert_eq!(
        ada.get("/v1/session").await.body["accounts"][0]["state"],
        "connected"
    );
}

/// R141, F54: patience is passed on, and the token endpoint hears nothing of it.
#[tokio::test]
async fn throttling_and_outages_are_passed_on() {
    let world = World::start().await;
    let mut ada = world.browser();
    let id = ada.connect().await;
    for (status, code, problem, answered) in [
        (
            429,
            "ApplicationThrottled",
            "rate_limited",
            StatusCode::TOO_MANY_REQUESTS,
        ),
        (
            503,
            "serviceNotAvailable",
            "microsoft_unavailable",
            StatusCode::SERVICE_UNAVAILABLE,
        ),
    ] {
        world.microsoft.graph_says(status, code);
        let answer = ada.get(&format!("/v1/accounts/{id}/messages")).await;
        assert_eq!(
            (
                answer.status,
                answer.code(),
                &answer.headers[header::RETRY_AFTER]
            ),
            (answered, problem, &"17".parse().unwrap())
        );
    }
    assert_eq!(world.microsoft.token_requests(), 1);
}

#[tokio::test]
async fn other_troubles_of_graph_keep_their_meaning() {
    let world = World::start().await;
    let mut ada = world.browser();
    let id = ada.connect().await;
    for (status, code, path, problem) in [
        (404, "ErrorItemNotFound", "messages/gone", "message_unknown"),
        (
            404,
            "ErrorItemNotFound",
            "messages?folder=gone",
            "folder_unknown",
        ),
        (
            404,
            "MailboxNotEnabledForRESTAPI",
            "messages",
            "mailbox_unavailable",
        ),
        (403, "ErrorAccessDenied", "messages", "account_needs_user"),
        (
            400,
            "ErrorInvalidUrlQueryFilter",
            "messages",
            "microsoft_unavailable",
        ),
        (302, "x", "messages", "microsoft_unavailable"),
    ] {
        world.microsoft.graph_says(status, code);
        assert_eq!(
            ada.get(&format!("/v1/accounts/{id}/{path}")).await.code(),
            problem,
            "{code}"
        );
    }
}
