//! Refusals, decoded: what happened, who must act, what next.
//!
//! Decisions are taken on the OAuth `error`, `suberror` and HTTP status, which Microsoft promises to keep. AADSTS
//! numbers are diagnostics that may change: they refine a decision and give it better words, they never turn it over.

#[cfg(feature = "server")]
mod decode;
#[cfg(feature = "server")]
mod explain;
#[cfg(feature = "server")]
mod general;
#[cfg(feature = "server")]
mod table;

use serde::{Deserialize, Serialize};

#[cfg(feature = "server")]
pub use decode::{Evidence, Refusal, aadsts_numbers, correlation_id, decode};
#[cfg(feature = "server")]
pub use explain::{Basis, Explained, advice, explain, known};
#[cfg(feature = "server")]
pub use table::{Entry, find};

/// Who can mend it. Nobody else is asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The person in front of the page.
    Visitor,
    /// An administrator of the visitor's organisation.
    TenantAdmin,
    /// Whoever wrote the page or registered the app.
    Developer,
    /// Whoever runs the server.
    Operator,
    /// Microsoft; waiting is all that is left.
    Microsoft,
}

impl Actor {
    /// Every actor.
    pub const ALL: [Self; 5] = [
        Self::Visitor,
        Self::TenantAdmin,
        Self::Developer,
        Self::Operator,
        Self::Microsoft,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::TenantAdmin => "tenant_admin",
            Self::Developer => "developer",
            Self::Operator => "operator",
            Self::Microsoft => "microsoft",
        }
    }
}

/// What the actor does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// The same once more.
    TryAgain,
    /// Sign in once more, perhaps with another account or a second factor.
    SignInAgain,
    /// Ask an administrator to agree for the organisation.
    AskAdmin,
    /// Ask an administrator to lift what stands in the way.
    ContactAdmin,
    /// Correct the app registration or the settings that repeat it.
    FixRegistration,
    /// Put a valid client credential in place.
    FixCredential,
    /// Nothing to do but wait.
    Wait,
    /// Nothing.
    None,
}

impl Next {
    /// Every next step.
    pub const ALL: [Self; 8] = [
        Self::TryAgain,
        Self::SignInAgain,
        Self::AskAdmin,
        Self::ContactAdmin,
        Self::FixRegistration,
        Self::FixCredential,
        Self::Wait,
        Self::None,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TryAgain => "try_again",
            Self::SignInAgain => "sign_in_again",
            Self::AskAdmin => "ask_admin",
            Self::ContactAdmin => "contact_admin",
            Self::FixRegistration => "fix_registration",
            Self::FixCredential => "fix_credential",
            Self::Wait => "wait",
            Self::None => "none",
        }
    }
}

/// What a refusal means for an attempt or an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The visitor turned back or declined. Nothing is broken.
    Cancelled,
    /// The grant is dead or the sign-in did not suffice: the visitor signs in again.
    SignIn,
    /// The visitor signs in again and meets a demand (second factor, terms); the claims challenge goes with it.
    StepUp,
    /// An administrator has to agree.
    AdminConsent,
    /// A policy or the state of the account forbids it; only an administrator can change that.
    Blocked,
    /// The app's registration, credential or request is wrong: an incident of the deployment, never of an account.
    Misconfigured,
    /// Microsoft is unwell or asks for patience. Accounts stay as they are.
    Unavailable,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are those of JSON, so that address and body say the same.
    #[test]
    fn names_are_the_same_in_json() {
        for actor in Actor::ALL {
            assert_eq!(serde_json::to_value(actor).unwrap(), actor.name());
        }
        for next in Next::ALL {
            assert_eq!(serde_json::to_value(next).unwrap(), next.name());
        }
    }
}
