//! Ends of an attempt that we find ourselves, in the same words as those Microsoft causes.

use connect_outlook_protocol::outcome::{Outcome, Reason};
use connect_outlook_protocol::refusal::{Actor, Next};

/// In our own words: Microsoft gave neither number nor correlation id.
pub(super) fn reason(code: &str, actor: Actor, next: Next, message: &str) -> Reason {
    Reason {
        code: code.to_owned(),
        actor,
        next,
        message: message.to_owned(),
        aadsts: None,
        correlation_id: None,
        link: None,
    }
}

/// The ID token does not prove who signed in, or for whom.
pub(super) fn id_token_refused() -> Outcome {
    Outcome::Misconfigured(reason(
        "id_token_refused",
        Actor::Operator,
        Next::FixRegistration,
        "The sign-in could not be verified. The operator of this site has to act.",
    ))
}

/// The token belongs to another attempt (R108) or tenant (R30): a stale page, or somebody else's code.
pub(super) fn mixed_up() -> Outcome {
    Outcome::Cancelled(reason(
        "sign_in_mixed_up",
        Actor::Visitor,
        Next::TryAgain,
        "This sign-in belongs to another attempt. Please start again.",
    ))
}

/// Somebody else signed in than the account that the attempt is for. Nothing of theirs was kept.
pub(super) fn other_account() -> Outcome {
    Outcome::Cancelled(reason(
        "other_account",
        Actor::Visitor,
        Next::SignInAgain,
        "That was another account. Please sign in with the one that is connected already.",
    ))
}

/// The link, or the key that made it, was revoked while the code was at Microsoft. Nothing was kept.
pub(super) fn link_ended() -> Outcome {
    Outcome::Cancelled(reason(
        "link_ended",
        Actor::Visitor,
        Next::TryAgain,
        "This link was withdrawn. Please ask for a new one.",
    ))
}

/// Whoever confirmed began to redeem the code and told nothing of it: it cannot be sent again (R39).
pub(super) fn interrupted() -> Outcome {
    Outcome::Cancelled(reason(
        "interrupted",
        Actor::Visitor,
        Next::TryAgain,
        "Something broke off while the mailbox was connected. Please start again.",
    ))
}

/// The directory is not among those that may sign in here (R105).
pub(super) fn tenant_not_allowed() -> Outcome {
    Outcome::BlockedByPolicy(reason(
        "tenant_not_allowed",
        Actor::Operator,
        Next::None,
        "Accounts of your organisation cannot be connected here.",
    ))
}

/// The keys cannot be fetched.
pub(super) fn keys_unavailable() -> Outcome {
    Outcome::Unavailable(reason(
        "microsoft_unavailable",
        Actor::Microsoft,
        Next::TryAgain,
        "Microsoft's sign-in service does not answer properly at the moment. Please try again shortly.",
    ))
}

/// Nothing to stay connected with came, although it was asked for.
pub(super) fn no_refresh_token() -> Outcome {
    Outcome::Misconfigured(reason(
        "offline_access_missing",
        Actor::Developer,
        Next::FixRegistration,
        "This site is not allowed to stay connected. Its developers have to act.",
    ))
}

/// The grant does not reach the mail (R96).
pub(super) fn insufficient_scope() -> Outcome {
    Outcome::Cancelled(reason(
        "insufficient_scope",
        Actor::Visitor,
        Next::SignInAgain,
        "Reading mail was not among the permissions granted. Please connect again and agree to it.",
    ))
}

/// There is a person and no mailbox.
pub(super) fn no_mailbox() -> Outcome {
    Outcome::BlockedByPolicy(reason(
        "mailbox_unavailable",
        Actor::TenantAdmin,
        Next::ContactAdmin,
        "This account has no mailbox that can be read. Please choose another account or ask your administrator.",
    ))
}
