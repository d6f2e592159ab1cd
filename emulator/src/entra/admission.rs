//! What keeps a person out of an app although the password was right: assignment and Conditional Access (entra 25).

use serde_json::json;

use super::{aadsts, oauth_error::OAuthError};
use crate::world::{Application, ConditionalAccess, Person};

/// Why somebody is kept out. Nothing they could do themselves would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bar {
    /// The app demands assignment, and they are not assigned.
    Unassigned,
    /// A policy of their tenant blocks them.
    BlockedByPolicy,
    /// An administrator disabled their account (entra 68).
    AccountDisabled,
}

impl Bar {
    /// What keeps `person` out of `application`, if anything does.
    pub(crate) fn between(person: &Person, application: &Application) -> Option<Self> {
        let assigned = application
            .assigned_people
            .as_ref()
            .is_none_or(|people| people.contains(&person.id));
        match person.conditional_access {
            _ if person.disabled => Some(Self::AccountDisabled),
            ConditionalAccess::Block => Some(Self::BlockedByPolicy),
            ConditionalAccess::Allow if !assigned => Some(Self::Unassigned),
            ConditionalAccess::Allow => None,
        }
    }

    /// The error in a sign-in: a page, or with `prompt=none` a redirect.
    pub(crate) fn at_authorize(self, application: &Application) -> OAuthError {
        OAuthError::about(
            match self {
                Self::Unassigned => &aadsts::UNASSIGNED_AT_AUTHORIZE,
                Self::BlockedByPolicy => &aadsts::BLOCKED_AT_AUTHORIZE,
                Self::AccountDisabled => &aadsts::ACCOUNT_DISABLED_AT_AUTHORIZE,
            },
            &quoted(application),
        )
    }

    /// The error at the token endpoint (entra.md §8.2).
    pub(crate) fn at_token(self, application: &Application) -> OAuthError {
        match self {
            Self::Unassigned => OAuthError::about(&aadsts::UNASSIGNED, &quoted(application)),
            Self::AccountDisabled => (&aadsts::ACCOUNT_DISABLED).into(),
            Self::BlockedByPolicy => {
                let policies = json!({ "essential": true, "values": [POLICY_ID] });
                OAuthError::from(&aadsts::BLOCKED)
                    .with_claims(json!({ "access_token": { "capolids": policies } }).to_string())
            }
        }
    }
}

fn quoted(application: &Application) -> String {
    format!("'{}' ({})", application.client_id, application.name)
}

/// The one blocking policy there is.
const POLICY_ID: &str = "b10cced0-0000-4000-8000-000000000001";
