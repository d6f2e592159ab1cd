//! All subscriptions, and what becomes of them.

use std::sync::Mutex;

use super::{
    outbox::{Attempt, Outbox},
    subscription::{Subscription, SubscriptionView},
};
use crate::{
    clock::Clock, graph::store::Mailbox, lock::lock, switches::NotificationSwitches,
    world::PersonId,
};

/// Subscriptions, and the notifications that are on their way.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    subscriptions: Mutex<Vec<Subscription>>,
    pub(super) outbox: Outbox,
}

/// The mailbox has as many subscriptions as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are {0} subscriptions on this mailbox")]
pub(crate) struct TooMany(pub(crate) usize);

impl Notifications {
    /// Whether there is room for one more on the mailbox of `owner` (E63).
    ///
    /// # Errors
    /// [`TooMany`] if there is none.
    pub(crate) fn has_room(
        &self,
        owner: &PersonId,
        switches: &NotificationSwitches,
    ) -> Result<(), TooMany> {
        room(
            &lock(&self.subscriptions),
            owner,
            switches.most_subscriptions,
        )
    }

    /// Adds a subscription.
    ///
    /// # Errors
    /// [`TooMany`] if there is no room for it.
    pub(crate) fn add(
        &self,
        subscription: Subscription,
        switches: &NotificationSwitches,
    ) -> Result<(), TooMany> {
        let mut subscriptions = lock(&self.subscriptions);
        room(
            &subscriptions,
            &subscription.owner,
            switches.most_subscriptions,
        )?;
        subscriptions.push(subscription);
        Ok(())
    }

    /// The subscriptions that are `wanted`, oldest first.
    pub(crate) fn those(&self, wanted: impl Fn(&Subscription) -> bool) -> Vec<Subscription> {
        let subscriptions = lock(&self.subscriptions);
        subscriptions
            .iter()
            .filter(|subscription| wanted(subscription))
            .cloned()
            .collect()
    }

    /// Changes the subscription with this id, if there is one, and answers how it is then.
    pub(crate) fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut Subscription),
    ) -> Option<Subscription> {
        let mut subscriptions = lock(&self.subscriptions);
        let found = subscriptions
            .iter_mut()
            .find(|subscription| subscription.id == id)?;
        change(found);
        Some(found.clone())
    }

    /// Goes on with a paused subscription, until `expires_at` if that is another end (E61, E62).
    pub(crate) fn go_on(&self, id: &str, expires_at: Option<i64>) -> Option<Subscription> {
        let changed = self.change(id, |subscription| {
            subscription.is_paused = false;
            subscription.expires_at = expires_at.unwrap_or(subscription.expires_at);
        });
        self.outbox.hold(id, false);
        changed
    }

    /// Ends the subscription with this id; what waits for it is thrown away. `None` if there is none.
    pub(crate) fn remove(&self, id: &str) -> Option<Subscription> {
        let mut subscriptions = lock(&self.subscriptions);
        let at = subscriptions
            .iter()
            .position(|subscription| subscription.id == id)?;
        let removed = subscriptions.remove(at);
        drop(subscriptions);
        self.outbox.drop_changes_of(id);
        Some(removed)
    }

    /// Ends those whose time is over at `now`; nobody is told (E62).
    pub(crate) fn expire(&self, now: i64) {
        for subscription in self.those(|subscription| subscription.expires_at <= now) {
            self.remove(&subscription.id);
        }
    }

    /// Whose mailboxes are watched.
    pub(crate) fn owners(&self) -> Vec<PersonId> {
        let subscriptions = lock(&self.subscriptions);
        let mut owners: Vec<PersonId> = subscriptions.iter().map(|one| one.owner.clone()).collect();
        owners.dedup();
        owners
    }

    /// Puts what is new in the mailbox of `owner` into the outbox. Paused subscriptions are told nothing, then or later.
    pub(crate) fn notice(
        &self,
        owner: &PersonId,
        mailbox: &Mailbox,
        now: i64,
        switches: &NotificationSwitches,
    ) {
        let due = now.saturating_add(switches.latency_seconds);
        let mut subscriptions = lock(&self.subscriptions);
        for subscription in subscriptions.iter_mut().filter(|one| one.owner == *owner) {
            for content in subscription.news(mailbox) {
                if !subscription.is_paused {
                    self.outbox.put(
                        &subscription.id,
                        &subscription.notification_url,
                        content,
                        due,
                    );
                }
            }
        }
    }

    /// All of them, for people and test suites.
    pub(crate) fn views(&self) -> Vec<SubscriptionView> {
        lock(&self.subscriptions)
            .iter()
            .map(SubscriptionView::from)
            .collect()
    }

    /// How many notifications wait, and the latest attempts to deliver.
    pub(crate) fn traffic(&self) -> (usize, Vec<Attempt>) {
        (self.outbox.waiting(), self.outbox.attempts())
    }

    /// Waits until everything that is due has been tried.
    pub(crate) async fn settled(&self, clock: &Clock) {
        let mut changes = self.outbox.changes();
        // The sender lives as long as `self`, so waiting never fails.
        while !self.outbox.is_quiet(clock.now()) && changes.changed().await.is_ok() {}
    }
}

fn room(subscriptions: &[Subscription], owner: &PersonId, most: usize) -> Result<(), TooMany> {
    let taken = subscriptions
        .iter()
        .filter(|one| one.owner == *owner)
        .count();
    if taken < most {
        Ok(())
    } else {
        Err(TooMany(most))
    }
}
