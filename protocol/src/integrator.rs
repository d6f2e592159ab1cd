//! What the integrator's own server and ours say to each other, under an API key: plain data, JSON, `snake_case`, times
//! in unix seconds. Requests refuse members they do not know; answers may grow.

mod webhooks;

use serde::{Deserialize, Serialize};

pub use webhooks::{
    CreateWebhook, DeliveryList, DeliveryView, LastTry, Redeliver, Redelivering, RotateSecret,
    TestBegun, WebhookList, WebhookSecretTold, WebhookView,
};

use crate::outcome::Outcome;
use crate::secret::CompletionCode;
use crate::wire::AccountView;

/// `POST /v1/links`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateLink {
    /// What for.
    pub kind: LinkKind,
    /// `reconnect` only: the account that has to sign in again, and no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The integrator's own name for its user: 1 to 256 characters, to be repeated when it confirms. Only a hash is kept.
    pub user: String,
    /// Scopes, each on the deployment's list; all of the list if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Until when the visitor may begin, unix seconds; an hour from now if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// Where the visitor goes to be confirmed: byte for byte one of the deployment's `completion_urls`.
    pub success_url: String,
    /// Where the visitor goes otherwise: one of them too.
    pub failure_url: String,
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// Connect a mailbox, whichever the visitor has.
    Create,
    /// Have the same person sign in again.
    Reconnect,
}

/// The answer to [`CreateLink`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCreated {
    /// Names the link; opens nothing.
    pub id: String,
    /// To be given to the visitor, and to nobody else. It is told this once.
    pub url: String,
    /// Until when the visitor may begin, unix seconds.
    pub expires_at: i64,
}

/// `GET /v1/links/{link}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// Names it.
    pub id: String,
    /// What for.
    pub kind: LinkKind,
    /// As asked.
    pub scopes: Vec<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Until when the visitor may begin, unix seconds.
    pub expires_at: i64,
    /// Where it stands.
    #[serde(flatten)]
    pub state: LinkState,
}

/// Where a link stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LinkState {
    /// The visitor may begin.
    Open,
    /// The visitor is back and waits to be confirmed.
    Parked {
        /// Until then, unix seconds.
        confirm_by: i64,
    },
    /// It was confirmed and is being carried out.
    Confirming,
    /// It connected a mailbox, and is over.
    Connected {
        /// Which account.
        account: String,
        /// When, unix seconds.
        connected_at: i64,
    },
    /// It, or the key that made it, was revoked.
    Revoked,
    /// Nobody used it in time.
    Expired,
}

/// `POST /v1/links/{link}/confirm`: the integrator has looked at its own session and says whose visitor it was.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmLink {
    /// As the visitor brought it.
    pub completion_code: CompletionCode,
    /// The integrator's own name for the user who is signed in there: must be the one of the link.
    pub user: String,
}

/// The answer to [`ConfirmLink`]: the same however often it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Confirmation {
    /// The mailbox is connected.
    Connected {
        /// The account.
        account: AccountDetails,
    },
    /// It is not; any status of an outcome but `connected`.
    #[serde(untagged)]
    Refused(Outcome),
}

/// `POST /v1/consent-requests`: an administrator is to agree for an organisation, perhaps before its first visitor comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateConsentRequest {
    /// Which organisation, by directory id or domain.
    pub tenant: String,
    /// Scopes, each on the deployment's list; all of the list if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// The answer to it: a new address for the page of the request, and the request, which may be older.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequestCreated {
    /// To be given to an administrator. Opening it changes nothing. It is told this once; asking again gives another one,
    /// and both open the same.
    pub url: String,
    /// The request.
    #[serde(flatten)]
    pub request: ConsentRequestView,
}

