//! What page and server say to each other: plain data, JSON, `snake_case`, times in unix seconds.
//!
//! Requests refuse members they do not know; answers may grow.

mod attachment;
mod mail;
mod sending;

use serde::{Deserialize, Serialize};

pub use attachment::{Attachment, AttachmentKind, AttachmentList};
pub use mail::{
    Correspondent, Folder, FolderList, FolderRole, Message, MessageBody, MessageList,
    MessageSummary,
};
pub use sending::{
    Answering, IDEMPOTENCY_KEY, Letter, LetterBody, LetterFormat, Recipient, Sending, Way,
};

use crate::authorize::{Prompt, ResponseMode};
use crate::pkce::{CodeChallenge, CodeVerifier};
use crate::refusal::{Actor, Next};
use crate::secret::AuthorizationCode;
use crate::shape;
use crate::state::{Claim, Nonce, State};

/// The header that every fetch route demands. A foreign page cannot set it without asking first (CORS), and is
/// refused then.
pub const ANTI_FORGERY_HEADER: &str = "x-connect-outlook";
/// The value of [`ANTI_FORGERY_HEADER`].
pub const ANTI_FORGERY_VALUE: &str = "1";

/// `POST /v1/attempts`: the page is about to send the visitor to Microsoft.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartAttempt {
    /// S256 of the verifier that stays in the page.
    pub code_challenge: CodeChallenge,
    /// Always `S256`.
    pub code_challenge_method: ChallengeMethod,
    /// Scopes beyond the deployment's own; each must be on its list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Whose name to fill in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// An account of this session: this one is to sign in, and no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Where the account is at home: `organizations`, `consumers` or a domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_hint: Option<String>,
    /// What Microsoft is to show even if it could be skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
    /// A path of the site to come back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
}

/// The challenge methods there are: one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChallengeMethod {
    /// SHA-256.
    S256,
}

/// The answer to [`StartAttempt`]: all the page needs for the authorize URL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttemptStarted {
    /// Names the attempt.
    pub state: State,
    /// Ties the ID token to it.
    pub nonce: Nonce,
    /// The app registration.
    pub client_id: String,
    /// Where to send the browser.
    pub authorize_endpoint: String,
    /// Space-separated.
    pub scope: String,
    /// As registered.
    pub redirect_uri: String,
    /// How the answer comes back.
    pub response_mode: ResponseMode,
    /// When the attempt lapses, unix seconds.
    pub expires_at: i64,
    /// What Microsoft is to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
    /// Whose name to fill in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Where the account is at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_hint: Option<String>,
    /// A claims challenge to repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
}

/// `POST /v1/sessions`: the visitor is back with a code. Answered with an [`crate::outcome::Outcome`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishAttempt {
    /// From the callback.
    pub state: State,
    /// From the callback; something, printable, at most 8 KiB.
    #[serde(deserialize_with = "shape::read_code")]
    pub code: AuthorizationCode,
    /// From the page that started.
    pub code_verifier: CodeVerifier,
    /// The `iss` of the callback, if it had one (RFC 9207): must be the issuer the attempt was sent to.
    #[serde(default)]
    pub issuer: Option<String>,
}

/// `POST /v1/attempts/refusals`: the visitor is back with an error. Answered with an [`crate::outcome::Outcome`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseAttempt {
    /// From the callback.
    pub state: State,
    /// The OAuth error.
    #[serde(deserialize_with = "shape::read_word")]
    pub error: String,
    /// `cancel` when the visitor turned back.
    #[serde(default, deserialize_with = "shape::read_word_if_any")]
    pub error_subcode: Option<String>,
    /// Microsoft's prose.
    #[serde(default, deserialize_with = "shape::read_prose_if_any")]
    pub error_description: Option<String>,
    /// Microsoft's finer class.
    #[serde(default, deserialize_with = "shape::read_word_if_any")]
    pub suberror: Option<String>,
    /// A claims challenge.
    #[serde(default, deserialize_with = "shape::read_prose_if_any")]
    pub claims: Option<String>,
}

