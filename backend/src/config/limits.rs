//! How often browsers and servers may ask.

use std::num::NonZeroU32;

use ipnet::IpNet;

use super::error::ConfigError;
use super::reader::{number, optional};
use super::sources::Sources;

/// Requests a minute, each figure also the most at once (D1), and what may be open at once (D4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Attempts begun, by client address.
    pub starts: NonZeroU32,
    /// Callbacks handed over, by client address.
    pub callbacks: NonZeroU32,
    /// Everything below `/v1`, by client address.
    pub requests: NonZeroU32,
    /// Requests for mail, by session.
    pub mail: NonZeroU32,
    /// Megabytes of mail to and fro, by session (D12).
    pub mail_megabytes: NonZeroU32,
    /// Attempts open at once, by browser: beyond, the oldest is dropped (D4).
    pub attempts_per_browser: u32,
    /// Attempts open at once, of all browsers: beyond, none begins (D4).
    pub open_attempts: u32,
    /// Pages of links looked at, by client address.
    pub link_opens: NonZeroU32,
    /// Links confirmed, by API key.
    pub confirms: NonZeroU32,
    /// Everything under an API key, by key.
    pub api: NonZeroU32,
}

pub(super) fn read(from: &mut Sources) -> Result<RequestLimits, ConfigError> {
    Ok(RequestLimits {
        starts: optional(from, "limit_starts", "10", a_minute)?,
        callbacks: optional(from, "limit_callbacks", "30", a_minute)?,
        requests: optional(from, "limit_requests", "600", a_minute)?,
        mail: optional(from, "limit_mail", "240", a_minute)?,
        mail_megabytes: optional(from, "limit_mail_megabytes", "300", megabytes)?,
        attempts_per_browser: optional(from, "attempts_per_browser", "5", |text| {
            number(text, 1..=100).ok_or("must be a number from 1 to 100")
        })?,
        open_attempts: optional(from, "open_attempts", "10000", |text| {
            number(text, 1..=1_000_000).ok_or("must be a number from 1 to 1000000")
        })?,
        link_opens: optional(from, "limit_link_opens", "30", a_minute)?,
        confirms: optional(from, "limit_confirms", "60", a_minute)?,
        api: optional(from, "limit_api", "600", a_minute)?,
    })
}

fn a_minute(text: &str) -> Result<NonZeroU32, &'static str> {
    up_to(MOST, text).ok_or("must be a number from 1 to 1000000: so many a minute")
}

fn megabytes(text: &str) -> Result<NonZeroU32, &'static str> {
    up_to(MOST_MEGABYTES, text).ok_or("must be a number from 1 to 4000: so many a minute")
}

fn up_to(most: u32, text: &str) -> Option<NonZeroU32> {
    number(text, 1..=most).and_then(NonZeroU32::new)
}

/// Addresses and networks, space-separated.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, &'static str> {
    let one = |word: &str| {
        let network = word.parse().ok();
        network.or_else(|| Some(IpNet::from(word.parse::<std::net::IpAddr>().ok()?)))
    };
    text.split_ascii_whitespace()
        .map(one)
        .collect::<Option<_>>()
        .ok_or("must be addresses or networks, such as 10.0.0.0/8")
}

const MOST: u32 = 1_000_000;
/// What a count of bytes in 32 bits can hold.
const MOST_MEGABYTES: u32 = 4_000;
