//! Webhooks: addresses that are told of events, and the deliveries on their way to them.
//!
//! 1. Every event is written in the transaction of its change (`events`). That is all a request waits for.
//! 2. [`spread_events`](super::Vault::spread_events) makes a delivery of each for every webhook that wants it. A webhook's
//!    position says up to where that was done, so none is left out and none made twice.
//! 3. [`take_delivery`](super::Vault::take_delivery) gives one process the right to one try, for a while: its lease is by
//!    the database's clock and has a fencing number. A process that dies leaves a lease that lapses (F63).
//! 4. [`end_delivery`](super::Vault::end_delivery) records how it ended. Who was overtaken records nothing.

mod deliveries;
mod end;
mod endpoints;
mod redeliver;
mod secrets;
mod spread;
mod take;

pub use deliveries::{DeliveryFacts, DeliveryPage};
pub use end::{Ended, TryEnd};
pub use endpoints::{AddWebhookError, MOST_WEBHOOKS, NewWebhook, Webhook};
pub use spread::{MOST_WAITING, Spread};
pub use take::{AT_ONCE, DELIVERY_LEASE, Delivery};

use crate::clock::UnixTime;

/// Why a webhook gets nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disabled {
    /// It said so: 410 (F61).
    Gone,
    /// Nothing arrived for [`FAILING_DAYS`] days.
    Failing,
}

impl Disabled {
    /// Its stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Gone, Self::Failing]
            .into_iter()
            .find(|one| one.code() == code)
    }
}

/// How far a delivery came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is tried, or will be.
    Waiting,
    /// The receiver said that it has it.
    Delivered,
    /// It was tried for days.
    GivenUp,
}

impl DeliveryState {
    /// Its name on the wire, and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::GivenUp]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// Whether a lease runs. One that ends too late was given by a clock that has been put back since (F40).
fn runs(until: UnixTime, now: UnixTime) -> bool {
    now < until && until <= now.plus(2 * DELIVERY_LEASE)
}

/// Days for which every try may fail before a webhook is disabled.
pub const FAILING_DAYS: i64 = 5;
