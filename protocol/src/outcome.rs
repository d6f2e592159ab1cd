//! How an attempt to connect ended, in the words that page and server share.

use serde::{Deserialize, Serialize};

use crate::refusal::{Actor, Next};
#[cfg(feature = "server")]
use crate::refusal::{Class, Refusal};
use crate::wire::AccountView;

/// How an attempt to connect ended. Every end is ordinary: a page switches over `status` and needs no catch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// The mailbox is connected and the session open.
    Connected {
        /// The account.
        account: AccountView,
        /// Where in the site the visitor was, if the page said so at the start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        return_to: Option<String>,
    },
    /// The attempt ended without a connection and nothing is broken: the visitor turned back, declined, took too
    /// long, or has to sign in once more. They may start again.
    Cancelled(Reason),
    /// An administrator of the visitor's organisation has to agree first.
    NeedsAdmin(Reason),
    /// A rule of the visitor's organisation forbids it.
    BlockedByPolicy(Reason),
    /// Registration, settings or credential are wrong: developer or operator have to act.
    Misconfigured(Reason),
    /// Microsoft or the server does not answer. Later it may.
    Unavailable(Reason),
}

/// Why, who must act, and what next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable name of what happened: to switch on, never the message.
    pub code: String,
    /// Who must act.
    pub actor: Actor,
    /// What they do.
    pub next: Next,
    /// One English sentence for the visitor.
    pub message: String,
    /// Microsoft's error number, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aadsts: Option<u32>,
    /// Microsoft's correlation id, or ours: what support asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// What to forward to an administrator: where they agree. Where one has to, and where a visitor turned back, perhaps
    /// because Microsoft told them to ask one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Outcome {
    /// Every value of `status`.
    pub const STATUSES: [&'static str; 6] = [
        "connected",
        "cancelled",
        "needs_admin",
        "blocked_by_policy",
        "misconfigured",
        "unavailable",
    ];

    /// Its `status`.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "connected",
            Self::Cancelled(_) => "cancelled",
            Self::NeedsAdmin(_) => "needs_admin",
            Self::BlockedByPolicy(_) => "blocked_by_policy",
            Self::Misconfigured(_) => "misconfigured",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// The reason, unless connected.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Connected { .. } => None,
            Self::Cancelled(reason)
            | Self::NeedsAdmin(reason)
            | Self::BlockedByPolicy(reason)
            | Self::Misconfigured(reason)
            | Self::Unavailable(reason) => Some(reason),
        }
    }
}

#[cfg(feature = "server")]
impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        let reason = Reason {
            code: refusal.code.to_owned(),
            actor: refusal.actor,
            next: refusal.next,
            message: refusal.message.to_owned(),
            aadsts: refusal.aadsts,
            correlation_id: refusal.correlation_id,
            link: None,
        };
        match refusal.class {
            Class::Cancelled | Class::SignIn | Class::StepUp => Self::Cancelled(reason),
            Class::AdminConsent => Self::NeedsAdmin(reason),
            Class::Blocked => Self::BlockedByPolicy(reason),
            Class::Misconfigured => Self::Misconfigured(reason),
            Class::Unavailable => Self::Unavailable(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::AccountState;

    fn reason() -> Reason {
        Reason {
            code: "turned_back".to_owned(),
            actor: Actor::Visitor,
            next: Next::TryAgain,
            message: "You turned back.".to_owned(),
            aadsts: None,
            correlation_id: None,
            link: None,
        }
    }

    #[test]
    fn an_outcome_is_flat_json_with_a_status() {
        let json = serde_json::to_value(Outcome::Cancelled(reason())).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"status": "cancelled", "code": "turned_back", "actor": "visitor", "next": "try_again", "message": "You turned back."})
        );
    }

    #[test]
    fn every_outcome_has_a_listed_status_and_comes_back_from_json() {
        let account = AccountView {
            id: "a".to_owned(),
            display_name: "Ada Lovelace".to_owned(),
            address: "ada@contoso.example".to_owned(),
            state: AccountState::Connected,
            reconnect_by: None,
        };
        let all = [
            Outcome::Connected {
                account,
                return_to: Some("/inbox".to_owned()),
            },
            Outcome::Cancelled(reason()),
            Outcome::NeedsAdmin(reason()),
            Outcome::BlockedByPolicy(reason()),
            Outcome::Misconfigured(reason()),
            Outcome::Unavailable(reason()),
        ];
        for (outcome, status) in all.iter().zip(Outcome::STATUSES) {
            let json = serde_json::to_value(outcome).unwrap();
            assert_eq!(json["status"], status);
            assert_eq!(outcome.status(), status);
            assert_eq!(&serde_json::from_value::<Outcome>(json).unwrap(), outcome);
        }
    }
}
