//! Bodies: form, safety, preview.

use crate::mailbox::{Mailbox, text};
use serde_json::Value;

fn with_script(message: &Value) -> bool {
    text(message, "subject").starts_with("The Weekly Compiler")
}

/// E18: HTML unless text is preferred, and the answer acknowledges the preference.
#[tokio::test]
async fn the_preferred_form_is_given_and_acknowledged() {
    let ada = Mailbox::of_ada().await;
    for subject in [
        "Slides are in the shared folder",
        "Two of your loans are due on Friday",
    ] {
        let message = ada.message(|message| message["subject"] == subject).await;
        assert_eq!(message["body"]["contentType"], "html", "{subject}");
        assert!(text(&message["body"], "content").starts_with("<html>"));
        let path = format!(
            "/me/messages/{}?$select=body,uniqueBody",
            text(&message, "id")
        );
        let answer = ada
            .get_preferring("outlook.body-content-type=\"text\"", &path)
            .await;
        assert_eq!(
            answer.header("preference-applied"),
            "outlook.body-content-type=\"text\""
        );
        let plain = answer.json();
        for body in [&plain["body"], &plain["uniqueBody"]] {
            assert_eq!(body["contentType"], "text", "{subject}");
            assert!(!text(body, "content").contains("</"), "{subject}");
        }
    }
    assert!(
        !ada.get("/me/messages")
            .await
            .headers
            .contains_key("preference-applied")
    );
}

/// E18: scripts are stripped unless unsafe HTML is asked for.
#[tokio::test]
async fn scripts_are_stripped_unless_unsafe_html_is_allowed() {
    let ada = Mailbox::of_ada().await;
    let message = ada.message(with_script).await;
    assert!(!text(&message["body"], "content").contains("<script"));
    let path = format!("/me/messages/{}", text(&message, "id"));
    let answer = ada.get_preferring("outlook.allow-unsafe-html", &path).await;
    assert!(text(&answer.json()["body"], "content").contains("<script>"));
    assert_eq!(
        answer.header("preference-applied"),
        "outlook.allow-unsafe-html"
    );
}

/// E19: at most 255 letters of text.
#[tokio::test]
async fn a_preview_is_short_and_plain() {
    let ada = Mailbox::of_ada().await;
    let messages = ada.list("/me/messages?$top=1000").await;
    let previews: Vec<_> = messages
        .iter()
        .map(|message| text(message, "bodyPreview"))
        .collect();
    assert!(
        previews
            .iter()
            .all(|preview| preview.chars().count() <= 255 && !preview.contains("</"))
    );
    assert!(
        previews
            .iter()
            .any(|preview| preview.chars().count() == 255)
    );
}

/// E19: a message whose attachments are all within its text has none, so to say.
#[tokio::test]
async fn inline_pictures_are_no_attachments() {
    let ada = Mailbox::of_ada().await;
    let message = ada
        .message(|message| text(message, "subject").starts_with("Late opening"))
        .await;
    assert_eq!(message["hasAttachments"], false);
    let id = text(&message, "id");
    let attachments = ada.list(&format!("/me/messages/{id}/attachments")).await;
    assert_eq!(
        (attachments.len(), &attachments[0]["isInline"]),
        (1, &Value::Bool(true))
    );
}

/// The part that is new in an answer is the part that is not quoted.
#[tokio::test]
async fn the_unique_body_leaves_out_what_is_quoted() {
    let ada = Mailbox::of_ada().await;
    let message = ada
        .message(|message| message["subject"] == "RE: Numbers for the steering committee")
        .await;
    let path = format!(
        "/me/messages/{}?$select=body,uniqueBody",
        text(&message, "id")
    );
    let bodies = ada.json(&path).await;
    let quote = "divRplyFwdMsg";
    assert!(text(&bodies["body"], "content").contains(quote));
    assert!(!text(&bodies["uniqueBody"], "content").contains(quote));
}

/// graph-mail §6: `$value` is the MIME text itself.
#[tokio::test]
async fn the_value_of_a_message_is_its_mime_text() {
    let ada = Mailbox::of_ada().await;
    let message = ada
        .message(|message| message["hasAttachments"] == true)
        .await;
    let answer = ada
        .get(&format!("/me/messages/{}/$value", text(&message, "id")))
        .await;
    assert_eq!(answer.header("content-type"), "text/plain");
    assert!(answer.text.starts_with("From: ") && answer.text.contains("\r\nMIME-Version: 1.0\r\n"));
    assert!(answer.text.contains(text(&message, "internetMessageId")));
}
