//! Apps that act for themselves: client credentials and application permissions (graph-mail §17).

use reqwest::Method;
use serde_json::json;

use crate::mailbox::{Mailbox, text};

const ADAS: &str = "/users/ada@contoso.example";

/// §17: an app reaches every mailbox of its tenant, and no other.
#[tokio::test]
async fn an_app_reaches_the_mailboxes_of_its_tenant() {
    let ada = Mailbox::of_ada().await;
    let app = ada.app_beside(&["Mail.ReadWrite", "User.Read.All"]);
    let mine = ada.list("/me/messages?$select=id").await;
    assert_eq!(app.list(&format!("{ADAS}/messages?$select=id")).await, mine);
    assert_eq!(app.json(ADAS).await["displayName"], "Ada Lovelace");
    for name in ["grace@contoso.example", "alan@contoso.example"] {
        assert_eq!(
            app.get(&format!("/users/{name}/mailFolders")).await.status,
            200
        );
    }
    app.get("/users/hedy@live.example/messages")
        .await
        .is_refused(404, "ErrorInvalidUser");
    app.get("/users/charles@contoso.example/messages")
        .await
        .is_refused(404, "MailboxNotEnabledForRESTAPI");
}

/// An app is nobody: there is no `/me` for it.
#[tokio::test]
async fn an_app_has_no_me() {
    let app = Mailbox::of_ada()
        .await
        .app_beside(&["Mail.ReadWrite", "User.Read.All"]);
    for path in ["/me", "/me/messages"] {
        let answer = app.get(path).await;
        answer.is_refused(400, "BadRequest");
        assert_eq!(
            answer.error()["message"],
            "/me request is only valid with delegated authentication flow."
        );
    }
}

/// §17: each role allows what it names, and delegated spellings are none.
#[tokio::test]
async fn an_app_does_what_its_roles_allow() {
    let ada = Mailbox::of_ada().await;
    let message = ada.newest("inbox").await;
    let path = format!("{ADAS}/messages/{}", text(&message, "id"));
    let basic = ada.app_beside(&["Mail.ReadBasic.All"]);
    assert!(basic.json(&path).await.get("body").is_none());
    basic
        .get(&format!("{path}/$value"))
        .await
        .is_refused(403, "ErrorAccessDenied");
    let reader = ada.app_beside(&["Mail.Read"]);
    assert!(reader.json(&path).await["body"].is_object());
    reader
        .send(Method::PATCH, &path, &json!({ "isRead": true }))
        .await
        .is_refused(403, "ErrorAccessDenied");
    reader
        .get(ADAS)
        .await
        .is_refused(403, "Authorization_RequestDenied");
    for roles in [&[] as &[&str], &["Mail.Read.Shared"], &["Mail.Send"]] {
        ada.app_beside(roles)
            .get(&path)
            .await
            .is_refused(403, "ErrorAccessDenied");
    }
}

/// §17: an app sends in the name of the mailbox it names.
#[tokio::test]
async fn an_app_sends_as_the_mailbox() {
    let ada = Mailbox::of_ada().await;
    let grace = ada.beside("grace@contoso.example", &["Mail.Read"]);
    let to = json!([{ "emailAddress": { "address": "grace@contoso.example" } }]);
    let body = json!({ "message": { "subject": "By machine", "toRecipients": to } });
    let path = format!("{ADAS}/sendMail");
    ada.app_beside(&["Mail.ReadWrite"])
        .post(&path, &body)
        .await
        .is_refused(403, "ErrorAccessDenied");
    assert_eq!(
        ada.app_beside(&["Mail.Send"])
            .post(&path, &body)
            .await
            .status,
        202
    );
    let arrived = grace.newest("inbox").await;
    assert_eq!(
        arrived["from"]["emailAddress"]["address"],
        "ada@contoso.example"
    );
    assert_eq!(arrived["sender"], arrived["from"]);
    assert_eq!(ada.newest("sentitems").await["subject"], "By machine");
}

/// E1: an app's token lapses like any other.
#[tokio::test]
async fn an_apps_token_lapses() {
    let app = Mailbox::of_ada().await.app_beside(&["Mail.Read"]);
    assert_eq!(app.get(&format!("{ADAS}/messages")).await.status, 200);
    app.emulator.clock().advance(3600);
    app.get(&format!("{ADAS}/messages"))
        .await
        .is_refused(401, "InvalidAuthenticationToken");
}
