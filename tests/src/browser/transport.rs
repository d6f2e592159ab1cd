//! Sending a request exactly as told, and keeping the answer whole.

use std::{net::SocketAddr, sync::LazyLock, sync::Once};

use reqwest::{Client, Method, Response, redirect::Policy};
use url::Url;

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Its headers, in order; a name may come twice.
    pub headers: Vec<(String, String)>,
    /// Its body, if any.
    pub body: Option<Vec<u8>>,
    /// Whether its answer may break off.
    pub may_break_off: bool,
}

impl Request {
    /// A request without headers or body.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: None,
            may_break_off: false,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Leaves out every header of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Sets the body and its type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", content_type)
    }

    /// Expects that the answer may break off ([`Answer::whole`]).
    #[must_use]
    pub fn may_break_off(mut self) -> Self {
        self.may_break_off = true;
        self
    }

    /// Sends it, following nothing.
    ///
    /// # Panics
    /// If there is no answer, or the request cannot be written.
    pub async fn send(self) -> Answer {
        let (url, may_break_off) = (self.url.clone(), self.may_break_off);
        let mut response = self.open().await;
        let status = response.status().as_u16();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect();
        let mut body = Vec::new();
        let whole = loop {
            match response.chunk().await {
                Ok(Some(piece)) => body.extend_from_slice(&piece),
                Ok(None) => break true,
                Err(error) if !may_break_off => panic!("{url}: {error:?}"),
                Err(_) => break false,
            }
        };
        Answer {
            url,
            status,
            headers,
            body: text(&body),
            whole,
        }
    }

    /// Sends it and leaves the body where it is.
    ///
    /// # Panics
    /// If there is no answer, or the request cannot be written.
    pub async fn open(self) -> Response {
        let mut builder = client().request(self.method, self.url.clone());
        for (name, value) in &self.headers {
            builder = builder.header(name, value.as_bytes());
        }
        if let Some(body) = self.body {
            builder = builder.body(body);
        }
        let sent = builder.send().await;
        sent.unwrap_or_else(|error| panic!("{}: {error:?}", self.url))
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked.
    pub url: Url,
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body as text.
    pub body: String,
    /// Whether all of it came.
    pub whole: bool,
}

impl Answer {
    /// The first header of this name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every header of this name (lower case).
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{} {}: {error}: {}", self.status, self.url, self.body))
    }

    /// The `code` of a problem (RFC 9457) or of an outcome.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn code(&self) -> String {
        let json = self.json();
        json["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no code in {json}"))
            .to_owned()
    }

    /// Everything of it that a page or its network log can see, for searching.
    #[must_use]
    pub fn as_text(&self) -> String {
        let lines = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"));
        format!(
            "{} {}\n{}\n{}",
            self.status,
            self.url,
            lines.collect::<String>(),
            self.body
        )
    }
}

/// The one connection pool: no redirects, no proxy, no cookies of its own; `localhost` is 127.0.0.1. Any certificate is good
/// enough for it: it is not the one on trial.
pub fn client() -> &'static Client {
    static CLIENT: LazyLock<Client> = LazyLock::new(|| {
        use_ring();
        Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .tls_danger_accept_invalid_certs(true)
            .resolve("localhost", SocketAddr::from(([127, 0, 0, 1], 0)))
            .build()
            .expect("a client")
    });
    &CLIENT
}

/// TLS by ring; the first to come sets it for the process.
fn use_ring() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Another room of this process may have been faster: it chose the same.
        let _already = rustls::crypto::ring::default_provider().install_default();
    });
}
