//! Replies and forwards.

use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Mailbox, send, text};

async fn ada() -> Mailbox {
    Mailbox::of("ada@contoso.example", &["Mail.ReadWrite", "Mail.Send"]).await
}

fn people(addresses: &[&str]) -> Value {
    addresses
        .iter()
        .map(|address| json!({ "emailAddress": { "address": address } }))
        .collect()
}

fn addresses(message: &Value, list: &str) -> Vec<String> {
    let list = message[list].as_array().expect("a list").iter();
    list.map(|one| text(&one["emailAddress"], "address").to_lowercase())
        .collect()
}

/// A message in Ada's inbox from Grace to Ada and Alan, copied to Hedy.
async fn original(ada: &Mailbox, reply_to: &[&str]) -> Value {
    let grace = ada.beside("grace@contoso.example", &["Mail.Send"]);
    let inline = json!({
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "logo.png", "contentType": "image/png", "contentBytes": "iVBORw0=", "isInline": true, "contentId": "logo",
    });
    let file = json!({
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "plan.txt", "contentType": "text/plain", "contentBytes": "cGxhbg==",
    });
    let message = json!({
        "subject": "Plan",
        "body": { "contentType": "html", "content": "<p>The plan</p>" },
        "toRecipients": people(&["ada@contoso.example", "alan@contoso.example"]),
        "ccRecipients": people(&["hedy@live.example"]),
        "replyTo": people(reply_to),
        "attachments": [inline, file],
    });
    let answer = grace
        .post("/me/sendMail", &json!({ "message": message }))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    ada.newest("inbox").await
}

