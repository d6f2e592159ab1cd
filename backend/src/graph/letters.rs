//! Sending: a draft under an immutable id, and then the word to send it. The id names the message in Sent Items
//! afterwards, so that whether it was sent can be looked up when the answer is lost (R140, F56).

use connect_outlook_protocol::wire::{Letter, LetterFormat, Recipient, Way};
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::segment;
use super::error::{read as read_json, refused};
use super::names::MessageId;
use super::{Caller, Graph, GraphError, Refused};
use crate::outbound::{NoReply, Reply};
use crate::steps::Step;

/// A letter that waits in Drafts.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The draft, and later the message in Sent Items.
    pub id: MessageId,
    /// Its conversation.
    pub thread: String,
}

/// The message that a letter answers.
#[derive(Clone, Debug)]
pub struct AnsweredMessage {
    /// Which.
    pub id: MessageId,
    /// To whom the answer goes.
    pub way: Way,
}

/// Why a letter was not sent, if it was not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It was not.
    #[error(transparent)]
    NotSent(GraphError),
    /// It may have been: Graph was asked, and what it answered is not known.
    #[error("the answer was lost")]
    Lost,
}

/// Where a letter is that may have been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// Among the messages that were sent.
    Sent,
    /// Still a draft.
    Draft,
    /// Nowhere: it may be on its way, or was deleted.
    Nowhere,
}

impl Graph {
    /// Puts a letter into Drafts, as an answer if there is a message it answers.
    ///
    /// # Errors
    /// [`GraphError::Refused`] for a letter that Graph never takes, among others.
    pub async fn draft(
        &self,
        caller: Caller<'_>,
        letter: &Letter,
        answered: Option<&AnsweredMessage>,
    ) -> Result<Draft, GraphError> {
        let (route, path, body) = match answered {
            None => ("/me/messages", "/me/messages".to_owned(), message(letter)),
            Some(answered) => {
                let (route, action) = action(answered.way);
                let id = segment(answered.id.as_str());
                let body = json!({"message": message(letter)});
                (route, format!("/me/messages/{id}/{action}"), body)
            }
        };
        let request = self.outbound.post(&self.address(&path)).json(&body);
        let reply = self.tell(caller, route, request).await?;
        if !matches!(reply.status, 200 | 201) {
            return Err(not_taken(&reply));
        }
        let draft: DraftOnTheWire = read_json(&reply.body)?;
        Ok(Draft {
            id: MessageId::parse(&draft.id)
                .map_err(|_| GraphError::Unexpected("a draft with an impossible id".to_owned()))?,
            thread: draft.conversation_id.unwrap_or_default(),
        })
    }

    /// Has a draft sent. Never repeated by anybody: a 202 may have been lost (R140).
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send(&self, caller: Caller<'_>, draft: &MessageId) -> Result<(), SendError> {
        let path = format!("/me/messages/{}/send", segment(draft.as_str()));
        let request = self.outbound.post(&self.address(&path));
        let request = request.header("content-length", "0");
        let reply = self.tell(caller, "/me/messages/{message}/send", request);
        match reply.await {
            Ok(reply) => judge_sent(&reply),
            Err(Silence::NoTurn(error)) => Err(SendError::NotSent(error)),
            Err(Silence::NoReply(NoReply::NotConnected | NoReply::NotSecure(_))) => {
                let gone = GraphError::Unavailable { retry_after: None };
                Err(SendError::NotSent(gone))
            }
            Err(Silence::NoReply(_)) => Err(SendError::Lost),
        }
    }

    /// Takes a draft that is not to be sent out of the mailbox.
    ///
    /// # Errors
    /// [`GraphError`]: it lies there still.
    pub async fn discard(&self, caller: Caller<'_>, draft: &MessageId) -> Result<(), GraphError> {
        let path = format!("/me/messages/{}", segment(draft.as_str()));
        let request = self.outbound.delete(&self.address(&path));
        let reply = self.tell(caller, "/me/messages/{message}", request).await?;
        match reply.status {
            204 | 404 => Ok(()),
            _ => Err(refused(&reply)),
        }
    }

    /// Looks where a letter is that may have been sent.
    ///
    /// # Errors
    /// [`GraphError`]: it is not known.
    pub async fn whereabouts(
        &self,
        caller: Caller<'_>,
        letter: &MessageId,
    ) -> Result<Whereabouts, GraphError> {
        let path = format!("/me/messages/{}?$select=isDraft", segment(letter.as_str()));
        let request = self.outbound.get(&self.address(&path));
        let reply = self.tell(caller, "/me/messages/{message}", request).await?;
        if reply.status != 200 {
            return match refused(&reply) {
                GraphError::Unknown => Ok(Whereabouts::Nowhere),
                error => Err(error),
            };
        }
        let found: FoundOnTheWire = read_json(&reply.body)?;
        Ok(if found.is_draft {
            Whereabouts::Draft
        } else {
            Whereabouts::Sent
        })
    }

    fn address(&self, path: &str) -> String {
        format!("{}/v1.0{path}", self.origin)
    }

