//! What a webhook tells: thin, typed, and without token, address or mail (R155). Ask for more under an API key.

use serde::{Deserialize, Serialize};

/// The body of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEvent {
    /// When it happened, as RFC 3339 in UTC. When it is told stands in the header.
    pub timestamp: String,
    /// What happened.
    #[serde(flatten)]
    pub happening: Happening,
}

/// What happened, by its `type`. Receivers should pass over types that they do not know: there will be more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Happening {
    /// Connected for the first time.
    #[serde(rename = "account.connected")]
    AccountConnected(AccountEvent),
    /// Works again.
    #[serde(rename = "account.reconnected")]
    AccountReconnected(AccountEvent),
    /// Ends soon, whatever one does: `reconnect_by` says when.
    #[serde(rename = "account.expiring")]
    AccountExpiring(AccountEvent),
    /// The visitor has to sign in again: `code` says why.
    #[serde(rename = "account.needs_user")]
    AccountNeedsUser(AccountEvent),
    /// An administrator of the visitor's organisation has to agree.
    #[serde(rename = "account.needs_admin")]
    AccountNeedsAdmin(AccountEvent),
    /// A rule of the visitor's organisation forbids it.
    #[serde(rename = "account.blocked_by_policy")]
    AccountBlockedByPolicy(AccountEvent),
    /// Tokens and key are destroyed.
    #[serde(rename = "account.disconnected")]
    AccountDisconnected(AccountEvent),
    /// An administrator agreed for a whole organisation.
    #[serde(rename = "admin_consent.granted")]
    AdminConsentGranted(ConsentEvent),
    /// An administrator was asked and refused.
    #[serde(rename = "admin_consent.refused")]
    AdminConsentRefused(ConsentEvent),
    /// A client credential of the deployment ends soon.
    #[serde(rename = "credential.expiring")]
    CredentialExpiring(CredentialEvent),
    /// It has ended.
    #[serde(rename = "credential.expired")]
    CredentialExpired(CredentialEvent),
    /// Something in a mailbox changed.
    #[serde(rename = "mail.changed")]
    MailChanged(MailEvent),
    /// An endpoint for webhooks gets none any more.
    #[serde(rename = "webhook.disabled")]
    WebhookDisabled(EndpointEvent),
    /// Somebody wants to see whether it arrives. Nothing happened.
    #[serde(rename = "webhook.test")]
    WebhookTest(TestEvent),
}

/// About an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEvent {
    /// Its id.
    pub account: String,
    /// 1, 2, 3 … for each account, without gaps: the highest one seen tells the present state.
    pub sequence: i64,
    /// The state that it came to.
    pub state: String,
    /// Why, where it does not work: a stable name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When it ends, unix seconds, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconnect_by: Option<i64>,
}

/// About the consent of an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentEvent {
    /// The request that was answered, by its id.
    pub consent_request: String,
    /// What was asked for.
    pub scopes: Vec<String>,
    /// The organisation's directory id; of a refusal only where it was known before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Why it was refused: a stable name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// About a client credential of the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialEvent {
    /// Its name, which is no secret.
    pub credential: String,
    /// Days left at most; 0 when it has ended.
    pub days_left: i64,
    /// When it ends, unix seconds, if that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// About a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailEvent {
    /// Whose, by its id.
    pub account: String,
}

/// About an endpoint for webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointEvent {
    /// Its id.
    pub webhook: String,
    /// Why: `gone` or `failing`.
    pub code: String,
}

/// What a test tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestEvent {
    /// Which endpoint is tried.
    pub webhook: String,
}

/// Every `type` there is.
pub const EVENT_TYPES: [&str; 14] = [
    "account.connected",
    "account.reconnected",
    "account.expiring",
    "account.needs_user",
    "account.needs_admin",
    "account.blocked_by_policy",
    "account.disconnected",
    "admin_consent.granted",
    "admin_consent.refused",
    "credential.expiring",
    "credential.expired",
    "mail.changed",
    "webhook.disabled",
    "webhook.test",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// One of each, in the order of the list.
    fn all() -> [Happening; 14] {
        let account = AccountEvent {
            account: "a".to_owned(),
            sequence: 1,
            state: "connected".to_owned(),
            code: None,
            reconnect_by: None,
        };
        let consent = ConsentEvent {
            consent_request: "c".to_owned(),
            scopes: vec!["Mail.Read".to_owned()],
            tenant: Some("t".to_owned()),
            code: None,
        };
        let credential = CredentialEvent {
            credential: "secret 1".to_owned(),
            days_left: 7,
            expires_at: Some(1),
        };
        [
            Happening::AccountConnected(account.clone()),
            Happening::AccountReconnected(account.clone()),
            Happening::AccountExpiring(account.clone()),
            Happening::AccountNeedsUser(account.clone()),
            Happening::AccountNeedsAdmin(account.clone()),
            Happening::AccountBlockedByPolicy(account.clone()),
            Happening::AccountDisconnected(account),
            Happening::AdminConsentGranted(consent.clone()),
            Happening::AdminConsentRefused(consent),
            Happening::CredentialExpiring(credential.clone()),
            Happening::CredentialExpired(credential),
            Happening::MailChanged(MailEvent {
                account: "a".to_owned(),
            }),
            Happening::WebhookDisabled(EndpointEvent {
                webhook: "w".to_owned(),
                code: "gone".to_owned(),
            }),
            Happening::WebhookTest(TestEvent {
                webhook: "w".to_owned(),
            }),
        ]
    }

    #[test]
    fn every_type_is_listed_and_comes_back_from_json() {
        for (happening, name) in all().into_iter().zip(EVENT_TYPES) {
            let event = WebhookEvent {
                timestamp: "2026-09-21T14:13:20Z".to_owned(),
                happening,
            };
            let json = serde_json::to_value(&event).unwrap();
            assert_eq!(json["type"], name);
            assert_eq!(serde_json::from_value::<WebhookEvent>(json).unwrap(), event);
        }
    }

    /// Whoever built on today's members can read tomorrow's.
    #[test]
    fn members_that_are_not_known_are_passed_over() {
        let json = json!({
            "type": "mail.changed", "timestamp": "2026-09-21T14:13:20Z",
            "data": { "account": "a", "later": 1 }, "more": true,
        });
        assert!(serde_json::from_value::<WebhookEvent>(json).is_ok());
    }
}
