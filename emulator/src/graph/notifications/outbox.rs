//! Notifications on their way: what waits, what is out, and how it went.

use std::{
    collections::{HashSet, VecDeque},
    sync::Mutex,
};

use serde::Serialize;
use tokio::sync::watch;

use super::receiver::Receiver;
use crate::{graph::json::Object, lock::lock, switches::NotificationSwitches};

/// Everything that is to be delivered, and the latest attempts to.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: Vec<Letter>,
    /// Receivers that are being asked: each gets one request after the other.
    busy: HashSet<Receiver>,
    attempts: VecDeque<Attempt>,
    last_number: u64,
}

/// One notification that waits.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    number: u64,
    /// Whose.
    subscription: String,
    to: Receiver,
    /// The entry in the collection.
    pub(super) content: Object,
    /// Lifecycle notifications go out whatever becomes of the subscription.
    is_lifecycle: bool,
    is_held: bool,
    is_duplicate: bool,
    /// Unix seconds.
    due: i64,
    first_try: Option<i64>,
    tries: u32,
}

/// Notifications that go out in one request.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// Where to.
    pub(super) to: Receiver,
    /// In the order of the collection.
    pub(super) letters: Vec<Letter>,
}

/// How a request with notifications went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Taken: an answer of the two hundreds.
    Taken(u16),
    /// Any other answer.
    Refused(u16),
    /// No answer within ten seconds.
    TooSlow,
    /// No connection, or one that broke.
    Unreachable,
}

/// A request with notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// When it ended, unix seconds of the emulator's clock.
    pub time: i64,
    /// Where to.
    pub url: String,
    /// The subscriptions whose notifications it carried, one for each.
    pub subscriptions: Vec<String>,
    /// How it went.
    pub delivery: Delivery,
    /// When it is tried again, if it is.
    pub again_at: Option<i64>,
}

impl Outbox {
    /// Puts in a change notification of `subscription`, to go out at `due`.
    pub(super) fn put(&self, subscription: &str, to: &Receiver, content: Object, due: i64) {
        self.add(subscription, to, content, due, false);
    }

    /// Puts in a lifecycle notification, to go out now.
    pub(super) fn put_lifecycle(
        &self,
        subscription: &str,
        to: &Receiver,
        content: Object,
        now: i64,
    ) {
        self.add(subscription, to, content, now, true);
    }

    /// Holds back what waits for `subscription`, or lets it go.
    pub(super) fn hold(&self, subscription: &str, is_held: bool) {
        for letter in &mut lock(&self.inner).waiting {
            if letter.subscription == subscription && !letter.is_lifecycle {
                letter.is_held = is_held;
            }
        }
        self.changed.send_replace(());
    }

    /// Throws away what waits for `subscription`, except for its lifecycle notifications.
    pub(super) fn drop_changes_of(&self, subscription: &str) {
        let stays = |letter: &Letter| letter.is_lifecycle || letter.subscription != subscription;
        lock(&self.inner).waiting.retain(stays);
        self.changed.send_replace(());
    }

    /// Takes out what is due at `now`: one bundle for each receiver that is not being asked already.
    pub(super) fn take_due(&self, now: i64, switches: &NotificationSwitches) -> Vec<Bundle> {
        let mut inner = lock(&self.inner);
        let (mut due, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut inner.waiting)
            .into_iter()
            .partition(|letter| {
                letter.due <= now && !letter.is_held && !inner.busy.contains(&letter.to)
            });
        inner.waiting = rest;
        due.sort_by_key(|letter| letter.number);
        if switches.out_of_order {
            due.reverse();
        }
        let mut bundles: Vec<Bundle> = Vec::new();
        for letter in due {
            match bundles.iter_mut().find(|bundle| bundle.to == letter.to) {
                Some(bundle) if bundle.letters.len() < LARGEST_BUNDLE => {
                    bundle.letters.push(letter);
                }
                Some(_) => inner.waiting.push(letter),
                None => bundles.push(Bundle {
                    to: letter.to.clone(),
                    letters: vec![letter],
                }),
            }
        }
        inner
            .busy
            .extend(bundles.iter().map(|bundle| bundle.to.clone()));
        bundles
    }

    /// Notes how a bundle fared at `now`. What was not taken waits for its next try, until its time is over.
    pub(super) fn settle(
        &self,
        bundle: Bundle,
        delivery: Delivery,
        now: i64,
        switches: &NotificationSwitches,
    ) {
        let mut inner = lock(&self.inner);
        inner.busy.remove(&bundle.to);
        let subscriptions = bundle
            .letters
            .iter()
            .map(|letter| letter.subscription.clone())
            .collect();
        let was_taken = matches!(delivery, Delivery::Taken(_));
        let next = bundle
            .letters
            .into_iter()
            .filter_map(|letter| match was_taken {
                true => letter.again(now, switches.duplicates),
                false => letter.tried(now, switches.retry_seconds),
            });
        let next: Vec<Letter> = next.collect();
        inner.attempts.push_back(Attempt {
            time: now,
            url: bundle.to.to_string(),
            subscriptions,
            delivery,
            again_at: next.iter().map(|letter| letter.due).min(),
        });
        if inner.attempts.len() > MOST_ATTEMPTS {
            inner.attempts.pop_front();
        }
        inner.waiting.extend(next);
        drop(inner);
        self.changed.send_replace(());
    }

