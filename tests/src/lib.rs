//! The harness of the stories: the real emulator and the real backend on loopback, a browser that keeps the rules browsers
//! keep, a page that does what the SDK does, and a search for whatever must not lie around.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on must stop loudly"
)]

pub mod browser;
pub mod canaries;
pub mod disk;
pub mod evidence;
pub mod house;
pub mod integrator;
pub mod letters;
pub mod logs;
pub mod page;
pub mod place;
pub mod program;
pub mod receiver;
pub mod sought;
pub mod storm;
mod visitor;
mod world;

pub use visitor::{Answering, Connected, FLOW_COOKIE, SESSION_COOKIE, Visitor};
pub use world::{Registered, Settings, World, signing_keys, story, story_with};
