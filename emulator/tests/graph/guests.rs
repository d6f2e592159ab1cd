//! Guests: people of another tenant, with a profile and without a mailbox.

use serde_json::json;

use crate::mailbox::{Mailbox, issue_at};

const SCOPES: &[&str] = &["User.Read", "Mail.ReadWrite", "Mail.Send"];

/// Katherine of Fabrikam with a token of Contoso, which invited her.
async fn katherine() -> Mailbox {
    let ada = Mailbox::of_ada().await;
    let world = ada.emulator.world();
    let contoso = world.tenant_named("contoso.example").expect("a tenant");
    ada.with_token(issue_at(
        &ada.emulator,
        "katherine@fabrikam.example",
        &contoso.id,
        SCOPES,
    ))
}

/// A guest is shown as the inviting tenant knows them: another id, another name to sign in with.
#[tokio::test]
async fn a_guest_has_another_profile() {
    let guest = katherine().await;
    let home = guest.beside("katherine@fabrikam.example", SCOPES);
    let (there, at_home) = (
        guest
            .json("/me?$select=id,mail,userPrincipalName,userType")
            .await,
        home.json("/me?$select=id,userType").await,
    );
    assert_ne!(there["id"], at_home["id"]);
    assert_eq!(
        (&there["userType"], &at_home["userType"]),
        (&json!("Guest"), &json!("Member"))
    );
    assert_eq!(there["mail"], "katherine@fabrikam.example");
    assert_eq!(
        there["userPrincipalName"],
        "katherine_fabrikam.example#EXT#@contoso.example"
    );
}

/// E7: a guest has no mailbox where they are a guest, whatever the path calls them; at home they have.
#[tokio::test]
async fn a_guest_has_no_mailbox() {
    let guest = katherine().await;
    let id = guest.json("/me").await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for path in [
        "/me/messages".to_owned(),
        "/me/mailFolders/inbox".to_owned(),
        format!("/users/{id}/messages"),
        "/users/katherine_fabrikam.example%23EXT%23@contoso.example/messages".to_owned(),
    ] {
        guest
            .get(&path)
            .await
            .is_refused(404, "MailboxNotEnabledForRESTAPI");
    }
    let to = json!([{ "emailAddress": { "address": "ada@contoso.example" } }]);
    let letter = json!({ "message": { "subject": "x", "toRecipients": to } });
    guest
        .post("/me/sendMail", &letter)
        .await
        .is_refused(404, "MailboxNotEnabledForRESTAPI");
    let home = guest.beside("katherine@fabrikam.example", SCOPES);
    assert_eq!(home.get("/me/messages").await.status, 200);
}
