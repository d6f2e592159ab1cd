//! The emulated Graph, as a client meets it: over HTTP, against a started emulator.
//!
//! Each test names the line of the Graph fact sheet (E1–E66) that it holds the emulator to.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that fails fails its test"
)]

mod attaching;
mod attachments;
mod batches;
mod bodies;
mod changes;
mod corpus;
mod folders;
mod identity;
mod ids;
mod limits;
mod mailbox;
mod notifications;
mod pages;
mod queries;
mod searches;
mod seeding;
mod selections;
mod standing;
mod throttling;
mod transport;
mod troubles;
mod uploads;
