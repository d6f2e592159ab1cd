//! The stories: what visitors, strangers and time do to the house, told over HTTP against the real emulator and the real
//! backend. Each ends with the search for secrets in the vault's files and in the log.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on must stop loudly"
)]

mod api_keys;
mod attachments;
mod bad_input;
mod canaries;
mod commands;
mod connecting;
mod consent;
mod credentials;
mod databases;
mod doctor;
mod forgery;
mod https;
mod incidents;
mod keeping_fresh;
mod leaving;
mod links;
mod links_refused;
mod lost_answers;
mod noisy_neighbours;
mod operating;
mod refreshing;
mod saying_no;
mod sending;
mod server_driven;
mod serving;
mod sessions;
mod storm;
mod tampering;
mod time_limits;
mod webhook_commands;
mod webhooks;
mod wire;
