//! What page and server say to each other, seen at the demo's own door.

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;

use super::step::{Fact, Kind, Sketch, Unit};
use super::words;
use super::{Watcher, sizes::Sizes};
use crate::clock::Stopwatch;
use route::Route;

mod route;

/// Hands a request to the backend and its answer back, unchanged both, and tells `watcher` of them.
pub async fn pass(watcher: &Watcher, outlook: Router, request: Request) -> Response {
    watcher.collect();
    let route = Route::of(request.method(), request.uri().path());
    let (request, sent) = match measurable(&request) {
        true => match measured(request).await {
            Ok(both) => both,
            Err(()) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        },
        false => (request, Bytes::new()),
    };
    for sketch in asked(route, &sent) {
        watcher.add(sketch);
    }
    let stopwatch = Stopwatch::start();
    let answer = match outlook.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    let took = Fact::size("took", stopwatch.milliseconds(), Unit::Milliseconds);
    watcher.collect();
    let (answer, got) = whole(answer).await;
    if let Some(mut sketch) = answered(route, &answer, &got) {
        sketch.facts.extend(took);
        watcher.add(sketch);
    }
    answer
}

/// The steps that a request stands for.
fn asked(route: Route, sent: &[u8]) -> Vec<Sketch> {
    let sizes = Sizes::of(sent);
    let body = Fact::size("body", sent.len(), Unit::Bytes);
    let challenge = || {
        [
            sizes.size("code_challenge"),
            sizes.word("code_challenge_method", words::CHALLENGE_METHODS),
        ]
    };
    match route {
        Route::Begin => vec![
            Kind::VerifierMade.with(challenge()),
            Kind::AttemptAsked.with([
                sizes.size("code_challenge"),
                sizes.word("prompt", words::PROMPTS),
                body,
            ]),
        ],
        Route::Finish => {
            let facts = [
                sizes.size("code"),
                sizes.size("code_verifier"),
                sizes.size("state"),
                body,
            ];
            vec![Kind::CodeHanded.with(facts)]
        }
        Route::Refuse => {
            let facts = [
                sizes.word("error", words::OAUTH_ERRORS),
                sizes.word("error_subcode", words::SUBCODES),
                sizes.size("state"),
            ];
            vec![Kind::RefusalHanded.with(facts)]
        }
        Route::Mail(of) => vec![Kind::MailAsked.with([Fact::word("of", of)])],
        Route::Disconnect => vec![Kind::DisconnectAsked.with([])],
        Route::SignOut => vec![Kind::SignOutAsked.with([])],
        Route::WhoAmI | Route::Other => Vec::new(),
    }
}

/// The step that an answer stands for.
fn answered(route: Route, answer: &Response, got: &[u8]) -> Option<Sketch> {
    if route == Route::WhoAmI && answer.status() == StatusCode::NO_CONTENT {
        return None;
    }
    let status = Fact::size("status", answer.status().as_u16(), Unit::Count);
    let sizes = Sizes::of(got);
    let code = sizes.word("code", words::CODES);
    if !answer.status().is_success() {
        // Nobody is connected yet: an answer, not a refusal.
        let asks_only = route == Route::WhoAmI && sizes.is("code", "no_session");
        return (route != Route::Other && !asks_only).then(|| Kind::Refused.with([status, code]));
    }
    let (flow, session) = (
        cookie(answer.headers(), FLOW_COOKIE),
        cookie(answer.headers(), SESSION_COOKIE),
    );
    let body = Fact::size("body", got.len(), Unit::Bytes);
    let outcome = sizes.word("status", words::OUTCOMES).map(|fact| Fact {
        name: "outcome",
        ..fact
    });
    Some(match route {
        Route::Begin => {
            let facts = [status, sizes.size("state"), sizes.size("nonce")];
            Kind::AttemptAnswered.with(facts.into_iter().chain(flow))
        }
        Route::Finish if sizes.is("status", "connected") => {
            Kind::SessionOpened.with([status].into_iter().chain(session))
        }
        Route::Finish | Route::Refuse => Kind::RefusalJudged.with([status, outcome, code]),
        Route::WhoAmI => Kind::SessionKnown.with([status, sizes.count("accounts")]),
        Route::Mail(of) => Kind::MailAnswered.with([
            Fact::word("of", of),
            status,
            sizes.count("messages"),
            sizes.count("folders"),
            body,
        ]),
        Route::Disconnect => Kind::Disconnected.with([status]),
        Route::SignOut => Kind::SignedOut.with([status]),
        Route::Other => return None,
    })
}

/// Size and rules of a cookie that is set, never its value.
fn cookie(headers: &HeaderMap, (cookie, name): (&str, &'static str)) -> [Option<Fact>; 2] {
    let set = headers
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut ours = set.filter_map(|text| text.strip_prefix(cookie)?.strip_prefix('='));
    let Some(text) = ours.next() else {
        return [None, None];
    };
    let (value, rules) = text.split_once(';').unwrap_or((text, ""));
    let rules = rules.to_ascii_lowercase();
    let rules = match (
        rules.contains("httponly"),
        rules.contains("samesite=strict"),
    ) {
        (true, true) => "HttpOnly, SameSite=Strict",
        (true, false) => "HttpOnly, SameSite=Lax",
        (false, _) => "open to scripts",
    };
    [
        Fact::size(name, value.len(), Unit::Characters),
        Fact::word("cookie_rules", rules),
    ]
}

fn measurable(request: &Request) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    length.is_some_and(|length| length <= MOST)
}

async fn measured(request: Request) -> Result<(Request, Bytes), ()> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST).await.map_err(|_| ())?;
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), bytes))
}

/// The answer with its body, if that is known to be small; a body of unknown length passes unread.
async fn whole(answer: Response) -> (Response, Bytes) {
    let known = answer.body().size_hint().exact();
    if known.is_none_or(|length| length > LARGEST_ANSWER) {
        return (answer, Bytes::new());
    }
    let (parts, body) = answer.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => (
            Response::from_parts(parts, Body::from(bytes.clone())),
            bytes,
        ),
        Err(_) => (StatusCode::BAD_GATEWAY.into_response(), Bytes::new()),
    }
}

const FLOW_COOKIE: (&str, &str) = ("__Host-connect-outlook-flow", "flow_cookie");
const SESSION_COOKIE: (&str, &str) = ("__Host-connect-outlook-session", "session_cookie");
/// Bytes of a request that are measured: above anything the page sends.
const MOST: usize = 64 * 1024;
/// Bytes of an answer that are measured.
const LARGEST_ANSWER: u64 = 4 * 1024 * 1024;

#[cfg(test)]
mod tests;
