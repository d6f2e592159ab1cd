//! The codes of problems: stable, each with its status, who must act and what they do next.

use axum::http::StatusCode;
use connect_outlook_protocol::refusal::{Actor, Next};

/// What a code means.
pub(super) struct Facts {
    pub(super) code: &'static str,
    pub(super) status: StatusCode,
    pub(super) actor: Actor,
    pub(super) next: Next,
    pub(super) title: &'static str,
}

macro_rules! codes {
    ($($name:ident: $code:literal, $status:ident, $actor:ident, $next:ident, $title:literal;)*) => {
        /// Every code there is. Stable: pages switch on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Code {
            $($name,)*
        }

        impl Code {
            pub(super) fn facts(self) -> Facts {
                match self {
                    $(Self::$name => Facts {
                        code: $code,
                        status: StatusCode::$status,
                        actor: Actor::$actor,
                        next: Next::$next,
                        title: $title,
                    },)*
                }
            }
        }
    };
}

codes! {
    AntiForgery: "anti_forgery", FORBIDDEN, Developer, None, "The request does not prove that a page of this site sent it";
    NoSession: "no_session", UNAUTHORIZED, Visitor, SignInAgain, "Nobody is connected in this browser";
    BadRequest: "bad_request", BAD_REQUEST, Developer, None, "The request is not in order";
    UnsupportedMediaType: "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, Developer, None, "The body must be application/json";
    TooLarge: "too_large", PAYLOAD_TOO_LARGE, Developer, None, "The request is too large";
    NotFound: "not_found", NOT_FOUND, Developer, None, "There is no such route";
    MethodNotAllowed: "method_not_allowed", METHOD_NOT_ALLOWED, Developer, None, "The route does not have this method";
    AttemptUnknown: "attempt_unknown", BAD_REQUEST, Visitor, TryAgain, "The attempt is unknown or was used already";
    AttemptNotYours: "attempt_not_yours", BAD_REQUEST, Visitor, TryAgain, "The attempt was not started in this browser";
    AttemptExpired: "attempt_expired", BAD_REQUEST, Visitor, TryAgain, "The attempt took too long";
    CallbackMalformed: "callback_malformed", BAD_REQUEST, Visitor, TryAgain, "The sign-in did not come back in order";
    VerifierMismatch: "verifier_mismatch", BAD_REQUEST, Visitor, TryAgain, "The code verifier does not fit the attempt";
    IssuerMismatch: "issuer_mismatch", BAD_REQUEST, Visitor, TryAgain, "The callback is not from where the attempt was sent";
    SessionUnknown: "session_unknown", NOT_FOUND, Visitor, None, "There is no such session, or not any more";
    TwoCredentials: "two_credentials", BAD_REQUEST, Developer, None, "The request shows a cookie and an Authorization header";
    FramesNotAllowed: "frames_not_allowed", FORBIDDEN, Operator, None, "This site does not connect in frames of other sites";
    AccountUnknown: "account_unknown", NOT_FOUND, Visitor, SignInAgain, "There is no such account here";
    NoApiKey: "no_api_key", UNAUTHORIZED, Developer, FixCredential, "The request shows no API key that opens anything";
    LinkUnknown: "link_unknown", NOT_FOUND, Visitor, TryAgain, "There is no such link, or not any more";
    LinkEnded: "link_ended", GONE, Visitor, TryAgain, "This link was used, withdrawn, or is too old";
    LinkExhausted: "link_exhausted", GONE, Visitor, TryAgain, "This link was started too often";
    ConsentUnknown: "consent_request_unknown", NOT_FOUND, TenantAdmin, None, "There is no such consent request, or not any more";
    ConsentEnded: "consent_request_ended", GONE, TenantAdmin, None, "This consent request is too old";
    CompletionMismatch: "completion_mismatch", FORBIDDEN, Visitor, TryAgain, "Completion code and user do not belong to this link";
    CompletionExpired: "completion_expired", GONE, Visitor, TryAgain, "The completion code has expired";
    ConfirmationRunning: "confirmation_running", SERVICE_UNAVAILABLE, Developer, Wait, "The link is being confirmed";
    WebhookUnknown: "webhook_unknown", NOT_FOUND, Developer, None, "There is no such webhook, or not any more";
    EventUnknown: "event_unknown", NOT_FOUND, Developer, None, "There is no such event, or not any more";
    TooManyWebhooks: "too_many_webhooks", CONFLICT, Developer, None, "There are as many webhooks as there may be";
    AccountNeedsUser: "account_needs_user", CONFLICT, Visitor, SignInAgain, "The account has to be connected again";
    MailboxUnavailable: "mailbox_unavailable", CONFLICT, TenantAdmin, ContactAdmin, "The account has no mailbox that can be read";
    MessageUnknown: "message_unknown", NOT_FOUND, Visitor, None, "There is no such message, or not any more";
    AttachmentUnknown: "attachment_unknown", NOT_FOUND, Visitor, None, "There is no such attachment, or not any more";
    AttachmentElsewhere: "attachment_elsewhere", CONFLICT, Visitor, None, "The attachment is a link: its content is not in the mailbox";
    IdempotencyKey: "idempotency_key", BAD_REQUEST, Developer, None, "The request needs an Idempotency-Key of 16 to 128 letters, digits and -._~";
    IdempotencyKeyReused: "idempotency_key_reused", UNPROCESSABLE_ENTITY, Developer, None, "The Idempotency-Key went with another letter";
    SendingUnderWay: "sending_under_way", CONFLICT, Visitor, Wait, "The letter with this Idempotency-Key is on its way";
    SendingNotFound: "sending_not_found", NOT_FOUND, Visitor, None, "Nothing was sent with this Idempotency-Key, or not in the last days";
    InsufficientScope: "insufficient_scope", FORBIDDEN, Visitor, SignInAgain, "The account has to be connected with more scopes";
    FolderUnknown: "folder_unknown", NOT_FOUND, Visitor, None, "There is no such folder, or not any more";
    TooManyRequests: "too_many_requests", TOO_MANY_REQUESTS, Visitor, Wait, "There were too many requests";
    RateLimited: "rate_limited", TOO_MANY_REQUESTS, Microsoft, Wait, "Microsoft asks for a moment of patience with this mailbox";
    MicrosoftUnavailable: "microsoft_unavailable", SERVICE_UNAVAILABLE, Microsoft, TryAgain, "Microsoft does not answer properly at the moment";
    MicrosoftDisagrees: "microsoft_disagrees", BAD_GATEWAY, Microsoft, TryAgain, "Microsoft Graph refuses the token that Microsoft has just issued";
    DeploymentMisconfigured: "deployment_misconfigured", SERVICE_UNAVAILABLE, Operator, FixCredential, "Microsoft refuses this deployment";
    Unavailable: "unavailable", SERVICE_UNAVAILABLE, Operator, Wait, "The server is not able to answer at the moment";
    Internal: "internal", INTERNAL_SERVER_ERROR, Operator, TryAgain, "Something went wrong here";
}

impl Code {
    pub(super) fn status(self) -> StatusCode {
        self.facts().status
    }
}
