//! `/authorize` and the pages behind it: read the request → decide what comes next → show a page or answer the app.

mod action;
mod decide;
mod delivery;
mod flow;
mod request;
mod show;
mod steps;
mod visit;

pub(in crate::entra) use delivery::found;
pub(crate) use flow::{FlowId, Flows};
pub(super) use steps::{begin, go_on};
