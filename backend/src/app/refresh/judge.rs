//! What an answer without tokens means, and what to do about it: decided here, without sending or storing anything.

use connect_outlook_protocol::refusal::{Actor, Class, Refusal};

use super::gate::Whom;
use crate::entra::{Acted, TokenError};
use crate::vault::accounts::Finding;
use crate::vault::refreshes::Answer;

/// What is known when an answer comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SoFar {
    /// An answer to a request with these tokens may have been lost, in this refresh or in one before it.
    pub(super) lost: bool,
    /// The request was repeated after that already.
    pub(super) repeated: bool,
    /// The refresh token before this one is at hand and was not tried.
    pub(super) has_previous: bool,
    /// There is time for one more request before others may lead.
    pub(super) in_time: bool,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Ask once more with the same refresh token, at once: Entra honours it again (F6, F7, F10).
    Repeat,
    /// Try the refresh token before, if nobody has yet; otherwise this was found (R90).
    Recover(Finding),
    /// It is the account's: record it (R88).
    Found(Finding),
    /// It is not: leave the account alone, and ask again later (R89).
    Later(Later),
}

/// Why and how long not to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Later {
    /// For whom nothing is asked meanwhile.
    pub(super) whom: Whom,
    /// How long Microsoft wants us to wait, in seconds.
    pub(super) asked: Option<u32>,
    /// Whether Microsoft refuses the deployment, not the moment.
    pub(super) misconfigured: bool,
    /// Whether tokens may have been issued.
    pub(super) answer: Answer,
}

/// Judges an answer without tokens.
pub(super) fn judge(error: &TokenError, so_far: SoFar) -> Verdict {
    match error {
        TokenError::Refused {
            refusal,
            claims,
            retry_after,
        } => judge_refusal(refusal, claims.as_ref(), *retry_after, so_far),
        TokenError::Unreachable {
            acted: Acted::Probably,
            ..
        } if so_far.in_time && !so_far.repeated => Verdict::Repeat,
        TokenError::Unreachable {
            refusal,
            acted,
            retry_after,
            ..
        } => Verdict::Later(Later {
            whom: throttled(refusal),
            asked: *retry_after,
            misconfigured: false,
            answer: if so_far.lost || *acted != Acted::No {
                Answer::Unknown
            } else {
                Answer::NoTokens
            },
        }),
    }
}

fn judge_refusal(
    refusal: &Refusal,
    claims: Option<&String>,
    retry_after: Option<u32>,
    so_far: SoFar,
) -> Verdict {
    let code = refusal.code.to_owned();
    match refusal.class {
        // Only a refresh token that is no good can be no good because its successor was lost.
        Class::SignIn if so_far.lost && so_far.has_previous && so_far.in_time => {
            Verdict::Recover(needs_user(code, claims))
        }
        Class::SignIn | Class::StepUp | Class::Cancelled => {
            Verdict::Found(needs_user(code, claims))
        }
        Class::AdminConsent => Verdict::Found(Finding::NeedsAdmin { code }),
        Class::Blocked => Verdict::Found(Finding::BlockedByPolicy { code }),
        Class::Misconfigured | Class::Unavailable => Verdict::Later(Later {
            whom: if refusal.class == Class::Misconfigured {
                refused(refusal)
            } else {
                throttled(refusal)
            },
            asked: retry_after,
            misconfigured: refusal.class == Class::Misconfigured,
            answer: if so_far.lost {
                Answer::Unknown
            } else {
                Answer::NoTokens
            },
        }),
    }
}

fn needs_user(code: String, claims: Option<&String>) -> Finding {
    let claims = claims.cloned();
    Finding::NeedsUser { code, claims }
}

/// Whom a throttle is about. Microsoft says so when it is one tenant; an outage is met account by account.
fn throttled(refusal: &Refusal) -> Whom {
    match refusal.code {
        "throttled" => Whom::Everybody,
        "tenant_throttled" => Whom::Tenant,
        _ => Whom::Account,
    }
}

/// Whom a refusal of the deployment is about: a wrong credential or platform is refused whoever it is for (F16), an app
/// that a tenant does not know is that tenant's, a wrong scope is what this account was asked for.
fn refused(refusal: &Refusal) -> Whom {
    if refusal.actor == Actor::Operator || PLATFORM.contains(&refusal.code) {
        return Whom::Everybody;
    }
    if refusal.code == "app_unknown_in_tenant" {
        return Whom::Tenant;
    }
    Whom::Account
}

/// The registration is of another platform than the settings say.
const PLATFORM: [&str; 7] = [
    "registered_as_spa",
    "registered_as_public",
    "not_registered_as_spa",
    "secret_sent_by_public_client",
    "proof_missing_for_spa",
    "origin_on_web_redemption",
    "origin_missing_for_spa",
];

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
