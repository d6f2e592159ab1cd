//! What clients send, read and checked: properties of messages, attachments, parameters of actions, MIME.
//!
//! The fact sheet says that refusals are 400; their codes are chosen after Exchange Web Services.

mod attachments;
mod edits;
mod json;
mod mime;
mod parameters;
mod values;

pub(crate) use attachments::{ANY_BYTES, Circumstances, attachment, weight};
pub(crate) use edits::Edits;
pub(crate) use json::object;
pub(crate) use mime::{is_mime, letter_of_mime};
pub(crate) use parameters::{Destination, FolderInput, Reply, Sending};
