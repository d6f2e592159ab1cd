//! The sample page, and behind it emulator and backend on two loopback origins in one process.
//!
//! [`Demo::start`] listens ([`listen`]), builds emulator and backend ([`house`]) on ground that stays when the demo starts
//! over ([`ground`]), and serves the page ([`site`]). [`steps`] tells what just happened, without a place for secrets.

pub mod clock;
pub mod data;
mod demo;
pub mod ground;
pub mod house;
pub mod listen;
mod options;
pub mod site;
pub mod steps;

pub use demo::{Demo, StartError};
pub use options::Options;
