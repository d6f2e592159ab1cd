//! Who sees what.

use crate::mailbox::{Mailbox, send};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn me_says_who_i_am() {
    let ada = Mailbox::of_ada().await;
    let me = ada.json("/me").await;
    assert_eq!(me["displayName"], "Ada Lovelace");
    assert_eq!(
        (&me["givenName"], &me["surname"]),
        (&json!("Ada"), &json!("Lovelace"))
    );
    assert_eq!(
        (&me["mail"], &me["userPrincipalName"]),
        (&json!("ada@contoso.example"), &json!("ada@contoso.example"))
    );
    assert_eq!(me["id"], ada.emulator.world().people[0].id.as_str());
    let selected = ada.json("/me?$select=displayName,mail").await;
    let context = selected["@odata.context"].as_str().expect("a context");
    assert!(
        context.ends_with("/v1.0/$metadata#users(displayName,mail)/$entity"),
        "{context}"
    );
    assert_eq!(selected.as_object().expect("an object").len(), 3);
}

/// E5: each route demands its scope; writing does not follow from reading.
#[tokio::test]
async fn a_token_does_what_its_scopes_allow() {
    let ada = Mailbox::of("ada@contoso.example", &["User.Read", "Mail.Send"]).await;
    for path in [
        "/me/messages",
        "/me/mailFolders",
        "/me/mailFolders/inbox",
        "/me/mailFolders/inbox/messages",
        "/me/messages/x",
    ] {
        ada.get(path).await.is_refused(403, "ErrorAccessDenied");
    }
    let ada = ada.entered_by("ada@contoso.example", &["mail.READ"]);
    ada.get("/me")
        .await
        .is_refused(403, "Authorization_RequestDenied");
    let messages = ada
        .list("/me/messages?$filter=hasAttachments eq true")
        .await;
    let id = messages[0]["id"].as_str().expect("an id");
    assert_eq!(
        ada.get(&format!("/me/messages/{id}/attachments"))
            .await
            .status,
        200
    );
    for (method, path) in [
        (Method::PATCH, format!("/me/messages/{id}")),
        (Method::POST, format!("/me/messages/{id}/move")),
    ] {
        let body = json!({ "isRead": true, "destinationId": "archive" });
        ada.send(method, &path, &body)
            .await
            .is_refused(403, "ErrorAccessDenied");
    }
}

/// E5: `Mail.ReadBasic` shows messages without what they say, and offers no way around it.
#[tokio::test]
async fn basic_reading_hides_the_texts() {
    let ada = Mailbox::of("ada@contoso.example", &["Mail.ReadBasic"]).await;
    let messages = ada
        .list("/me/messages?$filter=hasAttachments eq true")
        .await;
    let id = messages[0]["id"].as_str().expect("an id");
    let one = ada.json(&format!("/me/messages/{id}")).await;
    let selected = ada
        .json(&format!(
            "/me/messages/{id}?$select=subject,body,bodyPreview,uniqueBody"
        ))
        .await;
    for message in [&messages[0], &one, &selected] {
        assert!(message["subject"].is_string());
        for hidden in ["body", "bodyPreview", "uniqueBody"] {
            assert!(message.get(hidden).is_none(), "{hidden}");
        }
    }
    for way in [
        format!("/me/messages/{id}/attachments"),
        format!("/me/messages/{id}/$value"),
        format!("/me/messages/{id}?$expand=attachments"),
        "/me/messages?$expand=attachments".to_owned(),
        "/me/messages?$filter=contains(body/content,'a')".to_owned(),
        "/me/messages?$orderby=bodyPreview".to_owned(),
        "/me/messages?$search=\"committee\"".to_owned(),
    ] {
        ada.get(&way).await.is_refused(403, "ErrorAccessDenied");
    }
}

/// E6: `/me`, the id and the principal name lead to the same mailbox; that of another stays closed.
#[tokio::test]
async fn one_mailbox_has_three_names() {
    let ada = Mailbox::of_ada().await;
    let id = ada.emulator.world().people[0].id.to_string();
    let mine = ada.list("/me/messages?$select=id").await;
    for name in [
        id.as_str(),
        "ada@contoso.example",
        "ADA@Contoso.Example",
        "ada%40contoso.example",
    ] {
        assert_eq!(
            ada.list(&format!("/users/{name}/messages?$select=id"))
                .await,
            mine,
            "{name}"
        );
        assert_eq!(
            ada.json(&format!("/users/{name}")).await["displayName"],
            "Ada Lovelace"
        );
    }
    ada.get("/users/grace@contoso.example/messages")
        .await
        .is_refused(403, "ErrorAccessDenied");
    ada.get("/users/grace@contoso.example")
        .await
        .is_refused(403, "Authorization_RequestDenied");
    for stranger in ["nobody@contoso.example", "katherine@fabrikam.example"] {
        ada.get(&format!("/users/{stranger}/messages"))
            .await
            .is_refused(404, "ErrorInvalidUser");
        ada.get(&format!("/users/{stranger}"))
            .await
            .is_refused(404, "Request_ResourceNotFound");
    }
}

/// E7: somebody without a mailbox has a profile, and no mail.
#[tokio::test]
async fn without_a_mailbox_there_is_no_mail() {
    let charles = Mailbox::of("charles@contoso.example", &["User.Read", "Mail.Read"]).await;
    let me = charles.json("/me").await;
    assert_eq!(
        (&me["displayName"], &me["mail"]),
        (&json!("Charles Babbage"), &json!(null))
    );
    for path in [
        "/me/messages",
        "/me/mailFolders",
        "/me/mailFolders/inbox/messages",
        "/me/messages/x",
        "/users/charles@contoso.example/messages",
    ] {
        charles
            .get(path)
            .await
            .is_refused(404, "MailboxNotEnabledForRESTAPI");
    }
}

/// graph-mail §2: the address of a personal account may be found in its principal name only.
#[tokio::test]
async fn a_personal_account_has_mail_but_no_mail_address_in_its_profile() {
    let hedy = Mailbox::of("hedy@live.example", &["User.Read", "Mail.Read"]).await;
    let me = hedy.json("/me").await;
    assert_eq!(
        (&me["mail"], &me["userPrincipalName"]),
        (&json!(null), &json!("hedy@live.example"))
    );
    assert!(!hedy.list("/me/mailFolders/inbox/messages").await.is_empty());
    // A body on a GET is nothing to Graph.
    let with_body = hedy.request(Method::GET, "/me/messages?$top=1").body("{");
    assert_eq!(send(with_body).await.status, 200);
}
