//! Who may use the control routes: people and programs of this machine. Other sites' pages in the same browser may not:
//! their requests carry another `Host` (if they point their own name here), another `Origin`, or no form token.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::state::EmulatorState;

/// Middleware: refuses names that are not this machine's, unless any was allowed.
pub(super) async fn own_names_only(
    State(state): State<Arc<EmulatorState>>,
    request: Request,
    next: Next,
) -> Response {
    let host = text(request.headers(), HOST.as_str()).unwrap_or_default();
    let aliased = || {
        let world = state.world();
        let mut aliases = world.host_aliases.iter();
        aliases.any(|alias| alias.host == host)
    };
    if state.switches().answers_any_host || is_loopback(host) || aliased() {
        next.run(request).await
    } else {
        let reason = "The emulator's control answers to names of this machine only.";
        (StatusCode::MISDIRECTED_REQUEST, reason).into_response()
    }
}

/// Whether a form was sent from our own page: its token is ours, and what the browser says does not contradict.
pub(super) fn is_own_form(state: &EmulatorState, headers: &HeaderMap, token: &str) -> bool {
    let host = text(headers, HOST.as_str()).unwrap_or_default();
    let site = text(headers, "sec-fetch-site");
    let origin = text(headers, ORIGIN.as_str());
    let own = format!("{}://{host}", state.scheme());
    token == state.form_token
        && site.is_none_or(|site| site == "same-origin")
        && origin.is_none_or(|origin| origin == own)
}

fn text<'request>(headers: &'request HeaderMap, name: &str) -> Option<&'request str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for own in [
            "localhost",
            "LOCALHOST:8401",
            "127.0.0.1:1",
            "127.1.2.3",
            "[::1]:8401",
        ] {
            assert!(is_loopback(own), "{own}");
        }
        for other in [
            "",
            "evil.example:8401",
            "localhost.evil.example",
            "10.0.0.1",
            "127.0.0.1.evil.example",
        ] {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
