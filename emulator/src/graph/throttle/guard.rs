//! Who is counted for what: the middleware in front of Graph and of the upload host.

use std::sync::Arc;

use axum::{
    body::HttpBody as _,
    extract::{Request, State},
    http::{Method, header::AUTHORIZATION},
    middleware::Next,
    response::Response,
};

use super::Pair;
use crate::{
    graph::{
        answer::Envelope,
        call::Trace,
        path::{Owner, Route, Target},
        serve::Graph,
    },
    world::{ClientId, PersonId},
};

/// Middleware: counts requests for mailboxes, and refuses those that are too many.
pub(crate) async fn guard(
    State(graph): State<Arc<Graph>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(pair) = pair(&graph, &request) else {
        return next.run(request).await;
    };
    // Faults for a person or an app ask whose request it is, and an upload's address does not say.
    request.extensions_mut().insert(pair.clone());
    let now = graph.emulator.clock.now();
    match graph
        .throttle
        .enter(pair, &graph.limits(), now, uploaded(&request))
    {
        Ok(_slot) => next.run(request).await,
        Err(error) => {
            let envelope = Envelope {
                trace: &Trace::of(request.headers()),
                origin: &graph.emulator.origin,
                now,
                applied: None,
            };
            envelope.seal(Err(error))
        }
    }
}

/// App and mailbox of a request; `None` if it is about no mailbox or carries no token that is known.
fn pair(graph: &Graph, request: &Request) -> Option<Pair> {
    let path = request.uri().path();
    if let Some(session) = graph.uploads.belongs_to(request.uri()) {
        return Some(session);
    }
    let route = Route::parse(path)
        .ok()
        .filter(|route| route.target != Target::User)?;
    let (client_id, person) = bearer(graph, request)?;
    let mailbox = owner(graph, &route.owner, person)?;
    Some(Pair { client_id, mailbox })
}

/// The app that calls, and the person for whom, unless it calls for itself.
fn bearer(graph: &Graph, request: &Request) -> Option<(ClientId, Option<PersonId>)> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let token = value.split_once(' ')?.1.trim();
    let emulator = &graph.emulator;
    match emulator.access_tokens.lookup(token) {
        Some(grant) => Some((grant.client_id, Some(grant.person))),
        None => emulator
            .app_tokens
            .lookup(token)
            .map(|grant| (grant.client_id, None)),
    }
}

fn owner(graph: &Graph, owner: &Owner, person: Option<PersonId>) -> Option<PersonId> {
    match owner {
        Owner::Me => person,
        Owner::Named(name) => {
            let world = graph.emulator.world();
            let by_id = |id: &PersonId| name.eq_ignore_ascii_case(id.as_str());
            let mut people = world.people.iter();
            people
                .find(|person| by_id(&person.id) || name.eq_ignore_ascii_case(&person.address))
                .map(|person| person.id.clone())
        }
    }
}

/// Bytes that count as uploaded. The record of exchanges in front of this has read the body, so its size is known.
fn uploaded(request: &Request) -> u64 {
    let counts = [Method::PATCH, Method::POST, Method::PUT].contains(request.method());
    let size = request.body().size_hint().lower();
    if counts { size } else { 0 }
}
