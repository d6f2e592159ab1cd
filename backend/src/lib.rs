//! The confidential side of connect-outlook: it redeems codes, keeps tokens sealed, refreshes them, and serves the mailbox.

pub mod clock;
pub mod config;
pub mod entra;
pub mod graph;
pub mod outbound;
pub mod random;
pub mod steps;
pub mod strict_json;
pub mod vault;
