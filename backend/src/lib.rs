//! The confidential side of connect-outlook: it redeems codes, keeps tokens sealed, refreshes them, and serves the mailbox.

pub mod clock;
pub mod vault;
