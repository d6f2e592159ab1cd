//! Mailboxes of others: Alan's is open to Ada for writing and sending on behalf, Grace's to Alan for reading and sending
//! as her.

use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Mailbox, text};

const SHARED: &[&str] = &["Mail.ReadWrite.Shared", "Mail.Send.Shared"];
const ALANS: &str = "/users/alan@contoso.example";

fn letter(from: Option<&str>) -> Value {
    let to = json!([{ "emailAddress": { "address": "hedy@live.example" } }]);
    let mut message = json!({ "subject": "Shared", "toRecipients": to });
    if let Some(from) = from {
        message["from"] = json!({ "emailAddress": { "address": from } });
    }
    json!({ "message": message })
}

fn address<'a>(message: &'a Value, who: &str) -> &'a str {
    text(&message[who]["emailAddress"], "address")
}

/// E6: a share and a `.Shared` scope together open another's mailbox; neither does it alone.
#[tokio::test]
async fn a_share_and_a_scope_open_a_mailbox() {
    let ada = Mailbox::of("ada@contoso.example", &["Mail.Read.Shared"]).await;
    let alan = ada.beside("alan@contoso.example", &["Mail.Read"]);
    let id = ada
        .emulator
        .world()
        .person_at("alan@contoso.example")
        .expect("Alan")
        .id
        .to_string();
    let his = alan.list("/me/mailFolders/inbox/messages?$select=id").await;
    for name in ["alan@contoso.example", id.as_str()] {
        let path = format!("/users/{name}/mailFolders('inbox')/messages?$select=id");
        assert_eq!(ada.list(&path).await, his, "{name}");
    }
    ada.get("/users/grace@contoso.example/messages")
        .await
        .is_refused(403, "ErrorAccessDenied");
    for scope in ["Mail.Read", "Mail.ReadWrite"] {
        let plain = ada.beside("ada@contoso.example", &[scope]);
        plain
            .get(&format!("{ALANS}/messages"))
            .await
            .is_refused(403, "ErrorAccessDenied");
    }
}

/// E6: reading does not open for writing, neither by scope nor by share.
#[tokio::test]
async fn writing_needs_both_as_well() {
    let ada = Mailbox::of("ada@contoso.example", SHARED).await;
    let message = ada
        .list(&format!("{ALANS}/messages?$top=1"))
        .await
        .remove(0);
    let path = format!("{ALANS}/messages/{}", text(&message, "id"));
    let body = json!({ "importance": "high" });
    assert_eq!(
        ada.send(Method::PATCH, &path, &body).await.json()["importance"],
        "high"
    );
    let reader = ada.beside(
        "ada@contoso.example",
        &["Mail.Read.Shared", "Mail.ReadWrite"],
    );
    reader
        .send(Method::PATCH, &path, &body)
        .await
        .is_refused(403, "ErrorAccessDenied");
    let alan = ada.beside("alan@contoso.example", SHARED);
    let hers = alan
        .list("/users/grace@contoso.example/messages?$top=1")
        .await
        .remove(0);
    let path = format!(
        "/users/grace@contoso.example/messages/{}",
        text(&hers, "id")
    );
    alan.send(Method::PATCH, &path, &body)
        .await
        .is_refused(403, "ErrorAccessDenied");
}

/// E5, E6: by `Mail.ReadBasic.Shared` another's mail is seen without its texts, even if one's own is seen with them.
#[tokio::test]
async fn basic_reading_of_others_hides_the_texts() {
    let ada = Mailbox::of(
        "ada@contoso.example",
        &["Mail.ReadBasic.Shared", "Mail.Read"],
    )
    .await;
    let his = ada
        .list(&format!("{ALANS}/messages?$top=1"))
        .await
        .remove(0);
    assert!(his["subject"].is_string() && his.get("body").is_none());
    assert!(ada.newest("inbox").await["body"].is_object());
}

/// graph-mail §7.4: on behalf shows who did it, as does not; the copy lies where it was sent from.
#[tokio::test]
async fn one_sends_on_behalf_or_as() {
    let ada = Mailbox::of("ada@contoso.example", SHARED).await;
    let hedy = ada.beside("hedy@live.example", &["Mail.Read"]);
    let alan = ada.beside("alan@contoso.example", SHARED);
    assert_eq!(
        ada.post(&format!("{ALANS}/sendMail"), &letter(None))
            .await
            .status,
        202
    );
    let arrived = hedy.newest("inbox").await;
    assert_eq!(
        (address(&arrived, "from"), address(&arrived, "sender")),
        ("alan@contoso.example", "ada@contoso.example")
    );
    assert_eq!(alan.newest("sentitems").await["subject"], "Shared");
    let from_grace = letter(Some("grace@contoso.example"));
    assert_eq!(alan.post("/me/sendMail", &from_grace).await.status, 202);
    let arrived = hedy.newest("inbox").await;
    assert_eq!(
        (address(&arrived, "from"), address(&arrived, "sender")),
        ("grace@contoso.example", "grace@contoso.example")
    );
}

/// graph-mail §7.4: another's name needs their leave, and the scope for it.
#[tokio::test]
async fn nobody_sends_in_a_name_that_was_not_lent() {
    let ada = Mailbox::of("ada@contoso.example", SHARED).await;
    for stranger in [
        "grace@contoso.example",
        "nobody@contoso.example",
        "hedy@live.example",
    ] {
        ada.post("/me/sendMail", &letter(Some(stranger)))
            .await
            .is_refused(403, "ErrorSendAsDenied");
    }
    ada.post("/users/grace@contoso.example/sendMail", &letter(None))
        .await
        .is_refused(403, "ErrorAccessDenied");
    let plain = ada.beside("ada@contoso.example", &["Mail.Send"]);
    plain
        .post("/me/sendMail", &letter(Some("alan@contoso.example")))
        .await
        .is_refused(403, "ErrorAccessDenied");
    assert_eq!(
        plain
            .post("/me/sendMail", &letter(Some("Ada@Contoso.example")))
            .await
            .status,
        202
    );
}
