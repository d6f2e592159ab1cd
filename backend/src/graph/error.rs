//! Judging what Graph answered: by status and `error.code`, never by prose (Microsoft: "Microsoft Graph error
//! responses"). Pure.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::challenge;
use crate::outbound::{NoReply, Reply};

/// Why Graph did not give what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The access token is not accepted: refresh once, then ask once more (R139).
    #[error("the access token is not accepted")]
    Unauthorized {
        /// What a token has to meet to be accepted, as JSON, if Graph said so.
        claims: Option<String>,
    },
    /// The grant does not cover this call, or the organisation forbids it.
    #[error("the grant does not cover this")]
    Forbidden,
    /// There is no such folder or message in this mailbox, or not any more.
    #[error("no such item")]
    Unknown,
    /// There is an attachment and it is a link: its content is not in the mailbox.
    #[error("the content is not in the mailbox")]
    Elsewhere,
    /// The person has no mailbox that can be read: none in the cloud, unlicensed, inactive.
    #[error("no readable mailbox")]
    NoMailbox,
    /// Too many requests for this mailbox or app.
    #[error("throttled")]
    Throttled {
        /// Seconds to wait, if Graph said so.
        retry_after: Option<u32>,
    },
    /// A letter that is not sent so, however often it is tried.
    #[error("the letter is refused: {0:?}")]
    Refused(Refused),
    /// No answer, or one that says to come back.
    #[error("unavailable")]
    Unavailable {
        /// Seconds to wait, if Graph said so.
        retry_after: Option<u32>,
    },
    /// An answer nobody expected: nothing in it is used.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
    /// Something of our own failed.
    #[error(transparent)]
    NoRandomness(#[from] crate::random::NoRandomness),
}

/// Why a letter is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There are none, too many, or one that is no address.
    Recipients,
    /// It is longer than the mailbox sends.
    TooLarge,
    /// The person may not send, or not in this name.
    NotAllowed,
    /// Microsoft does not like something else about it.
    Other,
}

/// The body of a success.
pub(super) fn judge(sent: Result<Reply, NoReply>) -> Result<Vec<u8>, GraphError> {
    let reply = match sent {
        Ok(reply) => reply,
        Err(NoReply::TooLong) => return Err(GraphError::Unexpected(NoReply::TooLong.to_string())),
        Err(_) => return Err(GraphError::Unavailable { retry_after: None }),
    };
    if reply.status == 200 && reply.is_json {
        return Ok(reply.body.to_vec());
    }
    Err(refused(&reply))
}

/// What an answer that is no success means.
pub(super) fn refused(reply: &Reply) -> GraphError {
    if reply.status == 401 {
        let claims = challenge::claims(reply.challenges.iter().map(String::as_str));
        return GraphError::Unauthorized { claims };
    }
    refusal(reply.status, &code_of(&reply.body), reply.retry_after)
}

/// Reads the body of a success.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, GraphError> {
    serde_json::from_slice(body)
        .map_err(|_| GraphError::Unexpected("a body that cannot be read".to_owned()))
}

fn refusal(status: u16, code: &str, retry_after: Option<u32>) -> GraphError {
    if NO_MAILBOX
        .iter()
        .any(|known| known.eq_ignore_ascii_case(code))
    {
        return GraphError::NoMailbox;
    }
    let is = |known: &str| known.eq_ignore_ascii_case(code);
    match status {
        400 if is("ErrorInvalidRecipients") => GraphError::Refused(Refused::Recipients),
        403 if is("ErrorSendAsDenied") => GraphError::Refused(Refused::NotAllowed),
        413 => GraphError::Refused(Refused::TooLarge),
        403 => GraphError::Forbidden,
        404 | 410 => GraphError::Unknown,
        400 if MALFORMED_ID
            .iter()
            .any(|known| known.eq_ignore_ascii_case(code)) =>
        {
            GraphError::Unknown
        }
        429 => GraphError::Throttled { retry_after },
        500..=599 => GraphError::Unavailable { retry_after },
        _ => GraphError::Unexpected(format!("status {status} {}", harmless(code))),
    }
}

