//! The router from outside: requests in, answers out, with a scripted Microsoft behind it where one is needed.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop as tests do")]

mod accounts_command;
mod api_keys;
mod asking;
mod attempts;
mod background;
mod bearer;
mod bodies;
mod browser;
mod claims;
mod closed_log;
mod configuration;
mod consent;
mod consent_domains;
mod consent_returns;
mod counted;
mod credentials;
mod door;
mod exchanged_keys;
mod identity;
mod limits;
mod limits_page;
mod mail;
mod microsoft;
mod outcomes;
mod refresh;
mod refresh_faults;
mod sending;
mod server_driven;
mod sessions;
mod table;
mod world;
