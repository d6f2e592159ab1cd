//! Cookies that the backend sets: their size and their rules, never their value.

use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;

use super::super::step::{Fact, Unit};

/// The cookie that ties attempts to this browser, if it is set.
pub(super) fn flow(headers: &HeaderMap) -> [Option<Fact>; 2] {
    told(headers, "__Host-connect-outlook-flow", "flow_cookie")
}

/// The cookie that is the session, if it is set.
pub(super) fn session(headers: &HeaderMap) -> [Option<Fact>; 2] {
    told(headers, "__Host-connect-outlook-session", "session_cookie")
}

fn told(headers: &HeaderMap, cookie: &str, name: &'static str) -> [Option<Fact>; 2] {
    let lines = headers.get_all(SET_COOKIE).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let mut ours = lines.filter_map(|line| line.strip_prefix(cookie)?.strip_prefix('='));
    let Some(line) = ours.next() else {
        return [None, None];
    };
    let (value, attributes) = line.split_once(';').unwrap_or((line, ""));
    let size = Fact::size(name, value.len(), Unit::Characters);
    [size, Fact::word("cookie_rules", rules(attributes))]
}

fn rules(attributes: &str) -> &'static str {
    let attributes = attributes.to_ascii_lowercase();
    let has = |attribute: &str| attributes.contains(attribute);
    match (has("httponly"), has("samesite=strict"), has("samesite=lax")) {
        (true, true, _) => "HttpOnly, SameSite=Strict",
        (true, _, true) => "HttpOnly, SameSite=Lax",
        (true, _, _) => "HttpOnly",
        (false, _, _) => "open to scripts",
    }
}