/// Every part but `error.code` may be missing, and the code may be empty.
fn code_of(body: &[u8]) -> String {
    serde_json::from_slice::<ErrorBody>(body)
        .map(|body| body.error.code)
        .unwrap_or_default()
}

/// For the log: a code is a word.
fn harmless(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(60)
        .collect()
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorCode,
}

#[derive(Deserialize)]
struct ErrorCode {
    #[serde(default)]
    code: String,
}

/// The same mailbox has been seen to answer with either of the first two.
const NO_MAILBOX: [&str; 3] = [
    "MailboxNotEnabledForRESTAPI",
    "ResourceNotFound",
    "extensionError",
];

/// An id of another mailbox is as unknown as one that never was.
const MALFORMED_ID: [&str; 2] = ["ErrorInvalidIdMalformed", "ErrorInvalidMailboxItemId"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::*;

    fn judged(status: u16, body: &str) -> Result<Vec<u8>, GraphError> {
        let body = Zeroizing::new(body.as_bytes().to_vec());
        judge(Ok(Reply {
            status,
            is_json: true,
            retry_after: Some(9),
            challenges: Vec::new(),
            location: None,
            date: None,
            body,
        }))
    }

    fn error(code: &str) -> String {
        format!(
            r#"{{"error":{{"code":"{code}","message":"text that changes","innerError":{{}}}}}}"#
        )
    }

    #[test]
    fn codes_and_statuses_decide() {
        use GraphError::{Forbidden, NoMailbox, Throttled, Unauthorized, Unavailable, Unknown};
        for (status, code, meaning) in [
            (
                401,
                "InvalidAuthenticationToken",
                Unauthorized { claims: None },
            ),
            (403, "ErrorAccessDenied", Forbidden),
            (404, "ErrorItemNotFound", Unknown),
            (400, "ErrorInvalidIdMalformed", Unknown),
            (400, "ErrorInvalidMailboxItemId", Unknown),
            (404, "MailboxNotEnabledForRESTAPI", NoMailbox),
            (404, "mailboxnotenabledforrestapi", NoMailbox),
            (404, "ResourceNotFound", NoMailbox),
            (403, "extensionError", NoMailbox),
            (
                429,
                "ApplicationThrottled",
                Throttled {
                    retry_after: Some(9),
                },
            ),
            (
                503,
                "serviceNotAvailable",
                Unavailable {
                    retry_after: Some(9),
                },
            ),
            (
                504,
                "",
                Unavailable {
                    retry_after: Some(9),
                },
            ),
        ] {
            assert_eq!(
                judged(status, &error(code)),
                Err(meaning),
                "{status} {code}"
            );
        }
    }

    /// R137: a redirect is not a success, nor is anything else that is not 200.
    #[test]
    fn other_statuses_are_unexpected() {
        for status in [201, 204, 302, 307, 400, 405, 412] {
            assert!(
                matches!(judged(status, "{}"), Err(GraphError::Unexpected(_))),
                "{status}"
            );
        }
        let html = Reply {
            status: 200,
            is_json: false,
            retry_after: None,
            challenges: Vec::new(),
            location: None,
            date: None,
            body: Zeroizing::default(),
        };
        assert!(matches!(judge(Ok(html)), Err(GraphError::Unexpected(_))));
    }

    /// L6: what Graph calls its error cannot forge a log line.
    #[test]
    fn an_odd_code_is_cut_down_to_letters() {
        let Err(GraphError::Unexpected(text)) =
            judged(400, r#"{"error":{"code":"A\u001b[2J\nB"}}"#)
        else {
            panic!()
        };
        assert_eq!(text, "status 400 A2JB");
    }

    #[test]
    fn no_answer_is_unavailable() {
        for gone in [NoReply::NotConnected, NoReply::TimedOut, NoReply::Broken] {
            assert_eq!(
                judge(Err(gone)),
                Err(GraphError::Unavailable { retry_after: None })
            );
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(status in 100u16..600, body in ".{0,100}") {
            let _ = judged(status, &body);
        }
    }
}
