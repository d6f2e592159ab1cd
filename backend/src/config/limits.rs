//! How often browsers may ask.

use std::num::NonZeroU32;

use ipnet::IpNet;

use super::error::ConfigError;
use super::reader::optional;
use super::sources::Sources;

/// Requests a minute, each figure also the most at once (D1).
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
}

pub(super) fn read(from: &mut Sources) -> Result<RequestLimits, ConfigError> {
    Ok(RequestLimits {
        starts: optional(from, "limit_starts", "10", a_minute)?,
        callbacks: optional(from, "limit_callbacks", "30", a_minute)?,
        requests: optional(from, "limit_requests", "600", a_minute)?,
        mail: optional(from, "limit_mail", "240", a_minute)?,
    })
}

fn a_minute(text: &str) -> Result<NonZeroU32, &'static str> {
    let number = text.parse().ok().filter(|number| *number <= MOST);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    number
        .and_then(NonZeroU32::new)
        .filter(|_| digits)
        .ok_or("must be a number from 1 to 1000000: so many a minute")
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
