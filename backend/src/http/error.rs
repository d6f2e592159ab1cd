//! Where errors cross the border: each becomes one problem with a stable code (RFC 9457), and nothing of its inside
//! gets out (L10).

use std::error::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::wire;

use super::codes::Code;
use super::page;
use crate::app::{
    ConsentError, FinishAttemptError, LinkError, MailError, SendLetterError, SessionError,
    StartAttemptError, VaultError, WebhookError,
};

/// An answer that is not what was asked for. [`super::edge`] writes it, with the request's correlation id.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    code: Code,
    detail: Option<&'static str>,
    retry_after: Option<u32>,
    /// The base path, where a person reads the answer and no program.
    page: Option<Arc<str>>,
    /// Whether something was shown that we might have made and did not.
    guessed: bool,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        let retry_after = code
            .status()
            .eq(&StatusCode::SERVICE_UNAVAILABLE)
            .then_some(DEFAULT_WAIT);
        Self {
            code,
            detail: None,
            retry_after,
            page: None,
            guessed: false,
        }
    }
}

impl Problem {
    /// Adds what was wrong in this case; a fixed text, never the request's own.
    pub(super) fn because(self, detail: &'static str) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }

    /// Says how long to wait; the default if it is not known.
    pub(super) fn after(self, seconds: Option<u32>) -> Self {
        Self {
            retry_after: Some(seconds.unwrap_or(DEFAULT_WAIT)),
            ..self
        }
    }

    /// Written as a page, for navigations.
    pub(super) fn on_page(self, base: &Arc<str>) -> Self {
        Self {
            page: Some(Arc::clone(base)),
            ..self
        }
    }

    /// Counts among wrong handles (D3).
    pub(super) fn guessed(self) -> Self {
        Self {
            guessed: true,
            ..self
        }
    }

    pub(super) const fn is_guess(&self) -> bool {
        self.guessed
    }

    pub(super) fn code(&self) -> &'static str {
        self.code.facts().code
    }

