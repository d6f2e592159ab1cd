//! What just happened: every message between page, server and Microsoft, told by names and sizes.
//!
//! A [`Step`] consists of words that stand in this program and of numbers, so no secret can be in one, whatever goes by:
//! there is no place to put it. Three witnesses are heard: the demo's own door ([`door`]) sees what page and server say to
//! each other, the emulator's record ([`wire`]) what reaches Microsoft, the backend ([`inner`]) what it does in between.
//! [`Watcher`] puts them in order ([`merge`]), [`Record`] keeps them.

pub mod door;
mod form;
pub mod inner;
pub mod merge;
pub mod record;
mod sizes;
mod step;
mod watcher;
pub mod wire;
mod words;

pub use record::Record;
pub use step::{Fact, Kind, Party, Sketch, Step, Told, Unit};
pub use watcher::Watcher;
