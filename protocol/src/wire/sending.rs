//! Letters to be sent, and how their sending stands.

use serde::{Deserialize, Serialize};

use crate::outcome::Reason;

/// `POST …/messages`, with an `Idempotency-Key`: send this. Answered with a [`Sending`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// Whom it is for; an answer may leave it to the message it answers.
    #[serde(default)]
    pub to: Vec<Recipient>,
    /// Who gets a copy.
    #[serde(default)]
    pub cc: Vec<Recipient>,
    /// Who gets a copy that the others do not see.
    #[serde(default)]
    pub bcc: Vec<Recipient>,
    /// Without one, an answer has that of the message it answers, and everything else none.
    #[serde(default)]
    pub subject: Option<String>,
    /// What it says.
    pub body: LetterBody,
    /// The message it answers or passes on.
    #[serde(default)]
    pub answering: Option<Answering>,
}

/// Somebody to send to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// May be left out.
    #[serde(default)]
    pub name: String,
    /// A mail address.
    pub address: String,
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterBody {
    /// How to read it.
    pub content_type: LetterFormat,
    /// The text or the markup.
    pub content: String,
}

/// How a letter's words are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterFormat {
    /// Plain text.
    Text,
    /// HTML.
    Html,
}

/// Which message a letter answers, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answering {
    /// Its id.
    pub message: String,
    /// To whom the answer goes.
    pub way: Way,
}

/// To whom an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// To whoever wrote the message.
    Reply,
    /// To everybody who has it.
    ReplyAll,
    /// To somebody else, with what hangs on it.
    Forward,
}

/// `POST …/messages` and `GET …/sendings/{key}`: how the sending of a letter stands. Every end is ordinary: a page
/// switches over `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Sending {
    /// Microsoft has accepted it. Whether it arrives, a letter in the inbox may tell.
    Accepted {
        /// The message, which is or will soon be in Sent Items.
        message_id: String,
        /// Its conversation.
        thread_id: String,
    },
    /// It was not sent, and this sending never will be. What is mended is sent with a new key.
    Refused(Reason),
    /// Microsoft was asked and the answer was lost: it may have been sent. It is not sent again by itself.
    Unknown(Reason),
    /// It is on its way to Microsoft at this moment.
    UnderWay,
}

impl Sending {
    /// Every value of `status`.
    pub const STATUSES: [&'static str; 4] = ["accepted", "refused", "unknown", "under_way"];
}

/// The header that names a sending: the same key never sends twice.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::refusal::{Actor, Next};

    #[test]
    fn every_status_is_named() {
        let reason = Reason {
            code: "x".to_owned(),
            actor: Actor::Visitor,
            next: Next::None,
            message: String::new(),
            aadsts: None,
            correlation_id: None,
            link: None,
        };
        let all = [
            Sending::Accepted {
                message_id: "m".to_owned(),
                thread_id: "t".to_owned(),
            },
            Sending::Refused(reason.clone()),
            Sending::Unknown(reason),
            Sending::UnderWay,
        ];
        let named = all.map(|one| serde_json::to_value(one).unwrap()["status"].clone());
        assert_eq!(named.to_vec(), Sending::STATUSES.map(|name| json!(name)));
    }

    /// R67: a letter says nothing about who sends it.
    #[test]
    fn nobody_writes_in_another_s_name() {
        let letter = |more: &str| {
            let text = format!(
                r#"{{"to":[{{"address":"a@b.example"}}],"body":{{"content_type":"text","content":"x"}}{more}}}"#
            );
            serde_json::from_str::<Letter>(&text)
        };
        assert!(letter("").is_ok());
        assert!(letter(r#","from":{"address":"c@d.example"}"#).is_err());
    }
}
