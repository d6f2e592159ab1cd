//! The one error type of the emulated Graph: status, code, message, and what else the answer says (graph-mail §12).

use axum::http::StatusCode;

/// Why a call was refused, as the client will read it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub(crate) struct GraphError {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// `error.code`; clients branch on it.
    pub(crate) code: &'static str,
    /// `error.message`; for people.
    pub(crate) message: String,
    /// Whether `error.innerError` is there; throttling and MIME errors leave it out (E4).
    pub(crate) has_inner: bool,
    /// What the `WWW-Authenticate` header asks for, on 401 (E1).
    pub(crate) challenge: bool,
    /// `Retry-After` in seconds, when the client came too often.
    pub(crate) retry_after: Option<i64>,
    /// `Location`: where to begin anew.
    pub(crate) location: Option<String>,
    /// A more specific code, told in `innerError`.
    pub(crate) inner_code: Option<&'static str>,
}

impl GraphError {
    /// An error with all its parts, for the constructors below and the ones of other files.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let challenge = status == StatusCode::UNAUTHORIZED;
        Self {
            status,
            code,
            message: message.into(),
            has_inner: true,
            challenge,
            retry_after: None,
            location: None,
            inner_code: None,
        }
    }

    /// 401: no token, or none we know, or one whose time is over.
    pub(crate) fn unauthenticated(message: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationToken",
            message,
        )
    }

    /// 403: the token lacks a scope for mail, or the mailbox is not shared with its owner.
    pub(crate) fn access_denied() -> Self {
        let message = "Access is denied. Check credentials and try again.";
        Self::new(StatusCode::FORBIDDEN, "ErrorAccessDenied", message)
    }

    /// 403: the token lacks a scope for the directory. Chosen: the directory's own code, where mail says
    /// `ErrorAccessDenied`; the fact sheet has none for it.
    pub(crate) fn insufficient_privileges() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            message,
        )
    }

    /// 404: the directory does not know this person.
    pub(crate) fn no_such_user(name: &str) -> Self {
        let message = format!(
            "Resource '{name}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    /// 404: Exchange does not know this person.
    pub(crate) fn no_such_mailbox_owner(name: &str) -> Self {
        let message = format!("The requested user '{name}' is invalid.");
        Self::new(StatusCode::NOT_FOUND, "ErrorInvalidUser", message)
    }

    /// 404: the person has no mailbox in the cloud (E7).
    pub(crate) fn mailbox_not_enabled() -> Self {
        let message = "REST API is not yet supported for this mailbox.";
        Self::new(
            StatusCode::NOT_FOUND,
            "MailboxNotEnabledForRESTAPI",
            message,
        )
    }

    /// 404: gone, moved, or a stale mutable id (E21).
    pub(crate) fn item_not_found() -> Self {
        let message = "The specified object was not found in the store.";
        Self::new(StatusCode::NOT_FOUND, "ErrorItemNotFound", message)
    }

    /// 400: not an id (E21).
    pub(crate) fn malformed_id() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorInvalidIdMalformed",
            "Id is malformed.",
        )
    }

    /// 400: an id of another mailbox. Status and text are chosen; the code is known.
    pub(crate) fn foreign_id() -> Self {
        let message = "The item identifier does not belong to the mailbox of the request.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorInvalidMailboxItemId",
            message,
        )
    }

    /// 400: the request does not make sense.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// 400: a property or query option that the gateway cannot parse.
    pub(crate) fn unparsable_uri(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "RequestBroker--ParseUri", message)
    }

    /// 400: a filter we cannot read or that names what cannot be filtered (E13).
    pub(crate) fn invalid_filter() -> Self {
        let message = "The query filter contains one or more invalid nodes.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorInvalidUrlQueryFilter",
            message,
        )
    }

    /// 400: the order does not follow the filter (E14).
    pub(crate) fn inefficient_filter() -> Self {
        let message = "The restriction or sort order is too complex for this operation.";
        Self::new(StatusCode::BAD_REQUEST, "InefficientFilter", message)
    }

    /// 400: a search that is ordered (E16).
    pub(crate) fn search_with_order() -> Self {
        let message = "The query parameter '$orderBy' is not supported with '$search'.";
        Self::new(StatusCode::BAD_REQUEST, "SearchWithOrderBy", message)
    }

    /// 400: a search that is filtered (E16). Code and text are chosen after those of the order.
    pub(crate) fn search_with_filter() -> Self {
        let message = "The query parameter '$filter' is not supported with '$search'.";
        Self::new(StatusCode::BAD_REQUEST, "SearchWithFilter", message)
    }

    /// 400: the body is not what the route reads.
    pub(crate) fn unreadable_body(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "RequestBodyRead", message)
    }

    /// 400: a value that makes no sense beside the others. The code is chosen after Exchange Web Services.
    pub(crate) fn invalid_argument(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidArgument", message)
    }

    /// 400: nobody to send to, or nobody who can be sent to (E25).
    pub(crate) fn invalid_recipients(reason: &str) -> Self {
        let message = format!("At least one recipient isn't valid., {reason}");
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidRecipients", message)
    }

    /// 403: in whose name the caller may not send. The status is chosen.
    pub(crate) fn send_as_denied() -> Self {
        let message = "The user account which was used to submit this request does not have the right to send mail \
                       on behalf of the specified sending account.";
        Self::new(StatusCode::FORBIDDEN, "ErrorSendAsDenied", message)
    }

    /// 400: what has been sent cannot be sent again (E27). Code and text are chosen.
    pub(crate) fn not_a_draft() -> Self {
        let message = "Only a draft can be sent.";
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidRequest", message)
    }

    /// 403: it is deleted already (E35).
    pub(crate) fn cannot_delete() -> Self {
        let message = "Object cannot be deleted.";
        Self::new(StatusCode::FORBIDDEN, "ErrorCannotDeleteObject", message)
    }

    /// 400: an app by itself has no `/me`.
    pub(crate) fn me_without_person() -> Self {
        Self::bad_request("/me request is only valid with delegated authentication flow.")
    }

    /// 412: somebody changed the item in between (E33).
    pub(crate) fn changed_meanwhile() -> Self {
        let message = "The send or update operation could not be performed because the change key passed in the \
                       request does not match the current change key for the item.";
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "ErrorIrresolvableConflict",
            message,
        )
    }

    /// 400: a subscription that cannot be made so, or whose receiver does not answer in time (E57).
    pub(crate) fn invalid_subscription(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidRequest", message)
    }

    /// 400: the receiver of notifications did not shake hands (E57).
    pub(crate) fn validation_failed(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ValidationError", message)
    }

    /// 400: a subscription that would live longer than so many minutes (E58). The code was seen with an older limit.
    pub(crate) fn expiration_too_far(minutes: i64) -> Self {
        let message =
            format!("Subscription expiration can only be {minutes} minutes in the future.");
        Self::new(StatusCode::BAD_REQUEST, "ExtensionError", message)
    }

    /// 403: the mailbox has so many subscriptions already (E63). The fact sheet has neither code nor text.
    pub(crate) fn too_many_subscriptions(most: usize) -> Self {
        let message =
            format!("The limit of {most} active subscriptions on this mailbox has been reached.");
        Self::new(StatusCode::FORBIDDEN, "ExtensionError", message)
    }

    /// 404: no subscription of the caller's has this id (E61, E62). The fact sheet has neither code nor text.
    pub(crate) fn no_such_subscription() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "ResourceNotFound",
            "The object was not found.",
        )
    }

    /// 400: an option that change tracking does not support (E49). The code has been seen with calendars.
    pub(crate) fn unsupported_with_delta(option: &str) -> Self {
        let message =
            format!("The parameter '{option}' is not supported with change tracking in this form.");
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidUrlQuery", message)
    }

    /// 400: a token that no link of this collection held. The fact sheet has neither code nor text.
    pub(crate) fn malformed_sync_state() -> Self {
        let message = "The sync state is malformed.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorInvalidSyncStateData",
            message,
        )
    }

    /// 410: the sync state is no longer known; begin anew (E50).
    pub(crate) fn sync_state_not_found(generation: u64, highest: u64) -> Self {
        let message = format!(
            "The sync state generation is not found; generation={generation};[highest={highest}]."
        );
        Self::new(StatusCode::GONE, "SyncStateNotFound", message)
    }

    /// 413: more than about four megabytes (E31).
    pub(crate) fn too_large() -> Self {
        let message = "The maximum request length supported is 4MB.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BadRequest", message)
    }

    /// The same as 400, as it has been seen too.
    #[must_use]
    pub(crate) fn into_bad_request(self) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            ..self
        }
    }

    /// 400: a path that the emulator does not have (E66). Chosen: Graph itself says so for an unknown segment.
    pub(crate) fn no_such_route(segment: &str) -> Self {
        Self::bad_request(format!("Resource not found for the segment '{segment}'."))
    }
}
