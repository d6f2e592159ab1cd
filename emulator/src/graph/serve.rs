//! The way of a call: from the socket to a handler and back.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    response::Response,
    routing::any,
};

use super::{
    access::Caller,
    answer::{Answer, Envelope},
    call::{Call, Trace},
    error::GraphError,
    generator,
    limits::GraphLimits,
    notifications::Place,
    path::Route,
    post::Post,
    routes,
    settings::MailSettings,
    store::{Mailbox, Mailboxes},
    throttle::Throttle,
    uploads::Uploads,
};
use crate::{lock::lock, state::EmulatorState, world::Person};

/// What all Graph routes share.
#[derive(Debug)]
pub(crate) struct Graph {
    /// Clock, tokens, world, origin.
    pub(crate) emulator: Arc<EmulatorState>,
    /// Files that arrive in parts.
    pub(crate) uploads: Uploads,
    /// Counts who asks how much.
    pub(crate) throttle: Arc<Throttle>,
    settings: MailSettings,
    mailboxes: Mailboxes,
    /// Letters on their way.
    pub(crate) post: Post,
    /// Mailboxes look as they would have at this time, unix seconds.
    started: i64,
}

impl Graph {
    /// Graph over this emulator, its mailboxes still unopened.
    pub(crate) fn new(emulator: Arc<EmulatorState>, settings: MailSettings) -> Self {
        let started = emulator.clock.now();
        Self {
            emulator,
            uploads: Uploads::default(),
            throttle: Arc::default(),
            settings,
            mailboxes: Mailboxes::default(),
            post: Post::default(),
            started,
        }
    }

    /// Where it says no, as it is set now.
    pub(crate) fn limits(&self) -> GraphLimits {
        self.emulator.switches().graph_limits
    }

    /// The mailbox of `owner`, who must have one.
    pub(crate) fn mailbox(&self, owner: &Person) -> Arc<Mutex<Mailbox>> {
        let make =
            || generator::mailbox(&self.settings, &self.emulator.world(), owner, self.started);
        self.mailboxes.open(&owner.id, make)
    }

    /// Delivers what is due and lets those know who watch mailboxes in which something has changed. Whoever changes one
    /// calls this afterwards, with no mailbox locked.
    pub(crate) fn notice(&self) {
        let notifications = &self.emulator.notifications;
        let now = self.emulator.clock.now();
        self.deliver(now);
        notifications.expire(now);
        let switches = self.emulator.switches().notifications;
        for id in notifications.owners() {
            if let Some(owner) = self.emulator.world().person(&id) {
                let mailbox = self.mailbox(owner);
                notifications.notice(&id, &lock(&mailbox), now, &switches);
            }
        }
    }
}

impl Graph {
    /// Delivers what is due, and waits until everybody who is to be told of it has been tried.
    pub(crate) async fn settled(&self) {
        self.notice();
        let emulator = &self.emulator;
        emulator.notifications.settled(&emulator.clock).await;
    }
}

/// The routes of `graph`: everything below `/v1.0` and `/beta`.
pub(crate) fn router(graph: Arc<Graph>) -> Router {
    let mut router = Router::new();
    for version in ["/v1.0", "/V1.0", "/beta"] {
        router = router
            .route(version, any(serve))
            .route(&format!("{version}/"), any(serve))
            .route(&format!("{version}/{{*rest}}"), any(serve));
    }
    router.with_state(graph)
}

async fn serve(State(graph): State<Arc<Graph>>, request: Request) -> Response {
    let now = graph.emulator.clock.now();
    let trace = Trace::of(request.headers());
    let (applied, outcome) = match Call::read(request, now).await {
        Ok(call) => (
            call.preferences.applied(call.is_delta()),
            answer(&graph, &call).await,
        ),
        Err(error) if graph.emulator.switches().too_large_is_bad_request => {
            (None, Err(error.into_bad_request()))
        }
        Err(error) => (None, Err(error)),
    };
    if let Err(error) = &outcome {
        tracing::debug!(
            request_id = trace.request_id,
            code = error.code,
            "Graph refuses"
        );
    }
    Envelope {
        trace: &trace,
        origin: &graph.emulator.origin,
        now,
        applied,
    }
    .seal(outcome)
}

async fn answer(graph: &Graph, call: &Call) -> Result<Answer, GraphError> {
    let caller = Caller::identify(&graph.emulator, &call.headers, call.now)?;
    if let Some(place) = Place::parse(&call.path) {
        return routes::answer_subscriptions(graph, &caller, &place, call).await;
    }
    let route = Route::parse(&call.path).map_err(|error| {
        let feature = error.segment;
        tracing::warn!(method = %call.method, path = call.path, feature, "the emulated Graph has no such route");
        GraphError::no_such_route(&feature)
    })?;
    graph.deliver(call.now);
    let answer = routes::dispatch(graph, &caller, &route, call);
    if call.method != Method::GET {
        graph.notice();
    }
    answer
}