    /// Sends a request in one of the mailbox's slots.
    async fn tell(
        &self,
        caller: Caller<'_>,
        route: &'static str,
        request: RequestBuilder,
    ) -> Result<Reply, Silence> {
        let slot = self.slots.take(caller).await;
        let _slot = slot.map_err(Silence::NoTurn)?;
        let request = request
            .bearer_auth(caller.token.expose())
            .header("accept", "application/json")
            .header("prefer", r#"IdType="ImmutableId""#);
        let sent = self.outbound.send(request).await;
        let status = sent.as_ref().map_or(0, |reply| reply.status);
        self.steps.tell(Step::GraphCalled { route, status });
        sent.map_err(Silence::NoReply)
    }
}

/// Why there is no answer.
enum Silence {
    /// Graph was not asked.
    NoTurn(GraphError),
    /// It was, perhaps in vain.
    NoReply(NoReply),
}

impl From<Silence> for GraphError {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::NoTurn(error) => error,
            Silence::NoReply(_) => Self::Unavailable { retry_after: None },
        }
    }
}

/// 202 is the documented success. What Graph refuses it has not done; a failure of its own may come after the deed.
fn judge_sent(reply: &Reply) -> Result<(), SendError> {
    match reply.status {
        200..=299 => Ok(()),
        408 => Err(SendError::Lost),
        400..=499 => Err(SendError::NotSent(not_taken(reply))),
        _ => Err(SendError::Lost),
    }
}

/// What Graph calls wrong with a request is wrong with the letter: the rest of the request is always the same.
fn not_taken(reply: &Reply) -> GraphError {
    match refused(reply) {
        GraphError::Unexpected(_) if (400..500).contains(&reply.status) => {
            GraphError::Refused(Refused::Other)
        }
        error => error,
    }
}

const fn action(way: Way) -> (&'static str, &'static str) {
    match way {
        Way::Reply => ("/me/messages/{message}/createReply", "createReply"),
        Way::ReplyAll => ("/me/messages/{message}/createReplyAll", "createReplyAll"),
        Way::Forward => ("/me/messages/{message}/createForward", "createForward"),
    }
}

/// A message as Graph takes it. What the letter leaves open, Graph fills in for an answer.
fn message(letter: &Letter) -> Value {
    let content_type = match letter.body.content_type {
        LetterFormat::Text => "text",
        LetterFormat::Html => "html",
    };
    let mut message = json!({
        "body": {"contentType": content_type, "content": letter.body.content},
    });
    if let Some(subject) = &letter.subject {
        message["subject"] = subject.as_str().into();
    }
    for (name, recipients) in [
        ("toRecipients", &letter.to),
        ("ccRecipients", &letter.cc),
        ("bccRecipients", &letter.bcc),
    ] {
        if !recipients.is_empty() {
            message[name] = recipients.iter().map(recipient).collect();
        }
    }
    message
}

fn recipient(recipient: &Recipient) -> Value {
    let mut address = json!({"address": recipient.address});
    if !recipient.name.is_empty() {
        address["name"] = recipient.name.as_str().into();
    }
    json!({"emailAddress": address})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DraftOnTheWire {
    id: String,
    conversation_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundOnTheWire {
    is_draft: bool,
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn judged(status: u16, code: &str) -> Result<(), SendError> {
        let body = json!({"error": {"code": code}}).to_string().into_bytes();
        judge_sent(&Reply {
            status,
            is_json: true,
            retry_after: Some(9),
            challenges: Vec::new(),
            location: None,
            date: None,
            body: Zeroizing::new(body),
        })
    }

    /// R140, F56: what may have happened is never taken for what did not.
    #[test]
    fn only_a_refusal_says_that_nothing_was_sent() {
        assert_eq!(judged(202, ""), Ok(()));
        for status in [100, 302, 408, 500, 502, 503, 504] {
            assert_eq!(judged(status, "x"), Err(SendError::Lost), "{status}");
        }
        for (status, code, why) in [
            (400, "errorInvalidRecipients", Refused::Recipients),
            (400, "ErrorSomethingNew", Refused::Other),
            (403, "ErrorSendAsDenied", Refused::NotAllowed),
            (413, "", Refused::TooLarge),
        ] {
            let not_sent = SendError::NotSent(GraphError::Refused(why));
            assert_eq!(judged(status, code), Err(not_sent), "{status} {code}");
        }
        let patience = GraphError::Throttled {
            retry_after: Some(9),
        };
        assert_eq!(judged(429, ""), Err(SendError::NotSent(patience)));
    }

    #[test]
    fn what_a_letter_leaves_open_is_not_said() {
        let letter: Letter = serde_json::from_value(json!({
            "to": [{"address": "grace@contoso.example"}],
            "body": {"content_type": "text", "content": "Dear Grace"},
        }))
        .unwrap();
        assert_eq!(
            message(&letter),
            json!({
                "body": {"contentType": "text", "content": "Dear Grace"},
                "toRecipients": [{"emailAddress": {"address": "grace@contoso.example"}}],
            })
        );
    }
}
