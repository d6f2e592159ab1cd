//! The harness of the stories: the real emulator and the real backend on loopback, a browser that keeps the rules browsers
//! keep, a page that does what the SDK does, and a search for whatever must not lie around.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on must stop loudly"
)]

pub mod browser;
pub mod house;
