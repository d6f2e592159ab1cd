//! Calling Microsoft: one client for all that believe the same, built from nothing, and answers read up to a limit (R78).
//!
//! No redirects, no proxy from the environment, no cookies, no retries, no `Origin`. What an answer means is judged
//! elsewhere.

mod distrust;
mod opened;
pub mod turns;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use reqwest::{Certificate, Client, RequestBuilder, redirect, retry, tls};
use zeroize::Zeroizing;

pub use distrust::Distrust;
pub use opened::Opened;

use crate::clock::UnixTime;
use crate::meters;

/// Whom a client believes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Servers with a certificate the operating system trusts, TLS 1.2 or newer, nothing else.
    System,
    /// An emulator on loopback without TLS: no certificate at all is trusted.
    InsecureLoopback,
    /// An emulator on loopback with TLS 1.2 or newer, vouched for by one of these certificates in PEM and by nothing else.
    InsecureAuthority(Arc<str>),
}

/// How long to wait and how much to read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From sending to the last byte.
    pub total: Duration,
    /// Bytes of an answer, decompressed.
    pub body: usize,
}

/// A client that believes somebody. Whoever calls through it shares its connections, and the certificates it has read:
/// half a megabyte where it believes the system.
#[derive(Clone, Debug)]
pub struct Wire(Client);

/// Calls through a [`Wire`], within limits.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client,
    limits: Limits,
}

/// The client could not be built: the operating system has no certificates to trust.
#[derive(Debug, thiserror::Error)]
#[error("cannot prepare encrypted connections: {0}")]
pub struct NoClient(#[from] reqwest::Error);

/// An answer, whatever it says.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Whether the body calls itself JSON.
    pub is_json: bool,
    /// Seconds asked to wait, if the answer says so in a usable way; at most [`LONGEST_WAIT`].
    pub retry_after: Option<u32>,
    /// Every `WWW-Authenticate` that is text, in order.
    pub challenges: Vec<String>,
    /// Where a redirect leads, as it stands there. None is ever followed.
    pub location: Option<String>,
    /// The time by the server's clock, unix seconds, if it says.
    pub date: Option<i64>,
    /// The body, wiped on drop: it may hold tokens.
    pub body: Zeroizing<Vec<u8>>,
}

/// Why there is no answer. None of them tells anything about the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReply {
    /// No connection came about: the request was never processed.
    #[error("no connection")]
    NotConnected,
    /// A connection came about and is not secure: nothing was sent (F19).
    #[error("TLS failure: {0}")]
    NotSecure(Distrust),
    /// Sent, and no whole answer within the time: whether it was processed is unknown.
    #[error("no answer in time")]
    TimedOut,
    /// Sent, and the connection broke: whether it was processed is unknown.
    #[error("the connection broke")]
    Broken,
    /// The answer is longer than anything Microsoft sends here.
    #[error("the answer is too long")]
    TooLong,
}

impl Wire {
    /// # Errors
    /// [`NoClient`] when [`Trust::System`] finds no certificates on this machine.
    pub fn new(trust: &Trust) -> Result<Self, NoClient> {
        install_ring();
        let builder = Client::builder()
            .user_agent(concat!("connect-outlook/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT);
        let builder = match trust {
            Trust::System => builder
                .https_only(true)
                .tls_version_min(tls::Version::TLS_1_2),
            Trust::InsecureLoopback => builder.tls_certs_only([]),
            Trust::InsecureAuthority(authority) => builder
                .https_only(true)
                .tls_version_min(tls::Version::TLS_1_2)
                .tls_certs_only(certificates(authority).map_err(NoClient)?),
        };
        Ok(Self(builder.build().map_err(NoClient)?))
    }

    /// Calls within these limits.
    #[must_use]
    pub fn within(&self, limits: Limits) -> Outbound {
        Outbound {
            client: self.0.clone(),
            limits,
        }
    }
}

impl Outbound {
    /// A `GET` to be filled in.
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.client.get(url).timeout(self.limits.total)
    }

    /// A `POST` to be filled in.
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.client.post(url).timeout(self.limits.total)
    }

    /// A `DELETE` to be filled in.
    pub fn delete(&self, url: &str) -> RequestBuilder {
        self.client.delete(url).timeout(self.limits.total)
    }

    /// Sends and reads the whole answer.
    ///
    /// # Errors
    /// [`NoReply`] when there is no whole answer.
    pub async fn send(&self, request: RequestBuilder) -> Result<Reply, NoReply> {
        let response = request.send().await.map_err(|error| why(&error))?;
        Opened::new(response, self.limits.body).whole().await
    }

    /// Sends and reads the head of the answer, whose body may take long and be of any size.
    ///
    /// # Errors
    /// [`NoReply`] when there is no head.
    pub async fn open_long(&self, request: RequestBuilder) -> Result<Opened, NoReply> {
        // Lengths are those of the content itself only where nothing is compressed.
        let request = request
            .header(ACCEPT_ENCODING, "identity")
            .timeout(LONGEST_BODY);
        let response = tokio::time::timeout(QUIET, request.send())
            .await
            .map_err(|_| NoReply::TimedOut)?
            .map_err(|error| why(&error))?;
        Ok(Opened::new(response, self.limits.body))
    }
}

/// The certificates of an authority, if that is what the text holds.
///
/// # Errors
/// [`reqwest::Error`] for another text. One without any certificate is fine and has none.
pub fn certificates(pem: &str) -> Result<Vec<Certificate>, reqwest::Error> {
    Certificate::from_pem_bundle(pem.as_bytes())
}

/// Only what goes wrong while connecting is known to have come before the request.
fn why(error: &reqwest::Error) -> NoReply {
    if error.is_connect() {
        Distrust::in_error(error).map_or(NoReply::NotConnected, refused)
    } else if error.is_timeout() {
        NoReply::TimedOut
    } else {
        NoReply::Broken
    }
}

fn refused(reason: Distrust) -> NoReply {
    meters::tls_failure(reason.name());
    tracing::warn!(reason = reason.name(), "TLS failure: {reason}");
    NoReply::NotSecure(reason)
}

fn challenges(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok().map(str::to_owned))
        .collect()
}

fn is_json(headers: &HeaderMap) -> bool {
    essence(headers).eq_ignore_ascii_case("application/json")
}

/// `Date` in the one form that servers write (RFC 9110 section 5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<i64> {
    let (_, text) = text.strip_suffix(" GMT")?.split_once(", ")?;
    let mut parts = text.split(' ');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let time = parts.next().filter(|_| parts.next().is_none())?;
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let time = UnixTime::from_rfc3339(&format!("{year}-{month:02}-{day}T{time}Z"))?;
    Some(time.0)
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The content type without its parameters.
fn essence(headers: &HeaderMap) -> &str {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}

/// The plain number form only; a date, a negative or a word is no wish we can follow, an absurd number is cut.
fn seconds(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
}

/// TLS by ring. A program that mounts our router may have chosen a provider already; that choice stands.
pub(crate) fn install_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

const CONNECT: Duration = Duration::from_secs(3);

/// How long a body of [`Outbound::open_long`] may be silent.
const QUIET: Duration = Duration::from_secs(30);

/// How long it may take: 150 MB, the most that a mailbox holds in one piece, at 350 kbit/s.
const LONGEST_BODY: Duration = Duration::from_secs(60 * 60);

/// The longest wait we pass on, in seconds.
pub const LONGEST_WAIT: u32 = 3_600;

#[cfg(test)]
pub(crate) mod silence;
#[cfg(test)]
mod tests;
