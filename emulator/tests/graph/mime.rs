//! Mail sent as MIME.

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::json;

use crate::mailbox::{Answer, Mailbox, send, text};

async fn ada() -> Mailbox {
    Mailbox::of("ada@contoso.example", &["Mail.ReadWrite", "Mail.Send"]).await
}

async fn post(from: &Mailbox, path: &str, body: String) -> Answer {
    send(
        from.request(Method::POST, path)
            .header("content-type", "text/plain")
            .body(body),
    )
    .await
}

fn packed(mime: &str) -> String {
    BASE64_STANDARD.encode(mime.replace('\n', "\r\n"))
}

const LETTER: &str = "From: Ada Lovelace <ada@contoso.example>
To: \"Hopper, Grace\" <grace@contoso.example>
Cc: alan@contoso.example
Subject: =?utf-8?B?UHLDvGZ1bmc=?=
Message-ID: <engine-1@contoso.example>
Importance: high
X-Order: 42
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=\"b\"

--b
Content-Type: multipart/alternative; boundary=\"c\"

--c
Content-Type: text/plain; charset=utf-8

Plain
--c
Content-Type: text/html; charset=utf-8

<p>Rich</p>
--c--
--b
Content-Type: text/csv; name=\"a.csv\"
Content-Disposition: attachment; filename=\"a.csv\"
Content-Transfer-Encoding: base64

YSxiCg==
--b--
";

/// E24: a MIME text in base64 is sent as it says, attachments and all.
#[tokio::test]
async fn a_mime_text_is_sent() {
    let ada = ada().await;
    let grace = ada.beside("grace@contoso.example", &["Mail.Read"]);
    let answer = post(&ada, "/me/sendMail", packed(LETTER)).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
    for message in [ada.newest("sentitems").await, grace.newest("inbox").await] {
        assert_eq!(
            (&message["subject"], &message["importance"]),
            (&json!("Prüfung"), &json!("high"))
        );
        assert_eq!(message["internetMessageId"], "<engine-1@contoso.example>");
        assert_eq!(
            message["toRecipients"][0]["emailAddress"]["name"],
            "Hopper, Grace"
        );
        assert_eq!(
            (&message["bodyPreview"], &message["hasAttachments"]),
            (&json!("Rich"), &json!(true))
        );
    }
    let arrived = grace.newest("inbox").await;
    let attachments = grace
        .list(&format!(
            "/me/messages/{}/attachments",
            text(&arrived, "id")
        ))
        .await;
    assert_eq!(
        (&attachments[0]["name"], &attachments[0]["contentType"]),
        (&json!("a.csv"), &json!("text/csv"))
    );
    assert_eq!(attachments[0]["contentBytes"], "YSxiCg==");
}

/// E24, E4: what is not base64 is refused by name and without `innerError`, on every route that takes MIME.
#[tokio::test]
async fn bad_base64_is_refused() {
    let ada = ada().await;
    let id = text(&ada.newest("inbox").await, "id").to_owned();
    let mut paths = vec!["/me/sendMail".to_owned(), "/me/messages".to_owned()];
    for action in [
        "reply",
        "replyAll",
        "forward",
        "createReply",
        "createReplyAll",
        "createForward",
    ] {
        paths.push(format!("/me/messages/{id}/{action}"));
    }
    for path in paths {
        for body in ["From: ada@contoso.example", "%%%", ""] {
            let answer = post(&ada, &path, body.to_owned()).await;
            answer.is_refused(400, "ErrorMimeContentInvalidBase64String");
            assert_eq!(
                answer.error()["message"],
                "Invalid base64 string for MIME content.",
                "{path}"
            );
            assert!(answer.error().get("innerError").is_none(), "{path}");
        }
    }
    let nonsense = post(
        &ada,
        "/me/sendMail",
        BASE64_STANDARD.encode("no mail at all"),
    )
    .await;
    assert!(nonsense.status.is_client_error(), "{}", nonsense.text);
}

/// E25: MIME without anybody to send it to.
#[tokio::test]
async fn mime_needs_recipients_too() {
    let ada = ada().await;
    let answer = post(&ada, "/me/sendMail", packed("Subject: x\n\nHello\n")).await;
    answer.is_refused(400, "ErrorInvalidRecipients");
}

/// E27: a draft from MIME, with the words of `In-Reply-To` understood.
#[tokio::test]
async fn a_draft_may_be_mime() {
    let ada = ada().await;
    let original = ada.newest("inbox").await;
    let mime = format!(
        "To: grace@contoso.example\nSubject: Hm\nIn-Reply-To: {}\n\nPlain words\n",
        text(&original, "internetMessageId")
    );
    let answer = post(&ada, "/me/messages", packed(&mime)).await;
    assert_eq!(answer.status, 201);
    let draft = answer.json();
    assert_eq!(
        (&draft["isDraft"], &draft["subject"]),
        (&json!(true), &json!("Hm"))
    );
    assert_eq!(draft["conversationId"], original["conversationId"]);
    assert_eq!(text(&draft, "bodyPreview").trim(), "Plain words");
}

/// E29, E30: an answer as MIME is the answer; what it leaves out it has from the original.
#[tokio::test]
async fn an_answer_may_be_mime() {
    let ada = ada().await;
    let original = ada.newest("inbox").await;
    let path = format!("/me/messages/{}/createReply", text(&original, "id"));
    let answer = post(
        &ada,
        &path,
        packed("Content-Type: text/html\n\n<b>Yes</b>\n"),
    )
    .await;
    assert_eq!(answer.status, 201);
    let draft = answer.json();
    assert_eq!(draft["conversationId"], original["conversationId"]);
    assert_eq!(text(&draft, "bodyPreview").trim(), "Yes");
    assert!(text(&draft, "subject").starts_with("RE: "));
    assert!(!draft["toRecipients"].as_array().expect("a list").is_empty());
}

/// E26: whose letter answers one that only the recipient has, ends in the recipient's thread.
#[tokio::test]
async fn an_answer_finds_its_thread_where_it_arrives() {
    let ada = ada().await;
    let grace = ada.beside("grace@contoso.example", &["Mail.Read"]);
    let answered = grace.newest("inbox").await;
    let mime = format!(
        "To: grace@contoso.example\nSubject: Late\nIn-Reply-To: {}\n\nHello\n",
        text(&answered, "internetMessageId")
    );
    assert_eq!(post(&ada, "/me/sendMail", packed(&mime)).await.status, 202);
    let arrived = grace.newest("inbox").await;
    assert_eq!(arrived["subject"], "Late");
    assert_eq!(arrived["conversationId"], answered["conversationId"]);
}