async fn created(ada: &Mailbox, original: &Value, action: &str, body: &Value) -> Value {
    let path = format!("/me/messages/{}/{action}", text(original, "id"));
    let answer = ada.post(&path, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

/// E29: a draft in Drafts, to the writer, in the same thread, titled and with the original quoted.
#[tokio::test]
async fn a_reply_is_addressed_titled_and_quoted() {
    let ada = ada().await;
    let original = original(&ada, &[]).await;
    let path = format!("/me/messages/{}/createReply", text(&original, "id"));
    let draft = ada.post_nothing(&path).await;
    assert_eq!(draft.status, 201);
    let draft = draft.json();
    assert_eq!(
        draft["parentFolderId"],
        ada.json("/me/mailFolders/drafts").await["id"]
    );
    assert_eq!(
        (&draft["isDraft"], &draft["isRead"], &draft["subject"]),
        (&json!(true), &json!(true), &json!("RE: Plan"))
    );
    assert_eq!(draft["conversationId"], original["conversationId"]);
    assert_ne!(draft["internetMessageId"], original["internetMessageId"]);
    assert_eq!(
        (
            addresses(&draft, "toRecipients"),
            addresses(&draft, "ccRecipients")
        ),
        (vec!["grace@contoso.example".to_owned()], vec![])
    );
    let body = text(&draft["body"], "content");
    assert!(
        body.contains("The plan") && body.contains("<b>From:</b> Grace Hopper"),
        "{body}"
    );
    let headers = ada
        .json(&format!(
            "/me/messages/{}?$select=internetMessageHeaders",
            text(&draft, "id")
        ))
        .await;
    let tie = json!({ "name": "In-Reply-To", "value": original["internetMessageId"] });
    assert!(
        headers["internetMessageHeaders"]
            .as_array()
            .expect("headers")
            .contains(&tie)
    );
}

/// E29: a reply to a reply is not titled twice.
#[tokio::test]
async fn a_title_is_marked_once() {
    let ada = ada().await;
    let first = created(&ada, &original(&ada, &[]).await, "createReply", &json!({})).await;
    let second = created(&ada, &first, "createReply", &json!({})).await;
    assert_eq!(second["subject"], "RE: Plan");
    assert_eq!(
        created(&ada, &second, "createForward", &json!({})).await["subject"],
        "FW: RE: Plan"
    );
}

/// E29: `replyTo` wins over `from`, in a reply to everybody too.
#[tokio::test]
async fn a_reply_goes_where_its_writer_wants_it() {
    let ada = ada().await;
    let original = original(&ada, &["office@contoso.example"]).await;
    let reply = created(&ada, &original, "createReply", &json!({})).await;
    assert_eq!(
        addresses(&reply, "toRecipients"),
        ["office@contoso.example"]
    );
    let all = created(&ada, &original, "createReplyAll", &json!({})).await;
    assert_eq!(
        addresses(&all, "toRecipients"),
        ["office@contoso.example", "alan@contoso.example"]
    );
}

/// E29: everybody but oneself; copies stay copies.
#[tokio::test]
async fn a_reply_to_all_leaves_oneself_out() {
    let ada = ada().await;
    let draft = created(
        &ada,
        &original(&ada, &[]).await,
        "createReplyAll",
        &json!({}),
    )
    .await;
    assert_eq!(
        addresses(&draft, "toRecipients"),
        ["grace@contoso.example", "alan@contoso.example"]
    );
    assert_eq!(addresses(&draft, "ccRecipients"), ["hedy@live.example"]);
}

/// E29: a forward takes the files along, a reply only what is shown within the text.
#[tokio::test]
async fn a_forward_takes_the_files_along() {
    let ada = ada().await;
    let original = original(&ada, &[]).await;
    for (action, mark, names) in [
        ("createReply", "RE: ", vec!["logo.png"]),
        ("createForward", "FW: ", vec!["logo.png", "plan.txt"]),
    ] {
        let draft = created(&ada, &original, action, &json!({})).await;
        assert_eq!(draft["subject"], format!("{mark}Plan"));
        let attachments = ada
            .list(&format!("/me/messages/{}/attachments", text(&draft, "id")))
            .await;
        let held: Vec<_> = attachments.iter().map(|one| text(one, "name")).collect();
        assert_eq!(held, names, "{action}");
        assert_eq!(draft["hasAttachments"], action == "createForward");
    }
    let body = json!({ "toRecipients": people(&["alan@contoso.example"]) });
    let draft = created(&ada, &original, "createForward", &body).await;
    assert_eq!(addresses(&draft, "toRecipients"), ["alan@contoso.example"]);
}

/// E29: properties of the new message, and recipients beside the ones it has by itself.
#[tokio::test]
async fn an_answer_takes_properties() {
    let ada = ada().await;
    let body = json!({ "message": {
        "toRecipients": people(&["grace@contoso.example", "joan@contoso.example"]),
        "importance": "low",
        "body": { "contentType": "html", "content": "<i>Agreed</i>" },
    } });
    let draft = created(&ada, &original(&ada, &[]).await, "createReply", &body).await;
    assert_eq!(
        addresses(&draft, "toRecipients"),
        ["grace@contoso.example", "joan@contoso.example"]
    );
    assert_eq!(draft["importance"], "low");
    let content = text(&draft["body"], "content");
    let (words, quote) = (content.find("Agreed"), content.find("The plan"));
    assert!(words.expect("words") < quote.expect("a quote"), "{content}");
    let unique = ada
        .json(&format!(
            "/me/messages/{}?$select=uniqueBody",
            text(&draft, "id")
        ))
        .await;
    assert!(!text(&unique["uniqueBody"], "content").contains("The plan"));
}

/// E29: words in two places, recipients in two places or in none.
#[tokio::test]
async fn an_answer_says_each_thing_once() {
    let ada = ada().await;
    let original = original(&ada, &[]).await;
    let id = text(&original, "id");
    let twice =
        json!({ "comment": "x", "message": { "body": { "contentType": "text", "content": "y" } } });
    let to = people(&["alan@contoso.example"]);
    for action in [
        "reply",
        "replyAll",
        "createReply",
        "createReplyAll",
        "forward",
        "createForward",
    ] {
        let mut body = twice.clone();
        if action.to_lowercase().contains("forward") {
            body["toRecipients"] = to.clone();
        }
        let path = format!("/me/messages/{id}/{action}");
        ada.post(&path, &body)
            .await
            .is_refused(400, "ErrorInvalidArgument");
    }
    let both = json!({ "toRecipients": to, "message": { "toRecipients": to } });
    for action in ["forward", "createForward"] {
        let path = format!("/me/messages/{id}/{action}");
        ada.post(&path, &both)
            .await
            .is_refused(400, "ErrorInvalidArgument");
    }
    ada.post(
        &format!("/me/messages/{id}/forward"),
        &json!({ "comment": "x" }),
    )
    .await
    .is_refused(400, "RequestBodyRead");
    ada.post(
        &format!("/me/messages/{id}/reply"),
        &json!({ "toRecipients": to }),
    )
    .await
    .is_refused(400, "RequestBodyRead");
}

/// graph-mail §7.3, 6: a comment given to a create action does not reach the draft, as at Microsoft.
#[tokio::test]
async fn a_comment_is_lost_on_drafts() {
    let ada = ada().await;
    let draft = created(
        &ada,
        &original(&ada, &[]).await,
        "createReply",
        &json!({ "comment": "Vanishing" }),
    )
    .await;
    assert!(!text(&draft["body"], "content").contains("Vanishing"));
}

/// E30: sent in one step by `Mail.Send` alone; the original stays where and what it is.
#[tokio::test]
async fn answers_are_sent_in_one_step() {
    let ada = ada().await;
    let original = original(&ada, &[]).await;
    let sender = ada.beside("ada@contoso.example", &["Mail.Send"]);
    let alan = ada.beside("alan@contoso.example", &["Mail.Read"]);
    let to = people(&["alan@contoso.example"]);
    for (action, body, mark) in [
        ("reply", json!({ "comment": "Yes & no" }), "RE: "),
        ("replyAll", json!({ "Comment": "Yes & no" }), "RE: "),
        (
            "forward",
            json!({ "comment": "Yes & no", "toRecipients": to }),
            "FW: ",
        ),
        (
            "forward",
            json!({ "comment": "Yes & no", "message": { "toRecipients": to } }),
            "FW: ",
        ),
    ] {
        let answer = sender
            .post(
                &format!("/me/messages/{}/{action}", text(&original, "id")),
                &body,
            )
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.text.as_str()),
            (202, ""),
            "{action}"
        );
        let sent = ada.newest("sentitems").await;
        assert_eq!(sent["subject"], format!("{mark}Plan"));
        assert_eq!(sent["conversationId"], original["conversationId"]);
        let content = text(&sent["body"], "content");
        assert!(
            content.contains("Yes &amp; no") && content.contains("The plan"),
            "{content}"
        );
    }
    assert_eq!(alan.newest("inbox").await["subject"], "FW: Plan");
    is_as_it_was(&ada, &original).await;
}

async fn is_as_it_was(ada: &Mailbox, original: &Value) {
    let after = ada
        .json(&format!("/me/messages/{}", text(original, "id")))
        .await;
    assert_eq!(
        (&after["parentFolderId"], &after["changeKey"]),
        (&original["parentFolderId"], &original["changeKey"])
    );
}

/// E30: neither reading nor writing is enough to send, nor sending to write a draft.
#[tokio::test]
async fn answers_need_their_permission() {
    let writer = Mailbox::of_ada().await;
    let id = text(&writer.newest("inbox").await, "id").to_owned();
    let sender = writer.beside("ada@contoso.example", &["Mail.Send", "Mail.Read"]);
    for (visitor, actions) in [
        (&writer, ["reply", "replyAll", "forward"]),
        (&sender, ["createReply", "createReplyAll", "createForward"]),
    ] {
        for action in actions {
            let request = visitor.request(Method::POST, &format!("/me/messages/{id}/{action}"));
            send(request.json(&json!({})))
                .await
                .is_refused(403, "ErrorAccessDenied");
        }
    }
}
