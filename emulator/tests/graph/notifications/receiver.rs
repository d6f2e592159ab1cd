//! A client's program on this machine: it is asked for the handshake, and notified.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};
use url::form_urlencoded;

/// The program, and what has arrived at it.
pub(crate) struct Receiver {
    origin: String,
    manners: Arc<Mutex<Manners>>,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
}

/// One request, as it arrived.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) path: String,
    /// As it was sent, still encoded.
    pub(crate) query: String,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// How the program answers.
#[derive(Clone, Debug)]
pub(crate) struct Manners {
    pub(crate) handshake: Handshake,
    /// The status in answer to notifications; none for no answer at all.
    pub(crate) taking: Option<u16>,
}

/// What it answers to a validation token.
#[derive(Clone, Debug)]
pub(crate) enum Handshake {
    /// The token, with this status and content type.
    Token(u16, &'static str),
    /// The token as it stood in the address.
    Undecoded,
    /// Something else.
    Other(&'static str),
    /// Nothing.
    Silence,
}

impl Receiver {
    /// One that does as it is told.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let manners = Arc::new(Mutex::new(Manners {
            handshake: Handshake::Token(200, "text/plain"),
            taking: Some(202),
        }));
        let (sender, arrivals) = mpsc::unbounded_channel();
        let routes = Router::new()
            .fallback(receive)
            .with_state((Arc::clone(&manners), sender));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            origin: format!("http://{address}"),
            manners,
            arrivals,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Changes how it answers.
    pub(crate) fn answers(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.manners.lock().expect("not poisoned"));
    }

    /// The next request, which must come.
    pub(crate) async fn next(&mut self) -> Arrival {
        self.arrivals.recv().await.expect("a request")
    }

    /// Everything that has arrived since this was asked last.
    pub(crate) fn arrived(&mut self) -> Vec<Arrival> {
        std::iter::from_fn(|| self.arrivals.try_recv().ok()).collect()
    }

    /// The entries of all notifications that have arrived since.
    pub(crate) fn told(&mut self) -> Vec<Value> {
        let bodies = self.arrived().into_iter().map(|arrival| arrival.entries());
        bodies.flatten().collect()
    }
}

impl Arrival {
    /// The entries of the collection in its body.
    pub(crate) fn entries(&self) -> Vec<Value> {
        let body: Value = serde_json::from_str(&self.body).expect("JSON");
        body["value"].as_array().expect("a collection").clone()
    }
}

type Shared = (Arc<Mutex<Manners>>, mpsc::UnboundedSender<Arrival>);

async fn receive(
    State((manners, sender)): State<Shared>,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: String,
) -> Response {
    let manners = manners.lock().expect("not poisoned").clone();
    let query = query.unwrap_or_default();
    let content_type = headers.get("content-type").expect("a content type");
    let arrival = Arrival {
        path: uri.path().to_owned(),
        query: query.clone(),
        content_type: content_type.to_str().expect("text").to_owned(),
        body,
    };
    // A test that has seen enough has dropped the other end.
    let _unheard = sender.send(arrival);
    match token(&query) {
        Some(token) => shake(&manners, &query, token).await,
        None => match manners.taking {
            Some(status) => answer(status, "text/plain", String::new()),
            None => std::future::pending().await,
        },
    }
}

async fn shake(manners: &Manners, query: &str, token: String) -> Response {
    match manners.handshake {
        Handshake::Token(status, kind) => answer(status, kind, token),
        Handshake::Undecoded => {
            let raw = query.split("validationToken=").nth(1).unwrap_or_default();
            answer(200, "text/plain", raw.to_owned())
        }
        Handshake::Other(text) => answer(200, "text/plain", text.to_owned()),
        Handshake::Silence => std::future::pending().await,
    }
}

fn answer(status: u16, content_type: &str, body: String) -> Response {
    Response::builder()
        .status(StatusCode::from_u16(status).expect("a status"))
        .header("content-type", content_type)
        .body(Body::from(body))
        .expect("a response")
}

/// The decoded validation token of a query.
pub(crate) fn token(query: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(name, _)| name == "validationToken")
        .map(|(_, value)| value.into_owned())
}
