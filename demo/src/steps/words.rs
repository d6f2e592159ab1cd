//! The words that may appear in a step. What comes over the wire is only ever compared with them.

/// The word of `known` that `text` is; `other` for what this program has no word for.
pub(super) fn known(words: &[&'static str], text: &str) -> &'static str {
    let found = words.iter().copied().find(|word| *word == text);
    found.unwrap_or("other")
}

pub(super) const PROMPTS: &[&str] = &["select_account", "login", "consent", "none"];
pub(super) const RESPONSE_MODES: &[&str] = &["fragment", "query", "form_post"];
pub(super) const CHALLENGE_METHODS: &[&str] = &["S256", "plain"];
pub(super) const OAUTH_ERRORS: &[&str] = &[
    "access_denied",
    "consent_required",
    "interaction_required",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_resource",
    "invalid_scope",
    "login_required",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
];
pub(super) const SUBCODES: &[&str] = &["cancel"];
pub(super) const PRESSES: &[&str] = &["sign_in", "other", "accept", "decline", "cancel", "restart"];
pub(super) const OUTCOMES: &[&str] = &[
    "connected",
    "cancelled",
    "needs_admin",
    "blocked_by_policy",
    "misconfigured",
    "unavailable",
];
/// Codes of problems and of outcomes, as far as a visitor of the demo can meet them.
pub(super) const CODES: &[&str] = &[
    "account_needs_user",
    "account_unknown",
    "anti_forgery",
    "attempt_expired",
    "attempt_not_yours",
    "attempt_unknown",
    "bad_request",
    "consent_declined",
    "declined",
    "deployment_misconfigured",
    "internal",
    "mailbox_unavailable",
    "message_unknown",
    "microsoft_unavailable",
    "no_session",
    "rate_limited",
    "too_large",
    "turned_back",
    "unsupported_media_type",
    "verifier_mismatch",
];
pub(super) const MAIL_SCOPES: &[&str] = &["Mail.Read", "Mail.ReadWrite"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_word_of_ours_is_not_repeated() {
        assert_eq!(known(PROMPTS, "consent"), "consent");
        assert_eq!(known(PROMPTS, "consent "), "other");
        assert_eq!(known(CODES, "0.AXoA-secret"), "other");
    }
}
