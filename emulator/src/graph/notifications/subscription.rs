//! A subscription: who is told of which changes, where, and until when (graph-mail §16.1).

use std::collections::HashSet;

use serde::Serialize;

use super::receiver::Receiver;
use crate::{
    clock::rfc3339,
    graph::{
        access::Caller,
        ids::IdForm,
        odata::Filter,
        store::{FolderKey, ItemKey},
    },
    world::{ClientId, PersonId, TenantId},
};

/// A subscription.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    /// Its GUID.
    pub(crate) id: String,
    /// The app that made it.
    pub(crate) client_id: ClientId,
    /// On whose behalf.
    pub(crate) creator: PersonId,
    /// The tenant that issued the token.
    pub(crate) tenant: TenantId,
    /// Whose mailbox is watched.
    pub(crate) owner: PersonId,
    /// What is watched, as the client wrote it.
    pub(crate) resource: String,
    /// What is watched.
    pub(crate) watched: Watched,
    /// The kinds of changes that are told.
    pub(crate) changes: Vec<ChangeType>,
    /// Where changes are told.
    pub(crate) notification_url: Receiver,
    /// Where the subscription's own fate is told.
    pub(crate) lifecycle_url: Option<Receiver>,
    /// Stands in every notification.
    pub(crate) client_state: Option<String>,
    /// `latestSupportedTlsVersion`.
    pub(crate) tls: String,
    /// Unix seconds.
    pub(crate) expires_at: i64,
    /// The form of ids in its notifications, chosen when it was made.
    pub(crate) ids: IdForm,
    /// Whether nothing is told until it is reauthorized.
    pub(crate) is_paused: bool,
    /// The mailbox's sequence up to which everything has been told.
    pub(crate) told: u64,
}

/// Which messages a subscription is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    /// Those of one folder; of the visible tree if none is named.
    pub(crate) folder: Option<FolderKey>,
    /// Those that fulfil a condition.
    pub(crate) filter: Option<Filter>,
    /// Those that did when the subscription was last told of changes.
    pub(crate) matching: HashSet<ItemKey>,
}

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeType {
    /// Something came.
    Created,
    /// Something looks different.
    Updated,
    /// Something went.
    Deleted,
}

impl ChangeType {
    /// The word in requests and notifications.
    pub fn text(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }

    /// The kind of this name; capitals do not matter.
    pub(crate) fn named(text: &str) -> Option<Self> {
        let all = [Self::Created, Self::Updated, Self::Deleted];
        all.into_iter()
            .find(|kind| kind.text().eq_ignore_ascii_case(text))
    }
}

/// Whether `caller` may see and change a subscription: they made it, with the same app (E62).
pub(crate) fn is_own(subscription: &Subscription, caller: &Caller) -> bool {
    subscription.creator == caller.actor_id() && subscription.client_id == caller.client_id
}

/// A subscription as the control routes tell it.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionView {
    /// Its GUID.
    pub id: String,
    /// Whose mailbox is watched.
    pub person: PersonId,
    /// The app that made it.
    pub client_id: ClientId,
    /// What is watched, as the client wrote it.
    pub resource: String,
    /// The kinds of changes that are told.
    pub change_types: Vec<ChangeType>,
    /// Where changes are told.
    pub notification_url: String,
    /// Where its own fate is told, if anywhere.
    pub lifecycle_notification_url: Option<String>,
    /// When it ends.
    pub expires_at: String,
    /// Whether it waits for a reauthorization.
    pub paused: bool,
}

impl From<&Subscription> for SubscriptionView {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: subscription.id.clone(),
            person: subscription.owner.clone(),
            client_id: subscription.client_id.clone(),
            resource: subscription.resource.clone(),
            change_types: subscription.changes.clone(),
            notification_url: subscription.notification_url.to_string(),
            lifecycle_notification_url: subscription
                .lifecycle_url
                .as_ref()
                .map(Receiver::to_string),
            expires_at: rfc3339(subscription.expires_at),
            paused: subscription.is_paused,
        }
    }
}
