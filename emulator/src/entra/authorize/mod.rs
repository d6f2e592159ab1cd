//! `/authorize` and the pages behind it: read the request → decide what comes next → show a page or answer the app.

mod action;
mod admin_consent;
mod agree;
mod answer_trouble;
mod bars;
mod brought;
mod decide;
mod delivery;
mod ending;
mod flow;
mod purpose;
mod request;
mod show;
mod show_trouble;
mod steps;
mod visit;

pub(in crate::entra) use admin_consent::{first_edition, second_edition};
pub(in crate::entra) use delivery::{Answer, found};
pub(crate) use flow::{FlowId, Flows};
pub(in crate::entra) use request::AuthorizeRequest;
pub(super) use steps::{begin, begin_with, go_on};