/// `POST /v1/claims`: a frame asks how the attempt ended that it sent a window away for. Answered with an
/// [`crate::outcome::Outcome`], or with nothing (204) while there is none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeClaim {
    /// Whose digest the attempt was begun with.
    pub claim: Claim,
}

/// `GET /v1/session`: who is connected here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The accounts of this session, the newest first.
    pub accounts: Vec<AccountView>,
    /// When the session lapses unless it is used, unix seconds.
    pub idle_expires_at: i64,
    /// When it lapses in any case, unix seconds.
    pub expires_at: i64,
}

/// `GET /v1/sessions`: where else the accounts of this session are in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionList {
    /// Sessions that hold one of the accounts of this one, itself included; the latest used first.
    pub sessions: Vec<SessionSummary>,
}

/// One session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// Names it; opens nothing.
    pub id: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// When it was opened, unix seconds.
    pub created_at: i64,
    /// When it was last in use, unix seconds, to the minute.
    pub last_seen_at: i64,
    /// When it lapses unless it is used, unix seconds.
    pub idle_expires_at: i64,
    /// When it lapses in any case, unix seconds.
    pub expires_at: i64,
}

/// One connected mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Ours; says nothing about the person.
    pub id: String,
    /// For people to read; never to decide by.
    pub display_name: String,
    /// For people to read; never to decide by.
    pub address: String,
    /// Whether it works.
    pub state: AccountState,
    /// When it ends whatever one does, unix seconds (single-page platform).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconnect_by: Option<i64>,
}

/// Whether an account works, and if not, who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// It works.
    Connected,
    /// It works, and a fixed end is near (single-page platform).
    Expiring,
    /// The visitor has to sign in again.
    NeedsUser,
    /// An administrator has to agree.
    NeedsAdmin,
    /// A rule of the organisation forbids it.
    BlockedByPolicy,
    /// It was disconnected; its tokens are destroyed.
    Disconnected,
}

/// An answer that is not what was asked for (RFC 9457, `application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI that names the kind of problem; leads nowhere by itself.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words, the same for every problem of this code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable name: to switch on.
    pub code: String,
    /// Who must act.
    pub actor: Actor,
    /// What they do.
    pub next: Next,
    /// What was wrong in this case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Finds the case in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
}

/// `GET {link}/state`, where `link` is that of an outcome: whether an administrator has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentProgress {
    /// `requested`, `granted`, `refused`, `unproven`, `expired`.
    pub state: String,
    /// Whether somebody agreed: to try again may help now.
    pub may_try: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_cannot_be_asked_for() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let asked = |method: &str| {
            serde_json::from_value::<StartAttempt>(
                serde_json::json!({"code_challenge": challenge, "code_challenge_method": method}),
            )
        };
        assert!(asked("S256").is_ok());
        assert!(asked("plain").is_err());
        assert!(asked("s256").is_err());
    }

    /// R29: what the page refuses to read from an address, the server refuses to read from a body.
    #[test]
    fn codes_and_errors_have_a_shape() {
        let finish = |code: &str| {
            let (state, verifier) = ("A".repeat(43), "v".repeat(43));
            let body = serde_json::json!({"state": state, "code": code, "code_verifier": verifier});
            serde_json::from_value::<FinishAttempt>(body).is_ok()
        };
        let refuse = |error: &str| {
            let body = serde_json::json!({"state": "A".repeat(43), "error": error});
            serde_json::from_value::<RefuseAttempt>(body).is_ok()
        };
        assert!(finish("0.AX+z") && refuse("access_denied"));
        for bad in ["", "a\0", "a\r\nX: 1", &"a".repeat(9_000)] {
            assert!(!finish(bad) && !refuse(bad), "{bad:?}");
        }
    }

    /// R67: a request cannot say who it acts for.
    #[test]
    fn unknown_members_are_refused() {
        let body = serde_json::json!({
            "state": "A".repeat(43), "code": "c", "code_verifier": "v".repeat(43), "account": "somebody else's",
        });
        assert!(serde_json::from_value::<FinishAttempt>(body).is_err());
    }
}
