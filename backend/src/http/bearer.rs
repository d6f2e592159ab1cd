//! Handles as bearer values, for pages of other sites that the operator names (R63). Off unless a page's origin is on
//! the list.
//!
//! Such a page cannot hold our cookies, so it holds what they would: the session's handle comes and goes in
//! `Authorization` and [`SESSION`], the flow's in [`FLOW`]. Cookies that come along all the same are not looked at, and
//! browsers are never told to send them. Behind this layer nothing knows the difference.
//!
//! The site's own origin can be named too: for its pages in frames of other sites, whose cookies browsers keep back. Such
//! a page shows one of the two headers, and the site's other pages go on with cookies.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::codes::Code;
use super::error::Problem;
use super::{Door, cookies, guard};

/// Answers what pages of named sites ask; everything else goes on to the guard.
pub(super) async fn translate(State(door): State<Door>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let origin = named_origin(headers, &door.bearer_origins);
    let Some(origin) = origin.filter(|origin| *origin != *door.site) else {
        let both = headers.contains_key(header::AUTHORIZATION) && cookies::shows_session(headers);
        // R65: which of the two is meant, nobody should have to guess.
        return if both {
            Problem::from(Code::TwoCredentials).into_response()
        } else if is_own_frame(headers, &door) {
            untranslate(next.run(translated(request)).await)
        } else {
            guard::check(State(door), request, next).await
        };
    };
    let mut response = if guard::has_header(request.headers()) {
        untranslate(next.run(translated(request)).await)
    } else {
        Problem::from(Code::AntiForgery).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// `OPTIONS`: what browsers ask before they send another site's request, and what they may.
pub(super) async fn preflight(State(door): State<Door>, request: Request) -> Response {
    let origin = named_origin(request.headers(), &door.bearer_origins);
    let Some(origin) = origin.filter(|_| is_preflight(&request)) else {
        return Problem::from(Code::MethodNotAllowed).into_response();
    };
    let fixed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
        (header::VARY, "origin"),
    ];
    let mut response = (StatusCode::NO_CONTENT, fixed).into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response
}

/// Whether a frame of the site itself asks, and may hold handles.
fn is_own_frame(headers: &HeaderMap, door: &Door) -> bool {
    let shows = headers.contains_key(header::AUTHORIZATION) || headers.contains_key(FLOW);
    shows && may_frames(door) && guard::is_from_the_site(headers, &door.site)
}

/// Whether pages of the site may hold handles in frames.
pub(super) fn may_frames(door: &Door) -> bool {
    door.bearer_origins
        .iter()
        .any(|origin| **origin == *door.site)
}

/// Marks a request whose answer goes to whoever holds handles.
#[derive(Clone, Copy)]
pub(super) struct Held;

/// The origin of the request, if it is, character by character, one of the list.
fn named_origin(headers: &HeaderMap, origins: &[String]) -> Option<HeaderValue> {
    let mut values = headers.get_all(header::ORIGIN).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let named = origins.iter().any(|origin| value == origin.as_str());
    named.then(|| value.clone())
}

/// Bearer values where cookies would be, and no cookies where they were.
fn translated(mut request: Request) -> Request {
    request.extensions_mut().insert(Held);
    let headers = request.headers_mut();
    let bearer = one(headers, &header::AUTHORIZATION);
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let flow = one(headers, &FLOW);
    headers.remove(header::COOKIE);
    for (name, value) in [(cookies::SESSION, bearer), (cookies::FLOW, flow)] {
        let pair = value.and_then(|value| HeaderValue::from_str(&format!("{name}={value}")).ok());
        if let Some(mut pair) = pair {
            pair.set_sensitive(true);
            headers.append(header::COOKIE, pair);
        }
    }
    request
}

/// What would have been set as cookies, as headers of the answer. A cookie that is taken away is an empty one.
fn untranslate(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let set: Vec<_> = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .cloned()
        .collect();
    headers.remove(header::SET_COOKIE);
    for cookie in set {
        let text = cookie.to_str().unwrap_or_default();
        let pair = text.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or_default();
        let name = match name {
            cookies::SESSION => SESSION,
            cookies::FLOW => FLOW,
            _ => continue,
        };
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    response
}

fn one(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    value.to_str().ok().map(str::to_owned)
}

/// Whether a request asks what it may send.
fn is_preflight(request: &Request) -> bool {
    let headers = request.headers();
    headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The session's handle in answers.
const SESSION: HeaderName = HeaderName::from_static("x-connect-outlook-session");
/// The flow's handle in requests and answers.
const FLOW: HeaderName = HeaderName::from_static("x-connect-outlook-flow");

const EXPOSED: &str =
    "x-connect-outlook-session, x-connect-outlook-flow, x-correlation-id, retry-after";
const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const ALLOWED: &str =
    "authorization, content-type, idempotency-key, x-connect-outlook, x-connect-outlook-flow";
