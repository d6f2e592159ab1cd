//! Change notifications (graph-mail §16): who is told of changes in mailboxes, and how they reach them.
//!
//! A [`Subscription`] says what is watched and where to tell it. [`Wanted`] is one as a client asks for it; its addresses
//! must answer the [`handshake`] first. [`Notifications`] keeps the subscriptions, reads what is new in the journals of
//! their mailboxes, and puts it into the [`outbox`], from which the [`courier`] delivers it over HTTP to this machine.

mod courier;
mod handshake;
mod lifecycle;
mod news;
mod outbox;
mod place;
mod receiver;
mod register;
mod subscription;
mod wanted;

pub(crate) use courier::carry;
pub(crate) use handshake::shake_hands;
pub use lifecycle::LifecycleEvent;
pub use outbox::{Attempt, Delivery};
pub(crate) use place::Place;
pub(crate) use register::{Notifications, TooMany};
pub use subscription::{ChangeType, SubscriptionView};
pub(crate) use subscription::{Subscription, Watched, is_own};
pub(crate) use wanted::{Renewal, Wanted};
