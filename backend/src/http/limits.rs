//! How often: by client address and kind of request, by session where mail is read, by its bytes too, and by API key
//! (D1, D2, D12). Each process counts for itself, in memory; health is never limited.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use super::bandwidth::Bandwidth;
use super::buckets::{Buckets, TooSoon};
use super::client::{Client, client};
use super::codes::Code;
use super::error::Problem;
use super::wrong_handles::{AskLater, WrongHandles};
use super::{Door, cookies};
use crate::app::ApiKeyId;
use crate::clock::Clock;
use crate::meters;

/// Requests a minute, each figure also the most at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Attempts begun, by client.
    pub starts: NonZeroU32,
    /// Callbacks handed over, by client.
    pub callbacks: NonZeroU32,
    /// Everything below `/v1`, by client.
    pub requests: NonZeroU32,
    /// Requests for mail, by session.
    pub mail: NonZeroU32,
    /// Megabytes of mail to and fro, by session; what is beyond is not refused but slowed down.
    pub mail_megabytes: NonZeroU32,
    /// Pages of links looked at, by client.
    pub link_opens: NonZeroU32,
    /// Links confirmed, by API key.
    pub confirms: NonZeroU32,
    /// Everything under an API key, by key.
    pub api: NonZeroU32,
}

/// What a route costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nothing: health.
    None,
    /// It begins an attempt.
    Start,
    /// It ends one.
    Callback,
    /// It is one of the others.
    Request,
    /// It reads mail.
    Mail,
    /// It shows the page of a link.
    LinkOpen,
    /// The integrator's server asks.
    Api,
    /// It confirms a link.
    Confirm,
}

impl Limit {
    /// As the meters have it.
    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Start => "start",
            Self::Callback => "callback",
            Self::Request => "request",
            Self::Mail => "mail",
            Self::LinkOpen => "link_open",
            Self::Api => "api",
            Self::Confirm => "confirm",
        }
    }
}

/// The buckets of this process.
#[derive(Debug)]
pub struct Limits {
    proxies: Vec<IpNet>,
    starts: Buckets<Client>,
    callbacks: Buckets<Client>,
    requests: Buckets<Client>,
    mail: Buckets<u64>,
    bandwidth: Arc<Bandwidth>,
    wrong_handles: WrongHandles,
    link_opens: Buckets<Client>,
    confirms: Buckets<ApiKeyId>,
    api: Buckets<ApiKeyId>,
    hasher: RandomState,
}

impl Limits {
    /// Full buckets. Behind `proxies` the client is whom they name.
    #[must_use]
    pub fn new(rates: Rates, proxies: Vec<IpNet>, clock: &Clock) -> Arc<Self> {
        let by_client = |a_minute| Buckets::new(a_minute, KEYS, clock.clone());
        Arc::new(Self {
            proxies,
            starts: by_client(rates.starts),
            callbacks: by_client(rates.callbacks),
            requests: by_client(rates.requests),
            mail: Buckets::new(rates.mail, KEYS, clock.clone()),
            bandwidth: Bandwidth::new(rates.mail_megabytes, KEYS, clock),
            wrong_handles: WrongHandles::new(clock),
            link_opens: by_client(rates.link_opens),
            confirms: Buckets::new(rates.confirms, KEYS, clock.clone()),
            api: Buckets::new(rates.api, KEYS, clock.clone()),
            hasher: RandomState::new(),
        })
    }

    fn admit(&self, limit: Limit, request: &Request) -> Result<(), TooSoon> {
        match limit {
            Limit::None => return Ok(()),
            Limit::Api | Limit::Confirm => return self.admit_key(limit, request),
            _ => {}
        }
        if let Some(client) = client(request, &self.proxies) {
            self.requests.admit(&client)?;
            match limit {
                Limit::Start => self.starts.admit(&client)?,
                Limit::Callback => self.callbacks.admit(&client)?,
                Limit::LinkOpen => self.link_opens.admit(&client)?,
                _ => {}
            }
        }
        match self.reader(limit, request) {
            Some(reader) => self.mail.admit(&reader),
            None => Ok(()),
        }
    }

    /// Whose mail it is that a request moves: the session by a keyed hash. Nothing of the handle stays, and nobody can aim
    /// at another's bucket.
    fn reader(&self, limit: Limit, request: &Request) -> Option<u64> {
        let session = cookies::session(request.headers()).filter(|_| limit == Limit::Mail)?;
        Some(self.hasher.hash_one(session.expose()))
    }

    /// The guard has put the key there; by address the request was counted before it.
    fn admit_key(&self, limit: Limit, request: &Request) -> Result<(), TooSoon> {
        let Some(key) = request.extensions().get::<ApiKeyId>() else {
            return Ok(());
        };
        self.api.admit(key)?;
        if limit == Limit::Confirm {
            self.confirms.admit(key)?;
        }
        Ok(())
    }
}

/// Lets through what is within the limits of its route.
pub(super) async fn check(
    State((door, limit)): State<(Door, Limit)>,
    request: Request,
    next: Next,
) -> Response {
    let reader = door.limits.reader(limit, &request);
    let shows = shows_handle(request.headers());
    let guesses = shows || [Limit::LinkOpen, Limit::Start].contains(&limit);
    let guesser = guesses.then(|| client(&request, &door.limits.proxies));
    if let Err(TooSoon(seconds)) = door.limits.admit(limit, &request) {
        meters::refused(limit.name());
        tracing::info!(?limit, seconds, "a client has to wait");
        return wait(&door, request.headers(), seconds);
    }
    let slow = |body| match reader {
        Some(reader) => door.limits.bandwidth.slow(reader, body),
        None => body,
    };
    let response = next.run(request.map(slow)).await.map(slow);
    // What opened nothing was looked up already: whoever is right never comes here.
    let wrong = (shows && response.status() == StatusCode::UNAUTHORIZED)
        || response.extensions().get().is_some_and(Problem::is_guess);
    match guesser.flatten().filter(|_| wrong) {
        None => response,
        Some(client) => match door.limits.wrong_handles.hold_back(client).await {
            Ok(()) => response,
            Err(AskLater(seconds)) => wait(&door, &HeaderMap::new(), seconds),
        },
    }
}

/// Whether a request shows what is to open something, usable or not.
fn shows_handle(headers: &HeaderMap) -> bool {
    cookies::shows_session(headers) || headers.contains_key(header::AUTHORIZATION)
}

fn wait(door: &Door, headers: &HeaderMap, seconds: u32) -> Response {
    let problem = Problem::from(Code::TooManyRequests).after(Some(seconds));
    let mode = headers.get("sec-fetch-mode");
    if mode.is_some_and(|mode| mode == "navigate") {
        return problem.on_page(&door.base).into_response();
    }
    problem.into_response()
}

/// Clients, or sessions, of one minute that a process tells apart: some 10 MB at the most.
const KEYS: usize = 100_000;