    /// The answer, whole.
    pub(super) fn write(&self, correlation_id: &str) -> Response {
        let facts = self.code.facts();
        let mut response = match &self.page {
            Some(base) => page::problem(base, &facts, correlation_id),
            None => self.write_json(correlation_id),
        };
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn write_json(&self, correlation_id: &str) -> Response {
        let facts = self.code.facts();
        let problem = wire::Problem {
            kind: format!("urn:connect-outlook:problem:{}", facts.code),
            title: facts.title.to_owned(),
            status: facts.status.as_u16(),
            code: facts.code.to_owned(),
            actor: facts.actor,
            next: facts.next,
            detail: self.detail.map(str::to_owned),
            correlation_id: Some(correlation_id.to_owned()),
        };
        // Plain strings and numbers: there is nothing in it that JSON could not say.
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (facts.status, Body::from(body)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

impl IntoResponse for Problem {
    /// A note to [`super::edge`].
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StartAttemptError> for Problem {
    fn from(error: StartAttemptError) -> Self {
        let bad = |detail| Self::from(Code::BadRequest).because(detail);
        match error {
            StartAttemptError::Scopes => {
                bad("scopes holds one that this deployment does not ask for, or none for mail")
            }
            StartAttemptError::AccountUnknown => Code::AccountUnknown.into(),
            StartAttemptError::ReturnTo => bad("return_to must be a path of this site"),
            StartAttemptError::Hint("domain_hint") => bad("domain_hint is malformed"),
            StartAttemptError::Hint(_) => bad("login_hint is malformed"),
            StartAttemptError::Repeated => {
                bad("code_challenge was used before; make a fresh verifier for each attempt")
            }
            StartAttemptError::TooManyOpen => Self::from(Code::Unavailable)
                .because("too many visitors are on their way to Microsoft")
                .after(Some(WHILE_FULL)),
            StartAttemptError::Vault(error) => vault(&error),
            StartAttemptError::NoRandomness(error) => internal(&error),
        }
    }
}

impl From<FinishAttemptError> for Problem {
    fn from(error: FinishAttemptError) -> Self {
        match error {
            FinishAttemptError::Unknown => Code::AttemptUnknown.into(),
            FinishAttemptError::NotYours => Code::AttemptNotYours.into(),
            FinishAttemptError::Expired => Code::AttemptExpired.into(),
            FinishAttemptError::VerifierMismatch => Code::VerifierMismatch.into(),
            FinishAttemptError::IssuerMismatch => Code::IssuerMismatch.into(),
            FinishAttemptError::LinkEnded => Code::LinkEnded.into(),
            FinishAttemptError::Vault(error) => vault(&error),
            FinishAttemptError::NoRandomness(error) => internal(&error),
        }
    }
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Unknown => Code::LinkUnknown.into(),
            LinkError::Ended => Code::LinkEnded.into(),
            LinkError::Exhausted => Code::LinkExhausted.into(),
            LinkError::Malformed(what) => Self::from(Code::BadRequest).because(what),
            LinkError::AccountUnknown => Code::AccountUnknown.into(),
            LinkError::Mismatch => Code::CompletionMismatch.into(),
            LinkError::CompletionExpired => Code::CompletionExpired.into(),
            LinkError::Busy => Code::ConfirmationRunning.into(),
            LinkError::Start(error) => error.into(),
            LinkError::Vault(error) => vault(&error),
            LinkError::NoRandomness(error) => internal(&error),
            LinkError::BrokeOff(error) => internal(&error),
        }
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Unknown => Code::WebhookUnknown.into(),
            WebhookError::EventUnknown => Code::EventUnknown.into(),
            WebhookError::TooMany => Code::TooManyWebhooks.into(),
            WebhookError::Malformed(what) => Self::from(Code::BadRequest).because(what),
            WebhookError::Vault(error) => vault(&error),
        }
    }
}

impl From<ConsentError> for Problem {
    fn from(error: ConsentError) -> Self {
        match error {
            ConsentError::Unknown => Code::ConsentUnknown.into(),
            ConsentError::Ended => Code::ConsentEnded.into(),
            ConsentError::Malformed(what) => Self::from(Code::BadRequest).because(what),
            ConsentError::TooMany => Self::from(Code::Unavailable)
                .because("too many consent requests are open")
                .after(Some(WHILE_FULL)),
            ConsentError::NoAnswer => Code::MicrosoftUnavailable.into(),
            ConsentError::Start(error) => error.into(),
            ConsentError::Vault(error) => vault(&error),
            ConsentError::NoRandomness(error) => internal(&error),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        vault(&error)
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::None => Code::NoSession.into(),
            SessionError::Vault(error) => vault(&error),
        }
    }
}

impl From<MailError> for Problem {
    fn from(error: MailError) -> Self {
        match error {
            MailError::NoSession => Code::NoSession.into(),
            MailError::AccountUnknown => Code::AccountUnknown.into(),
            MailError::AccountNeedsSomebody => Code::AccountNeedsUser.into(),
            MailError::ItemUnknown => Code::MessageUnknown.into(),
            MailError::Elsewhere => Code::AttachmentElsewhere.into(),
            MailError::Malformed(what) => Self::from(Code::BadRequest).because(what),
            MailError::NoMailbox => Code::MailboxUnavailable.into(),
            MailError::Throttled { retry_after } => {
                Self::from(Code::RateLimited).after(retry_after)
            }
            MailError::Unavailable { retry_after } => {
                Self::from(Code::MicrosoftUnavailable).after(retry_after)
            }
            MailError::TokenRefused => Code::MicrosoftDisagrees.into(),
            MailError::Misconfigured => Code::DeploymentMisconfigured.into(),
            MailError::Vault(error) => vault(&error),
            MailError::BrokeOff => internal(&error),
        }
    }
}

impl From<SendLetterError> for Problem {
    fn from(error: SendLetterError) -> Self {
        match error {
            SendLetterError::Malformed(what) => Self::from(Code::BadRequest).because(what),
            SendLetterError::OtherLetter => Code::IdempotencyKeyReused.into(),
            SendLetterError::UnderWay => Self::from(Code::SendingUnderWay).after(None),
            SendLetterError::Unknown => Code::SendingNotFound.into(),
            SendLetterError::NotGranted(what) => Self::from(Code::InsufficientScope).because(what),
            SendLetterError::Mail(error) => error.into(),
        }
    }
}

/// A vault that is away comes back by itself; anything else is for the operator.
fn vault(error: &VaultError) -> Problem {
    if let VaultError::Unavailable(_) = error {
        tracing::warn!(error = chain(error), "the vault did not answer");
        return Code::Unavailable.into();
    }
    internal(error)
}

fn internal(error: &dyn Error) -> Problem {
    tracing::error!(error = chain(error), "a request failed");
    Code::Internal.into()
}

/// An error and its causes in one line, for the log alone.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// Seconds until some attempts may have ended.
const WHILE_FULL: u32 = 30;
/// Seconds to wait when nobody says better.
const DEFAULT_WAIT: u32 = 5;
