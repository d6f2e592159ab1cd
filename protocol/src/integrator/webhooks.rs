//! Webhooks as the integrator's server manages them.

use serde::{Deserialize, Serialize};

/// `POST /v1/webhooks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// Where to: `https`, port 443 unless the operator allows more, a host of the world, neither user nor fragment.
    pub url: String,
    /// To tell it from others by: at most 200 plain characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The types of events it wants; all, also those that are yet to come, if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_types: Vec<String>,
}

/// The answer to [`CreateWebhook`], and to `POST /v1/webhooks/{webhook}/secret`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSecretTold {
    /// Names the webhook.
    pub id: String,
    /// What its receiver verifies by: `whsec_…`. It is told this once.
    pub secret: String,
    /// Until when the secret before signs too, unix seconds; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<i64>,
}

/// `POST /v1/webhooks/{webhook}/secret`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateSecret {
    /// Seconds for which the present secret signs along; a day if absent, at most a week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<i64>,
}

/// `GET /v1/webhooks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookList {
    /// All of them, the oldest first.
    pub webhooks: Vec<WebhookView>,
}

/// `GET /v1/webhooks/{webhook}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookView {
    /// Names it.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// To tell it from others by.
    pub description: String,
    /// The types of events it wants; all if empty.
    pub event_types: Vec<String>,
    /// Which API key made it; absent for one of the operator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// Deliveries that are not over.
    pub waiting: u64,
    /// Since when every try has failed, unix seconds, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<i64>,
    /// Since when it gets nothing any more, unix seconds, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<i64>,
    /// Why: `gone` (it answered 410) or `failing` (nothing arrived for days).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_code: Option<String>,
    /// Until when the secret before signs too, unix seconds, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<i64>,
    /// Unix seconds.
    pub created_at: i64,
}

/// `GET /v1/webhooks/{webhook}/deliveries`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryList {
    /// At most a hundred, the newest first.
    pub deliveries: Vec<DeliveryView>,
    /// Where the next page begins; absent at the end. Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One event on its way to one webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    /// Names the event: the header `webhook-id`.
    pub event: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// To which account; absent for an event of the deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// `waiting`, `delivered` or `given_up`.
    pub state: String,
    /// Tries that have ended.
    pub tries: i64,
    /// When the next one begins at the soonest, unix seconds; absent when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// How the latest one ended; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastTry>,
    /// Unix seconds.
    pub created_at: i64,
}

/// How a try ended. What the receiver wrote is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastTry {
    /// When, unix seconds.
    pub at: i64,
    /// `delivered`, `gone`, `refused`, `redirected`, `unsafe_address`, `not_connected`, `not_secure`, `timed_out`, `broken`.
    pub result: String,
    /// The status of HTTP, if there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
}

/// `POST /v1/webhooks/{webhook}/redeliveries`: one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redeliver {
    /// This event, whatever became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Everything that happened since, unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}

/// The answer to [`Redeliver`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redelivering {
    /// So many events are told again.
    pub events: u64,
}

/// The answer to `POST /v1/webhooks/{webhook}/test`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestBegun {
    /// Names the test: the header `webhook-id`.
    pub event: String,
}
