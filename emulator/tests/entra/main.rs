//! The identity platform from outside: real HTTP against a started emulator, redirects read and never followed. Each test
//! names the item of the sheet ("entra 41") that it shows. Nothing here comes from our protocol crate: vectors are
//! computed by hand or taken from the RFCs.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that fails fails its test"
)]

mod support;

mod admin_consent;
mod app_only;
mod applications;
mod assertions;
mod association;
mod authorize;
mod consent;
mod control;
mod device;
mod discovery;
mod guests;
mod https;
mod hybrid;
mod id_token;
mod instances;
mod logout;
mod manners;
mod on_behalf_of;
mod page_codes;
mod pages;
mod platforms;
mod redemption;
mod redirects;
mod refresh;
mod sessions;
mod start;
mod token_answers;
mod token_requests;
mod trouble;
mod withdrawals;
