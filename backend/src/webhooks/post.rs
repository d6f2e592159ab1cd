//! One request, and what its answer comes to.

use std::error::Error;
use std::io;

use connect_outlook_protocol::webhook::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, redirect, retry, tls};

use super::Rules;
use super::lookup::{Guarded, LookUp, SystemsWay, UnsafeAddress};
use crate::outbound::{Distrust, NoClient, install_ring};

/// Posts to webhooks.
#[derive(Clone, Debug)]
pub struct Poster {
    client: Client,
    rules: Rules,
}

/// What is posted.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Names the event.
    pub id: String,
    /// When it is tried, unix seconds.
    pub timestamp: i64,
    /// All of them.
    pub signature: String,
    /// Byte for byte what was signed.
    pub body: Vec<u8>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The receiver has it: 2xx.
    Taken {
        /// Of HTTP.
        status: u16,
    },
    /// The receiver wants no more, ever: 410.
    Gone,
    /// Any other status; a redirect too, which nobody follows (R147).
    Refused {
        /// Of HTTP.
        status: u16,
        /// Seconds asked to wait, if the answer says so in a usable way; at most a day.
        retry_after: Option<i64>,
    },
    /// No answer, and why, by a stable name: `unsafe_address`, `not_connected`, `not_secure`, `timed_out`, `broken`.
    None(&'static str),
}

impl Poster {
    /// # Errors
    /// [`NoClient`] when this machine has no certificates to trust.
    pub fn new(rules: Rules) -> Result<Self, NoClient> {
        Self::by(rules, SystemsWay)
    }

    pub(super) fn by(rules: Rules, way: impl LookUp) -> Result<Self, NoClient> {
        install_ring();
        let client = Client::builder()
            .user_agent(concat!("connect-outlook/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Guarded::new(rules.clone(), way))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .https_only(!rules.insecure)
            .tls_version_min(tls::Version::TLS_1_2)
            // What was judged is what is connected to, each time.
            .pool_max_idle_per_host(0)
            .connect_timeout(rules.timeout / 3)
            // Nobody asked for it; and nothing of an answer is unpacked.
            .no_gzip()
            .timeout(rules.timeout)
            .build()?;
        Ok(Self { client, rules })
    }

    /// The rules it goes by.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Posts once.
    pub async fn post(&self, url: &str, letter: Letter) -> Answer {
        // The settings may have changed since it was added; and literal addresses are never looked up (R145).
        let Ok(url) = self.rules.judge(url) else {
            return Answer::None("unsafe_address");
        };
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT_ENCODING, "identity")
            .header(ID_HEADER, letter.id)
            .header(TIMESTAMP_HEADER, letter.timestamp)
            .header(SIGNATURE_HEADER, letter.signature)
            .body(letter.body);
        match request.send().await {
            Ok(response) => judge(response).await,
            Err(error) => Answer::None(why(&error)),
        }
    }
}

/// By its head alone. A little of the body is read, so that a receiver can end what it writes, and none is kept (R149).
async fn judge(mut response: Response) -> Answer {
    let status = response.status().as_u16();
    let wish = response.headers().get(RETRY_AFTER);
    let retry_after = wish.and_then(|value| seconds(value.to_str().ok()?));
    let mut read = 0;
    while read < MOST_READ
        && let Ok(Some(piece)) = response.chunk().await
    {
        read += piece.len();
    }
    match status {
        200..=299 => Answer::Taken { status },
        410 => Answer::Gone,
        _ => Answer::Refused {
            status,
            retry_after,
        },
    }
}

fn why(error: &reqwest::Error) -> &'static str {
    if has::<UnsafeAddress>(error) {
        "unsafe_address"
    } else if Distrust::in_error(error).is_some() {
        "not_secure"
    } else if error.is_connect() {
        // Also where nobody was let in within the time: nothing has been sent.
        "not_connected"
    } else if error.is_timeout() {
        "timed_out"
    } else {
        "broken"
    }
}

/// Whether something of this kind is among the causes.
fn has<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        let inside = error.downcast_ref::<io::Error>();
        cause = match inside.and_then(io::Error::get_ref) {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    false
}

/// The plain number form; a date, a negative or a word is no wish we can follow, an absurd number is cut.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
}

/// Bytes of an answer that are read (R149).
const MOST_READ: usize = 4096;

/// Seconds that a receiver may ask to wait (R154).
const LONGEST_WAIT: i64 = 86_400;

#[cfg(test)]
#[path = "post_tests.rs"]
mod tests;
