//! The names of the troubles: one row each.

use serde::{Deserialize, Serialize};

use Concern::{App, Either, Person};
use Nature::{Event, Fault, State};

/// What a scenario is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Holds until it is removed.
    State,
    /// Happens once, when it is set; there is nothing to remove afterwards.
    Event,
    /// Spoils the next requests, as many as asked for, or all until it is removed.
    Fault,
}

/// Whom a scenario can be set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// A person, in all apps.
    Person,
    /// An app, for all people.
    App,
    /// A person, an app, or a person in one app.
    Either,
}

macro_rules! scenarios {
    ($($name:ident $text:literal $nature:ident $concern:ident: $sentence:literal;)*) => {
        /// A trouble that can be set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ScenarioName {
            $(#[doc = $sentence] #[serde(rename = $text)] $name,)*
        }

        impl ScenarioName {
            /// All of them, in the order of the README.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in JSON, addresses and pages.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it does, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// Whether it holds, happens or spoils.
            pub fn nature(self) -> Nature {
                match self { $(Self::$name => $nature,)* }
            }

            /// Whom it can be set for.
            pub fn concern(self) -> Concern {
                match self { $(Self::$name => $concern,)* }
            }
        }
    };
}

scenarios! {
    MfaRequired "mfa_required" State Either: "A second factor is demanded that was given after this was set: a page at sign-in, 50076 with claims at refresh.";
    BlockedByPolicy "blocked_by_policy" State Either: "Conditional Access blocks: a page at sign-in, 53003 at refresh.";
    SignInFrequency "sign_in_frequency" State Either: "Sign-ins from before this was set, or older than its seconds, must be repeated: 70043 at refresh.";
    AuthContextRequired "auth_context_required" State Either: "Graph demands authentication context c1 of clients that handle challenges; only a sign-in with those claims satisfies it.";
    UserDisabled "user_disabled" State Either: "The account is disabled: 50057.";
    UserDeleted "user_deleted" State Either: "The account is gone: 50034.";
    UserUnassigned "user_unassigned" State Either: "The person is not assigned to the app: 50105.";
    AppRemoved "app_removed" State Either: "The app's service principal is gone from the tenant: 700016.";
    AppDisabled "app_disabled" State Either: "The app is disabled: 7000112.";
    SecretExpired "secret_expired" State App: "The app's secrets count as expired: 7000222.";
    SecretWrong "secret_wrong" State App: "The app's secrets count as wrong: 7000215.";
    RedirectMismatch "redirect_mismatch" State App: "The app's redirect URIs count as unregistered: 50011 on a page.";
    ApprovalNeeded "approval_needed" State Either: "What is not agreed to yet needs an administrator, who cannot be asked here: 90094.";
    ApprovalByRequest "approval_by_request" State Either: "What is not agreed to yet needs an administrator, who can be asked by a form: 90095.";
    RiskyApp "risky_app" State Either: "The app counts as risky, so that only an administrator may consent: 900941.";
    NeverReturns "never_returns" State Either: "The sign-in ends on a page that never leads back to the app.";
    SignedByConsumersKey "signed_by_consumers_key" State Either: "ID tokens are signed by the key that may only sign for personal accounts; clients must refuse them.";
    ChallengeShuffled "challenge_shuffled" State Either: "Graph's claims challenge comes among other WWW-Authenticate headers and in another order.";
    MailboxNotEnabled "mailbox_not_enabled" State Person: "Exchange holds no mailbox: Graph refuses every mail call.";
    SessionsRevoked "sessions_revoked" Event Person: "All sessions and refresh tokens are revoked: 50173, and a challenge from Graph.";
    PasswordChanged "password_changed" Event Person: "The person changes the password: public clients' refresh tokens and browser sessions end, confidential clients' live on.";
    PasswordResetByAdmin "password_reset_by_admin" Event Person: "An administrator resets the password in the admin center: all refresh tokens and sessions end.";
    AccessRevoked "access_revoked" Event Person: "Graph challenges access tokens issued so far; a refresh gives a good one.";
    ConsentWithdrawn "consent_withdrawn" Event Either: "What the person or the tenant agreed to is taken back: 65001 at refresh.";
    ReauthorizationRequired "reauthorization_required" Event Either: "Change notifications pause until their subscriptions are reauthorized or renewed; lifecycle URLs are told.";
    SubscriptionRemoved "subscription_removed" Event Either: "Subscriptions to change notifications are gone; lifecycle URLs are told.";
    NotificationsMissed "notifications_missed" Event Either: "Lifecycle URLs are told that notifications were missed.";
    DeltaTokensExpired "delta_tokens_expired" Event Person: "All delta links and links within delta rounds that Graph gave out so far are dead: 410, start over.";
    TokenThrottled "token_throttled" Fault Either: "The token endpoint answers 429 with Retry-After.";
    TokenUnavailable "token_unavailable" Fault Either: "The token endpoint answers 503 in JSON, without Retry-After.";
    TokenHtml "token_html" Fault Either: "The token endpoint answers 500 with a page of HTML.";
    TokenSlow "token_slow" Fault Either: "The token endpoint takes its time.";
    TokenResetBefore "token_reset_before" Fault Either: "The connection to the token endpoint breaks before the request is processed.";
    TokenResetAfter "token_reset_after" Fault Either: "The connection to the token endpoint breaks after the request was processed.";
    TokenTruncated "token_truncated" Fault Either: "The answer of the token endpoint ends in the middle.";
    UnknownNumber "unknown_number" Fault Either: "Refusals carry an AADSTS number that nobody knows, without error_uri.";
    ChangedProse "changed_prose" Fault Either: "Refusals are worded otherwise; only the machine-readable fields are the same.";
    GraphThrottled "graph_throttled" Fault Either: "Graph answers 429 with Retry-After.";
    GraphUnavailable "graph_unavailable" Fault Either: "Graph answers 503.";
    DeltaReset "delta_reset" Fault Either: "Graph no longer knows a delta token: 410, start over.";
}

impl ScenarioName {
    /// The scenario with this name.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|name| name.text() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again_and_names_differ() {
        for name in ScenarioName::ALL {
            assert_eq!(ScenarioName::named(name.text()), Some(*name));
            assert_eq!(serde_json::to_value(name).expect("serialises"), name.text());
        }
        assert_eq!(ScenarioName::named("no_such_trouble"), None);
    }
}
