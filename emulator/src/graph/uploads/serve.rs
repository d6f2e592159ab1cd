//! The upload host: what Graph's upload URLs lead to. It asks for no token but the one in the URL.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{Method, header},
    response::Response,
};

use super::{
    Uploads,
    range::ContentRange,
    session::{PartError, Progress, Session},
};
use crate::{
    graph::{
        answer::{Answer, Envelope},
        call::{Call, Trace},
        error::GraphError,
        json::{Json, Object},
        limits::GraphLimits,
        serve::Graph,
        store::{Attachment, Content},
        times::utc,
    },
    lock::lock,
};

/// The routes of the upload host.
pub(crate) fn router(graph: Arc<Graph>) -> Router {
    Router::new().fallback(serve).with_state(graph)
}

async fn serve(State(graph): State<Arc<Graph>>, request: Request) -> Response {
    let now = graph.emulator.clock.now();
    let trace = Trace::of(request.headers());
    let limits = graph.limits();
    let largest = usize::try_from(limits.largest_part).unwrap_or(usize::MAX);
    let outcome = match Call::read_up_to(request, now, largest).await {
        Ok(call) => answer(&graph, &limits, &call),
        Err(error) => Err(error),
    };
    Envelope {
        trace: &trace,
        origin: &graph.emulator.origin,
        now,
        applied: None,
    }
    .seal(outcome)
}

fn answer(graph: &Graph, limits: &GraphLimits, call: &Call) -> Result<Answer, GraphError> {
    if limits.refuse_upload_authorization && call.headers.contains_key(header::AUTHORIZATION) {
        tracing::warn!("a client sent its token to the upload host");
        return Err(GraphError::unauthenticated(
            "An upload URL is authorised by itself; the Authorization header must not be sent.",
        ));
    }
    let token = token(&call.query).ok_or_else(no_session)?;
    let uploads = &graph.uploads;
    match call.method {
        Method::GET => at(uploads, call, &token, |session| {
            Answer::ok(state(limits, session))
        }),
        Method::PUT => put(graph, limits, call, &token),
        Method::DELETE => {
            at(uploads, call, &token, |_| ())?;
            uploads.end(&token);
            Ok(Answer::done())
        }
        _ => Err(GraphError::new(
            axum::http::StatusCode::METHOD_NOT_ALLOWED,
            "ErrorInvalidRequest",
            "An upload URL takes GET, PUT and DELETE.",
        )),
    }
}

/// A part (E44).
fn put(
    graph: &Graph,
    limits: &GraphLimits,
    call: &Call,
    token: &str,
) -> Result<Answer, GraphError> {
    let range = call
        .header(&header::CONTENT_RANGE)
        .and_then(ContentRange::parse);
    let taken = at(&graph.uploads, call, token, |session| {
        let range = range.ok_or_else(unreadable_range)?;
        let progress = session.take(range, &call.body)?;
        Ok((progress, state(limits, session)))
    })?;
    match taken {
        Err(error) => Err(error),
        Ok((Progress::Next(_), state)) => Ok(Answer::ok(state)),
        Ok((Progress::Complete, _)) => {
            let session = graph.uploads.end(token).ok_or_else(no_session)?;
            let answer = finish(graph, session, call.now);
            graph.notice();
            answer
        }
    }
}

/// Hangs the file on its message, which must still be a draft.
fn finish(graph: &Graph, session: Session, now: i64) -> Result<Answer, GraphError> {
    let world = graph.emulator.world();
    let owner = world
        .person(&session.owner)
        .ok_or_else(GraphError::item_not_found)?;
    let location = format!(
        "{}/Attachments('{}')",
        session.message_url, session.attachment_id
    );
    let (message, file) = (session.message, session.file.clone());
    let attachment = Attachment {
        key: file.key,
        name: file.name,
        content_type: Some(file.content_type.unwrap_or_else(|| ANY_BYTES.to_owned())),
        is_inline: file.is_inline,
        content_id: file.content_id,
        modified: now,
        content: Content::File(Bytes::from(session.into_bytes())),
    };
    let shared = graph.mailbox(owner);
    let mut mailbox = lock(&shared);
    let is_draft = mailbox.message(message).is_some_and(|found| found.is_draft);
    if !is_draft {
        return Err(GraphError::item_not_found());
    }
    mailbox.change(message, now, |message| {
        message.letter.attachments.push(attachment);
    });
    drop(mailbox);
    graph.notice();
    Ok(Answer::CreatedAt(location))
}

/// What `look` makes of the upload that the call names.
fn at<T>(
    uploads: &Uploads,
    call: &Call,
    token: &str,
    look: impl FnOnce(&mut Session) -> T,
) -> Result<T, GraphError> {
    uploads
        .with(token, &call.path, call.now, look)
        .ok_or_else(no_session)
}

/// What is expected next: a bare number, without a dash.
fn state(limits: &GraphLimits, session: &mut Session) -> Object {
    let (expires, ranges) = limits.upload_answer_case.names();
    let next: Json = [session.next().to_string()].into_iter().collect();
    Object::new()
        .with(expires, utc(session.expires_at))
        .with(ranges, next)
}

/// The token of an upload in a query.
pub(super) fn token(query: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(name, _)| name == "authtoken")
        .map(|(_, token)| token.into_owned())
}

fn no_session() -> GraphError {
    GraphError {
        inner_code: Some("uploadSessionNotFound"),
        ..GraphError::new(
            axum::http::StatusCode::NOT_FOUND,
            "itemNotFound",
            "The upload session was not found.",
        )
    }
}

fn unreadable_range() -> GraphError {
    GraphError::new(
        axum::http::StatusCode::BAD_REQUEST,
        "invalidRange",
        "The Content-Range header is missing or malformed.",
    )
}

impl From<PartError> for GraphError {
    fn from(error: PartError) -> Self {
        use axum::http::StatusCode;
        let (status, inner) = match error {
            PartError::Overlap => (StatusCode::RANGE_NOT_SATISFIABLE, "fragmentOverlap"),
            PartError::OutOfOrder => (StatusCode::RANGE_NOT_SATISFIABLE, "fragmentOutOfOrder"),
            PartError::WrongTotal | PartError::WrongLength => {
                (StatusCode::BAD_REQUEST, "fragmentLengthMismatch")
            }
        };
        Self {
            inner_code: Some(inner),
            ..Self::new(status, "invalidRange", error.to_string())
        }
    }
}

/// What a file is that nobody says anything about.
const ANY_BYTES: &str = "application/octet-stream";
