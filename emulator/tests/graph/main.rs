//! The emulated Graph, as a client meets it: over HTTP, against a started emulator.
//!
//! Each test names the line of the Graph fact sheet (E1–E66) that it holds the emulator to.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that fails fails its test"
)]

mod answers;
mod apps;
mod attaching;
mod attachments;
mod batches;
mod bodies;
mod changes;
mod corpus;
mod deletions;
mod delivery;
mod deltas;
mod drafts;
mod folder_changes;
mod folders;
mod guests;
mod identity;
mod ids;
mod limits;
mod mailbox;
mod mime;
mod notifications;
mod pages;
mod queries;
mod revocations;
mod searches;
mod seeding;
mod selections;
mod sending;
mod sharing;
mod standing;
mod throttling;
mod translation;
mod transport;
mod troubles;
mod uploads;
