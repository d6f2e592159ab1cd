//! Microsoft Graph v1.0 mail, as it behaves in front of a client.
//!
//! A call goes through `serve`: who calls (`access`), what the path names (`path`), then one handler of `routes`.
//! Handlers read the mailbox (`store`), write it as Graph does (`render`, `ids`) and let `odata` choose and
//! order. What clients send is read by `input`; what they send to others goes through `post`, which delivers before and after
//! every call what is due by then. Refusals are `error::GraphError`. Mailboxes are made by `generator` when they are first opened.

mod access;
mod answer;
mod batch;
mod call;
mod delta;
mod error;
mod generator;
mod html;
mod ids;
mod input;
mod json;
mod limits;
mod mime;
mod notifications;
mod odata;
mod path;
mod post;
mod preferences;
mod quote;
mod readable;
mod render;
mod routes;
mod search;
mod seed;
mod serve;
mod settings;
mod store;
#[cfg(test)]
mod testing;
mod throttle;
mod times;
mod uploads;

pub use limits::{AnswerCase, GraphLimits};
pub use notifications::{Attempt, ChangeType, Delivery, LifecycleEvent, SubscriptionView};
pub use seed::{Correspondent, NewMail, SeedError};
pub use settings::MailSettings;

pub(crate) use batch::{Batches, serve as batches};
pub(crate) use delta::SyncStates;
pub(crate) use notifications::{Notifications, carry};
pub(crate) use readable::{readable, readable_graph};
pub(crate) use serve::{Graph, router};
pub(crate) use throttle::{Pair, guard as throttle};
pub(crate) use times::http_date;
pub(crate) use uploads::router as upload_router;