/// `GET /v1/consent-requests/{request}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequestView {
    /// Names it; opens nothing.
    pub id: String,
    /// The organisation's directory id, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The domain by which it was named. Proves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// As asked.
    pub scopes: Vec<String>,
    /// Who asked first: `needs_admin` (Microsoft told a visitor), `turned_back` (a visitor came back without a word why),
    /// `integrator`.
    pub origin: String,
    /// `requested`, `granted`, `refused`, `unproven`, `expired`.
    pub state: String,
    /// Why it is `refused` or `unproven`: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Since when, unix seconds.
    pub state_since: i64,
    /// How often somebody was told that an administrator has to agree.
    pub asked: i64,
    /// Unix seconds.
    pub created_at: i64,
    /// When it is over if nobody asks again, unix seconds.
    pub expires_at: i64,
}

/// `GET /v1/consent-requests`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequestPage {
    /// At most a hundred, in no order that means anything.
    pub consent_requests: Vec<ConsentRequestView>,
    /// Where the next page begins; absent at the end. Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// `GET /v1/accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPage {
    /// At most a hundred, in no order that means anything.
    pub accounts: Vec<AccountDetails>,
    /// Where the next page begins; absent at the end. Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// `GET /v1/accounts/{account}`: an account as the integrator's server sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDetails {
    /// As pages see it.
    #[serde(flatten)]
    pub account: AccountView,
    /// Since when the state holds, unix seconds.
    pub state_since: i64,
    /// Why it does not work, if so: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What Microsoft granted; nothing once disconnected.
    pub scopes: Vec<String>,
    /// When its tokens were last replaced, unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed_at: Option<i64>,
}

/// The parameter of `success_url` and `failure_url` that names the link.
pub const LINK_PARAMETER: &str = "connect_outlook_link";
/// The parameter of `success_url` that holds the completion code.
pub const COMPLETION_PARAMETER: &str = "connect_outlook_completion";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Reason;
    use crate::refusal::{Actor, Next};
    use crate::wire::AccountState;

    fn account() -> AccountDetails {
        AccountDetails {
            account: AccountView {
                id: "a".to_owned(),
                display_name: "Ada Lovelace".to_owned(),
                address: "ada@contoso.example".to_owned(),
                state: AccountState::Connected,
                reconnect_by: None,
            },
            state_since: 1,
            code: None,
            scopes: vec!["Mail.Read".to_owned()],
            refreshed_at: Some(1),
        }
    }

    #[test]
    fn a_confirmation_is_flat_json_with_a_status() {
        let connected = Confirmation::Connected { account: account() };
        let refused = Confirmation::Refused(Outcome::Cancelled(Reason {
            code: "other_account".to_owned(),
            actor: Actor::Visitor,
            next: Next::SignInAgain,
            message: "Another.".to_owned(),
            aadsts: None,
            correlation_id: None,
            link: None,
        }));
        let json = serde_json::to_value(&connected).unwrap();
        assert_eq!(json["status"], "connected");
        assert_eq!(json["account"]["address"], "ada@contoso.example");
        assert_eq!(json["account"]["scopes"][0], "Mail.Read");
        let json = serde_json::to_value(&refused).unwrap();
        assert_eq!(
            (&json["status"], &json["code"]),
            (&"cancelled".into(), &"other_account".into())
        );
        for confirmation in [connected, refused] {
            let json = serde_json::to_value(&confirmation).unwrap();
            assert_eq!(
                serde_json::from_value::<Confirmation>(json).unwrap(),
                confirmation
            );
        }
    }

    #[test]
    fn a_link_says_where_it_stands() {
        let view = LinkView {
            id: "l".to_owned(),
            kind: LinkKind::Create,
            scopes: vec![],
            created_at: 1,
            expires_at: 2,
            state: LinkState::Parked { confirm_by: 3 },
        };
        let json = serde_json::to_value(&view).unwrap();
        assert_eq!(
            (&json["state"], &json["confirm_by"]),
            (&"parked".into(), &3.into())
        );
        assert_eq!(serde_json::from_value::<LinkView>(json).unwrap(), view);
    }

    /// R67: whose account it will be is said by link and user, never by another member.
    #[test]
    fn unknown_members_are_refused() {
        let body = serde_json::json!({"completion_code": "c", "user": "7", "account": "a"});
        assert!(serde_json::from_value::<ConfirmLink>(body).is_err());
    }
}
