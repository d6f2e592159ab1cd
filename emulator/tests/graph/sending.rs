//! Mail sent in one step.

use connect_outlook_emulator::{Emulator, Switches};
use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Mailbox, send, text};

fn to(address: &str) -> Value {
    json!([{ "emailAddress": { "address": address } }])
}

fn letter(subject: &str) -> Value {
    json!({
        "subject": subject,
        "body": { "contentType": "Text", "content": "Shall we meet?" },
        "toRecipients": to("grace@contoso.example"),
    })
}

async fn ada() -> Mailbox {
    Mailbox::of("ada@contoso.example", &["Mail.ReadWrite", "Mail.Send"]).await
}

/// E23: 202 without a word, and the message lies in Sent Items under a Message-ID of its own.
#[tokio::test]
async fn what_is_sent_lies_in_sent_items() {
    let ada = ada().await;
    let before = ada.counts("sentitems").await;
    let answer = ada
        .post("/me/sendMail", &json!({ "message": letter("Lunch") }))
        .await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
    assert!(!answer.headers.contains_key("content-type"));
    assert_eq!(answer.header("content-length"), "0");
    let sent = ada.newest("sentitems").await;
    assert_eq!(ada.counts("sentitems").await, (before.0 + 1, before.1));
    assert_eq!(
        (&sent["subject"], &sent["isDraft"], &sent["isRead"]),
        (&json!("Lunch"), &json!(false), &json!(true))
    );
    assert_eq!(
        sent["from"]["emailAddress"]["address"],
        "ada@contoso.example"
    );
    assert_eq!(sent["sender"], sent["from"]);
    let id = text(&sent, "internetMessageId");
    assert!(
        id.starts_with('<') && id.ends_with("@contoso.example>"),
        "{id}"
    );
    ada.post("/me/sendMail", &json!({ "message": letter("Lunch") }))
        .await;
    assert_ne!(ada.newest("sentitems").await["internetMessageId"], id);
}

/// E23: no copy where none is wanted, whether that is said as a bool or as a text, as the official example does.
#[tokio::test]
async fn a_copy_is_kept_only_if_wanted() {
    let ada = ada().await;
    let before = ada.counts("sentitems").await.0;
    for (flag, copies) in [
        (json!(false), 0),
        (json!("false"), 0),
        (json!("False"), 0),
        (json!(true), 1),
        (json!("true"), 2),
    ] {
        let body = json!({ "message": letter("Copy"), "saveToSentItems": flag });
        assert_eq!(ada.post("/me/sendMail", &body).await.status, 202, "{flag}");
        assert_eq!(ada.counts("sentitems").await.0 - before, copies, "{flag}");
    }
    let body = json!({ "message": letter("Copy"), "saveToSentItems": "perhaps" });
    ada.post("/me/sendMail", &body)
        .await
        .is_refused(400, "RequestBodyRead");
}

/// E23: parameters in the spelling of the older examples, with everything a message can carry.
#[tokio::test]
async fn a_letter_brings_its_properties_along() {
    let ada = ada().await;
    let file = json!({
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "hello.txt",
        "contentType": "text/plain",
        "contentBytes": "aGVsbG8=",
    });
    let mut message = letter("Everything");
    message["importance"] = json!("High");
    message["ccRecipients"] = to("alan@contoso.example");
    message["replyTo"] = to("office@contoso.example");
    message["internetMessageHeaders"] = json!([{ "name": "X-Order", "value": "42" }]);
    message["attachments"] = json!([file]);
    let body = json!({ "Message": message, "SaveToSentItems": "true" });
    assert_eq!(
        ada.post("/me/microsoft.graph.sendMail", &body).await.status,
        202
    );
    let sent = ada.newest("sentitems").await;
    assert_eq!(
        (&sent["importance"], &sent["hasAttachments"]),
        (&json!("high"), &json!(true))
    );
    let path = format!("/me/messages/{}", text(&sent, "id"));
    let headers = ada
        .json(&format!("{path}?$select=internetMessageHeaders"))
        .await;
    let headers = headers["internetMessageHeaders"]
        .as_array()
        .expect("headers")
        .clone();
    assert!(headers.contains(&json!({ "name": "X-Order", "value": "42" })));
    let attachments = ada.list(&format!("{path}/attachments")).await;
    assert_eq!(attachments[0]["contentBytes"], "aGVsbG8=");
}

