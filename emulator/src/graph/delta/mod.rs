//! Delta queries (graph-mail §10): what is in a folder, and from then on what changes.
//!
//! A client goes round after round. The first [`Round`] tells everything, each later one what changed since the round
//! before; a round may take several pages. Nothing is kept here for it: where a client stands, and what it asked for, is in
//! the [`SyncState`] that stands in its links. Only which of them are still good is remembered, by [`SyncStates`].
//!
//! [`messages`] and [`folders`] find out from the journal what a round has to tell.

pub(crate) mod folders;
pub(crate) mod messages;
mod options;
mod round;
mod state;
mod states;

pub(crate) use messages::Told;
pub(crate) use options::Options;
pub(crate) use round::{Candidate, Page, Round};
pub(crate) use state::{Collection, Position, SyncState};
pub(crate) use states::SyncStates;
