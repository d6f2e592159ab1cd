//! A token endpoint that passes requests on to Microsoft and bends the answers.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use connect_outlook_tests::{Connected, browser::client};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::place::Place;

/// Makes another answer of what Microsoft said.
type Bend = Box<dyn Fn(Value) -> Response + Send>;

/// The endpoint, and one more process of ours that asks it instead of Microsoft.
#[derive(Debug)]
pub(crate) struct Bent {
    inside: Arc<Inside>,
    origin: String,
}

struct Inside {
    microsoft: String,
    bend: Mutex<Option<(Bend, usize)>>,
    elsewhere: AtomicUsize,
}

impl std::fmt::Debug for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inside")
    }
}

impl Bent {
    /// Starts both. Answers the endpoint, and `connected` at the process.
    pub(crate) async fn between(place: &Place<'_>, connected: &Connected) -> (Self, Connected) {
        let inside = Arc::new(Inside {
            microsoft: place.world.microsoft().origin.clone(),
            bend: Mutex::default(),
            elsewhere: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&inside));
        tokio::spawn(async { axum::serve(listener, router).await });
        let settings = place.settings().with("insecure_entra_origin", &origin);
        let url = place.world.another_process_with(&settings).await;
        (Self { inside, origin }, place.at(connected, &url))
    }

    /// Bends the next answers.
    pub(crate) fn bend(&self, times: usize, bend: impl Fn(Value) -> Response + Send + 'static) {
        let mut set = self.inside.bend();
        *set = Some((Box::new(bend), times));
    }

    /// An address of its own that is no token endpoint.
    pub(crate) fn elsewhere(&self) -> String {
        format!("{}/elsewhere", self.origin)
    }

    /// How often somebody came there.
    pub(crate) fn visits_elsewhere(&self) -> usize {
        self.inside.elsewhere.load(Ordering::SeqCst)
    }
}

impl Inside {
    fn bend(&self) -> std::sync::MutexGuard<'_, Option<(Bend, usize)>> {
        self.bend.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(
    State(inside): State<Arc<Inside>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if uri.path() == "/elsewhere" {
        inside.elsewhere.fetch_add(1, Ordering::SeqCst);
    }
    let url = format!("{}{}", inside.microsoft, uri.path());
    let mut request = client().post(url).body(body);
    for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
        request = request.header(name, value);
    }
    let said = request.send().await.expect("Microsoft answers");
    let status = said.status();
    let said: Value = said.json().await.expect("JSON");
    let mut set = inside.bend();
    if let Some((bend, times)) = set.as_mut().filter(|(_, times)| *times > 0) {
        *times -= 1;
        return bend(said);
    }
    json(status.as_u16(), &said)
}

/// An answer in JSON.
pub(crate) fn json(status: u16, said: &Value) -> Response {
    with(status, "application/json", said.to_string())
}

/// An answer of this type.
pub(crate) fn with(status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}
