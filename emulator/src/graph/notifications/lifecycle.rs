//! What becomes of subscriptions besides their end (graph-mail §16.5). It happens when somebody lets it happen.

use serde::{Deserialize, Serialize};

use super::{register::Notifications, subscription::Subscription};
use crate::{scenario::Target, state::EmulatorState};

/// What a lifecycle notification tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LifecycleEvent {
    /// Nothing is delivered until the subscription is reauthorized or renewed.
    ReauthorizationRequired,
    /// The subscription is gone.
    SubscriptionRemoved,
    /// Some notifications were not delivered.
    Missed,
}

impl LifecycleEvent {
    /// The word in notifications.
    pub fn text(self) -> &'static str {
        match self {
            Self::ReauthorizationRequired => "reauthorizationRequired",
            Self::SubscriptionRemoved => "subscriptionRemoved",
            Self::Missed => "missed",
        }
    }
}

impl Notifications {
    fn happen(&self, subscription: &Subscription, event: LifecycleEvent, now: i64) {
        match event {
            LifecycleEvent::ReauthorizationRequired => {
                self.change(&subscription.id, |one| one.is_paused = true);
                self.outbox.hold(&subscription.id, true);
            }
            LifecycleEvent::SubscriptionRemoved => {
                self.remove(&subscription.id);
            }
            LifecycleEvent::Missed => {}
        }
        if let Some(receiver) = &subscription.lifecycle_url {
            let content = subscription.entry().with("lifecycleEvent", event.text());
            self.outbox
                .put_lifecycle(&subscription.id, receiver, content, now);
        }
    }
}

impl EmulatorState {
    /// Lets `event` happen to the subscription with this id. Whether there is one (E61).
    pub fn let_happen(&self, id: &str, event: LifecycleEvent) -> bool {
        let found = self.notifications.those(|one| one.id == id);
        for subscription in &found {
            self.notifications
                .happen(subscription, event, self.clock.now());
        }
        !found.is_empty()
    }

    /// Lets `event` happen to all subscriptions of a person, an app, or both.
    pub(crate) fn let_happen_to(&self, target: &Target, event: LifecycleEvent) {
        let covered = |one: &Subscription| target.covers(Some(&one.creator), Some(&one.client_id));
        for subscription in self.notifications.those(covered) {
            self.notifications
                .happen(&subscription, event, self.clock.now());
        }
    }
}