/// E25: nobody, too many, or somebody who cannot be: 400, and nothing is sent.
#[tokio::test]
async fn recipients_must_be_there_and_make_sense() {
    let ada = ada().await;
    let before = ada.counts("sentitems").await;
    let many: Vec<Value> = (0..501)
        .map(|number| json!({ "emailAddress": { "address": format!("reader{number}@elsewhere.example") } }))
        .collect();
    for recipients in [
        json!([]),
        json!(many),
        to("nobody at all"),
        to("two@signs@contoso.example"),
    ] {
        let mut message = letter("To whom?");
        message["toRecipients"] = recipients;
        ada.post("/me/sendMail", &json!({ "message": message }))
            .await
            .is_refused(400, "ErrorInvalidRecipients");
    }
    assert_eq!(ada.counts("sentitems").await, before);
    let mut message = letter("Just enough");
    message["toRecipients"] = json!(many[..500]);
    assert_eq!(
        ada.post("/me/sendMail", &json!({ "message": message }))
            .await
            .status,
        202
    );
}

/// E23: what is no message is refused before anything happens.
#[tokio::test]
async fn a_letter_must_be_readable() {
    let ada = ada().await;
    let mut bad_header = letter("x");
    bad_header["internetMessageHeaders"] = json!([{ "name": "Order", "value": "42" }]);
    let mut bad_attachment = letter("x");
    bad_attachment["attachments"] = json!([{ "name": "a", "contentBytes": "aGVsbG8=" }]);
    for (body, code) in [
        (json!({}), "RequestBodyRead"),
        (json!({ "message": { "subjct": "x" } }), "RequestBodyRead"),
        (
            json!({ "message": letter("x"), "colour": "red" }),
            "RequestBodyRead",
        ),
        (
            json!({ "message": bad_header }),
            "InvalidInternetMessageHeader",
        ),
        (json!({ "message": bad_attachment }), "RequestBodyRead"),
        (
            json!({ "message": { "receivedDateTime": "2027-01-01T00:00:00Z" } }),
            "ErrorInvalidPropertySet",
        ),
    ] {
        ada.post("/me/sendMail", &body).await.is_refused(400, code);
    }
    send(ada.request(Method::POST, "/me/sendMail").body("{"))
        .await
        .is_refused(400, "BadRequest");
}

/// E5: writing does not imply sending, nor sending reading.
#[tokio::test]
async fn sending_needs_its_own_permission() {
    let writer = Mailbox::of_ada().await;
    let body = json!({ "message": letter("No") });
    writer
        .post("/me/sendMail", &body)
        .await
        .is_refused(403, "ErrorAccessDenied");
    let sender = writer.beside("ada@contoso.example", &["Mail.Send"]);
    assert_eq!(sender.post("/me/sendMail", &body).await.status, 202);
    sender
        .get("/me/messages")
        .await
        .is_refused(403, "ErrorAccessDenied");
}

/// E28: until the delay is over on the emulator's clock, neither the copy nor the letter is anywhere.
#[tokio::test]
async fn what_is_sent_may_take_its_time() {
    let switches = Switches {
        sending_delay: 30,
        ..Switches::default()
    };
    let builder = Emulator::builder().switches(switches);
    let ada = Mailbox::within(
        builder,
        "ada@contoso.example",
        &["Mail.ReadWrite", "Mail.Send"],
    )
    .await;
    let grace = ada.beside("grace@contoso.example", &["Mail.Read"]);
    let (sent, inbox) = (
        ada.counts("sentitems").await.0,
        grace.counts("inbox").await.0,
    );
    ada.post("/me/sendMail", &json!({ "message": letter("Slow") }))
        .await;
    ada.emulator.clock().advance(20);
    assert_eq!(
        (
            ada.counts("sentitems").await.0,
            grace.counts("inbox").await.0
        ),
        (sent, inbox)
    );
    ada.emulator.clock().advance(15);
    assert_eq!(
        (
            ada.counts("sentitems").await.0,
            grace.counts("inbox").await.0
        ),
        (sent + 1, inbox + 1)
    );
    let times = ada.newest("sentitems").await;
    assert!(text(&times, "receivedDateTime") > text(&times, "sentDateTime"));
}

/// E31: about four megabytes are the most, by 413 or, where that is switched on, 400.
#[tokio::test]
async fn a_request_above_four_megabytes_is_refused() {
    let ada = ada().await;
    let mut message = letter("Large");
    message["body"]["content"] = json!("x".repeat(4 * 1024 * 1024));
    let body = json!({ "message": message });
    let refused = ada.post("/me/sendMail", &body).await;
    refused.is_refused(413, "BadRequest");
    ada.emulator
        .change_switches(|switches| switches.too_large_is_bad_request = true);
    let refused = ada.post("/me/sendMail", &body).await;
    refused.is_refused(400, "BadRequest");
    assert_eq!(
        refused.error()["message"],
        "The maximum request length supported is 4MB."
    );
    let mut message = letter("Nearly");
    message["body"]["content"] = json!("x".repeat(4 * 1024 * 1024 - 4096));
    assert_eq!(
        ada.post("/me/sendMail", &json!({ "message": message }))
            .await
            .status,
        202
    );
}
