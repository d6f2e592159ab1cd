//! The confidential side of connect-outlook: it redeems codes, keeps tokens sealed, refreshes them, and serves the mailbox.

pub mod clock;
pub mod config;
pub mod entra;
pub mod outbound;
pub mod random;
pub mod strict_json;
pub mod vault;