    /// When the next notification goes out that can, unix seconds.
    pub(super) fn next_due(&self) -> Option<i64> {
        let inner = lock(&self.inner);
        let can_go = |letter: &&Letter| !letter.is_held && !inner.busy.contains(&letter.to);
        inner
            .waiting
            .iter()
            .filter(can_go)
            .map(|letter| letter.due)
            .min()
    }

    /// Tells of everything that is put in, taken out or settled.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// How many notifications wait, now or later.
    pub(crate) fn waiting(&self) -> usize {
        lock(&self.inner).waiting.len()
    }

    /// The latest attempts, oldest first.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        lock(&self.inner).attempts.iter().cloned().collect()
    }

    /// Whether nothing is out and nothing is due at `now`.
    pub(super) fn is_quiet(&self, now: i64) -> bool {
        let inner = lock(&self.inner);
        let is_due = |letter: &Letter| letter.due <= now && !letter.is_held;
        inner.busy.is_empty() && !inner.waiting.iter().any(is_due)
    }

    fn add(
        &self,
        subscription: &str,
        to: &Receiver,
        content: Object,
        due: i64,
        is_lifecycle: bool,
    ) {
        let mut inner = lock(&self.inner);
        inner.last_number += 1;
        let letter = Letter {
            number: inner.last_number,
            subscription: subscription.to_owned(),
            to: to.clone(),
            content,
            is_lifecycle,
            is_held: false,
            is_duplicate: false,
            due,
            first_try: None,
            tries: 0,
        };
        inner.waiting.push(letter);
        drop(inner);
        self.changed.send_replace(());
    }
}

impl Letter {
    /// The letter once more after it was taken, if duplicates are wanted.
    fn again(self, now: i64, duplicates: bool) -> Option<Self> {
        (duplicates && !self.is_duplicate).then_some(Self {
            is_duplicate: true,
            due: now,
            ..self
        })
    }

    /// The letter for its next try, after a gap twice as long as the one before; none once `retry_seconds` have passed
    /// since the first (graph-mail §16.4). The gaps are chosen: ten seconds at first where four hours are.
    fn tried(mut self, now: i64, retry_seconds: i64) -> Option<Self> {
        let first = *self.first_try.get_or_insert(now);
        let gap = (retry_seconds / FIRST_GAPS)
            .max(1)
            .saturating_mul(1_i64 << self.tries.min(30));
        self.tries += 1;
        self.due = now.saturating_add(gap);
        (self.due <= first.saturating_add(retry_seconds)).then_some(self)
    }
}

/// The first gap is this part of the whole time: ten seconds of four hours.
const FIRST_GAPS: i64 = 1_440;
/// Chosen.
const LARGEST_BUNDLE: usize = 100;
const MOST_ATTEMPTS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::{Delivery, NotificationSwitches, Object, Outbox, Receiver};

    fn receiver() -> Receiver {
        Receiver::at("http://127.0.0.1:9/", true).expect("on this machine")
    }

    /// E60: gaps grow, and after four hours it is over.
    #[test]
    fn a_refused_notification_is_tried_at_growing_gaps_for_four_hours() {
        let (outbox, switches) = (Outbox::default(), NotificationSwitches::default());
        outbox.put("s", &receiver(), Object::new(), 0);
        let mut tries = Vec::new();
        while let Some(now) = outbox.next_due() {
            for bundle in outbox.take_due(now, &switches) {
                outbox.settle(bundle, Delivery::Refused(500), now, &switches);
                tries.push(now);
            }
        }
        assert_eq!(
            tries,
            [0, 10, 30, 70, 150, 310, 630, 1_270, 2_550, 5_110, 10_230]
        );
        assert_eq!(outbox.attempts().len(), tries.len());
    }

    /// A receiver gets one request after the other; what comes meanwhile goes out together.
    #[test]
    fn what_waits_for_a_busy_receiver_goes_out_together() {
        let (outbox, switches) = (Outbox::default(), NotificationSwitches::default());
        outbox.put("s", &receiver(), Object::new(), 0);
        let first = outbox.take_due(0, &switches).remove(0);
        outbox.put("s", &receiver(), Object::new(), 0);
        outbox.put("t", &receiver(), Object::new(), 0);
        assert!(outbox.take_due(0, &switches).is_empty() && outbox.next_due().is_none());
        outbox.settle(first, Delivery::Taken(202), 0, &switches);
        assert_eq!(outbox.take_due(0, &switches).remove(0).letters.len(), 2);
    }
}
