//! A receiver of webhooks, as an integrator's server is one: it keeps what came and answers as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Came {
    /// All of them.
    pub headers: HeaderMap,
    /// Byte for byte.
    pub body: Bytes,
}

/// What it answers.
#[derive(Clone, Debug)]
pub enum Manner {
    /// With this status.
    Status(u16),
    /// With this status, and so many seconds of patience asked for.
    Busy(u16, &'static str),
    /// By sending on to this address.
    Elsewhere(String),
    /// Not before it is [let go](Receiver::let_go).
    Holds,
}

/// The receiver. Dropped, it is gone.
#[derive(Debug)]
pub struct Receiver {
    /// Where it is.
    pub url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    came: Mutex<Vec<Came>>,
    manner: Mutex<Manner>,
    next: Mutex<VecDeque<Manner>>,
    arrived: Notify,
    released: Notify,
}

impl Came {
    /// A header; empty if it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// Names the event.
    #[must_use]
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// The body.
    ///
    /// # Panics
    /// If it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// The event's type.
    #[must_use]
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether the library of the standard takes it for genuine, now by the system's clock.
    #[must_use]
    pub fn is_genuine_now(&self, secret: &str) -> bool {
        let webhook = Webhook::new(secret).expect("a secret");
        webhook.verify(&self.body, &self.headers).is_ok()
    }

    /// Whether that library would have signed it so, whatever the time is.
    #[must_use]
    pub fn is_genuine(&self, secret: &str) -> bool {
        let webhook = Webhook::new(secret).expect("a secret");
        let time = self.header("webhook-timestamp").parse().expect("a time");
        let signature = webhook
            .sign(self.id(), time, &self.body)
            .expect("a signature");
        let mut shown = self.header("webhook-signature").split(' ');
        shown.any(|shown| shown == signature)
    }
}

impl Receiver {
    /// On a port of its own; takes everything.
    ///
    /// # Panics
    /// If there is no port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            came: Mutex::default(),
            manner: Mutex::new(Manner::Status(204)),
            next: Mutex::default(),
            arrived: Notify::new(),
            released: Notify::new(),
        });
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self {
            url: format!("http://{address}/hooks"),
            shared,
            server,
        }
    }

    /// What it answers from now on.
    pub fn answers(&self, manner: Manner) {
        *lock(&self.shared.manner) = manner;
    }

    /// What it answers to the next request, before that.
    pub fn answers_next(&self, manner: Manner) {
        lock(&self.shared.next).push_back(manner);
    }

    /// Lets go of those that it holds.
    pub fn let_go(&self) {
        self.shared.released.notify_waiters();
    }

    /// What came so far.
    #[must_use]
    pub fn came(&self) -> Vec<Came> {
        lock(&self.shared.came).clone()
    }

    /// The types of what came so far.
    #[must_use]
    pub fn kinds(&self) -> Vec<String> {
        self.came().iter().map(Came::kind).collect()
    }

    /// Waits until so many have come, and gives them.
    pub async fn until(&self, number: usize) -> Vec<Came> {
        loop {
            let arrived = self.shared.arrived.notified();
            let came = self.came();
            if came.len() >= number {
                return came;
            }
            arrived.await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let released = shared.released.notified();
    lock(&shared.came).push(Came { headers, body });
    shared.arrived.notify_waiters();
    let next = lock(&shared.next).pop_front();
    let manner = next.unwrap_or_else(|| lock(&shared.manner).clone());
    let status = |code| StatusCode::from_u16(code).expect("a status");
    match manner {
        Manner::Status(code) => status(code).into_response(),
        Manner::Busy(code, wait) => (status(code), [(header::RETRY_AFTER, wait)]).into_response(),
        Manner::Elsewhere(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
        Manner::Holds => {
            released.await;
            StatusCode::NO_CONTENT.into_response()
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
