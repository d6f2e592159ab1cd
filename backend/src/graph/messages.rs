//! Reading messages. Pure. Everything but the id may be missing: drafts have no sender, meeting requests other fields.

use connect_outlook_protocol::wire::{Correspondent, Message, MessageBody, MessageSummary};
use serde::Deserialize;

use super::error::read as read_json;
use super::{GraphError, time};

/// A page as Graph gave it.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) messages: Vec<MessageSummary>,
    /// Absent at the end; a page without messages may have one.
    pub(super) next_link: Option<String>,
}

pub(super) fn read_page(body: &[u8]) -> Result<Page, GraphError> {
    let list: List = read_json(body)?;
    Ok(Page {
        messages: list.value.into_iter().filter_map(summary).collect(),
        next_link: list.next_link,
    })
}

pub(super) fn read_one(body: &[u8]) -> Result<Message, GraphError> {
    let mut message: OnTheWire = read_json(body)?;
    let cc = correspondents(message.cc_recipients.take());
    let text = message
        .body
        .take()
        .filter(|body| body.content_type.eq_ignore_ascii_case("text"));
    let summary = summary(message)
        .ok_or_else(|| GraphError::Unexpected("a message without id".to_owned()))?;
    // HTML in place of text would mean that the wish for text was not heard; it is not passed on (R138).
    let content = text
        .ok_or_else(|| GraphError::Unexpected("a message without text".to_owned()))?
        .content;
    let body = MessageBody {
        content_type: "text".to_owned(),
        content,
    };
    Ok(Message { summary, cc, body })
}

fn summary(message: OnTheWire) -> Option<MessageSummary> {
    let flagged = message.flag.and_then(|flag| flag.flag_status);
    Some(MessageSummary {
        id: message.id?,
        thread_id: message.conversation_id.unwrap_or_default(),
        subject: message.subject.unwrap_or_default(),
        from: message.from.map(correspondent),
        to: correspondents(message.to_recipients),
        received_at: message
            .received_date_time
            .as_deref()
            .and_then(time::unix_seconds)
            .unwrap_or_default(),
        preview: message.body_preview.unwrap_or_default(),
        is_read: message.is_read.unwrap_or_default(),
        has_attachments: message.has_attachments.unwrap_or_default(),
        importance: message.importance.unwrap_or_else(|| "normal".to_owned()),
        is_flagged: flagged.as_deref() == Some("flagged"),
    })
}

fn correspondents(recipients: Option<Vec<Recipient>>) -> Vec<Correspondent> {
    recipients
        .unwrap_or_default()
        .into_iter()
        .map(correspondent)
        .collect()
}

fn correspondent(recipient: Recipient) -> Correspondent {
    let email_address = recipient.email_address.unwrap_or_default();
    Correspondent {
        name: email_address.name.unwrap_or_default(),
        address: email_address.address.unwrap_or_default(),
    }
}

#[derive(Deserialize)]
struct List {
    value: Vec<OnTheWire>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnTheWire {
    id: Option<String>,
    conversation_id: Option<String>,
    subject: Option<String>,
    from: Option<Recipient>,
    to_recipients: Option<Vec<Recipient>>,
    cc_recipients: Option<Vec<Recipient>>,
    received_date_time: Option<String>,
    body_preview: Option<String>,
    is_read: Option<bool>,
    has_attachments: Option<bool>,
    importance: Option<String>,
    flag: Option<Flag>,
    body: Option<Body>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: Option<EmailAddress>,
}

#[derive(Default, Deserialize)]
struct EmailAddress {
    name: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flag {
    flag_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    content_type: String,
    content: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// In the shape of the documentation's own examples.
    const FULL: &str = r##"{"@odata.etag":"W/\"CQ\"","@odata.type":"#microsoft.graph.eventMessage","id":"AAMk=",
        "conversationId":"AAQk","subject":"Analytical engine","from":{"emailAddress":{"name":"Charles","address":"c@contoso.example"}},
        "toRecipients":[{"emailAddress":{"address":"ada@contoso.example"}}],"ccRecipients":[{"emailAddress":{"name":"Grace"}}],
        "receivedDateTime":"2026-03-01T09:15:02Z","bodyPreview":"Dear Ada","isRead":true,"hasAttachments":false,
        "importance":"high","flag":{"flagStatus":"flagged"},"body":{"contentType":"text","content":"Dear Ada,\r\n…"}}"##;

    #[test]
    fn a_message_is_read_whole() {
        let message = read_one(FULL.as_bytes()).unwrap();
        let summary = &message.summary;
        assert_eq!(
            (summary.id.as_str(), summary.thread_id.as_str()),
            ("AAMk=", "AAQk")
        );
        assert_eq!(summary.from.as_ref().unwrap().address, "c@contoso.example");
        assert_eq!(
            (summary.to[0].name.as_str(), message.cc[0].name.as_str()),
            ("", "Grace")
        );
        assert_eq!(
            (summary.received_at, summary.is_flagged, summary.is_read),
            (1_772_356_502, true, true)
        );
        assert_eq!(message.body.content, "Dear Ada,\r\n…");
    }

    #[test]
    fn a_draft_without_anything_is_a_message_too() {
        let page = read_page(
            br#"{"value":[{"id":"A","from":null,"subject":null,"flag":null},{"subject":"no id"}]}"#,
        )
        .unwrap();
        assert_eq!((page.messages.len(), page.next_link), (1, None));
        assert_eq!(
            (
                page.messages[0].importance.as_str(),
                page.messages[0].received_at
            ),
            ("normal", 0)
        );
    }

    #[test]
    fn an_empty_page_may_go_on() {
        let page = read_page(
            br#"{"value":[],"@odata.nextLink":"https://g.example/v1.0/me/messages?$skip=10"}"#,
        )
        .unwrap();
        assert!(page.messages.is_empty() && page.next_link.is_some());
    }

    /// R138: HTML of strangers has no way into the page.
    #[test]
    fn html_is_not_passed_on_as_text() {
        let html = FULL.replace(r#""contentType":"text""#, r#""contentType":"html""#);
        assert!(matches!(
            read_one(html.as_bytes()),
            Err(GraphError::Unexpected(_))
        ));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in ".{0,200}") {
            let _ = read_page(body.as_bytes());
            let _ = read_one(body.as_bytes());
        }
    }
}
