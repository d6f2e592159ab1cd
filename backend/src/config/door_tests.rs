//! What browsers meet: sessions, attempts, other sites, limits.

use std::num::NonZero;

use super::tests::{refused, with};

/// R57: both limits are there, and idle is within absolute.
#[test]
fn session_idle() {
    refused(
        "session_idle",
        &[
            "",
            "1",
            "59s",
            "91d",
            "-1h",
            "1.5h",
            "soon",
            "31d",
            "99999999999999999999d",
            "ä",
        ],
    );
    assert_eq!(
        with(&[("session_idle", "90m")]).unwrap().session_idle,
        5_400
    );
}

#[test]
fn session_absolute() {
    refused("session_absolute", &["0d", "91d", "forever"]);
    let config = with(&[("session_absolute", "1h")]).unwrap();
    assert_eq!(
        (config.session_idle, config.session_absolute),
        (3_600, 3_600)
    );
}

/// R24: ten minutes is the most.
#[test]
fn attempt_lifetime() {
    refused("attempt_lifetime", &["", "11m", "30s", "1h"]);
    assert_eq!(
        with(&[("attempt_lifetime", "5m")])
            .unwrap()
            .attempt_lifetime,
        300
    );
}

/// R63
#[test]
fn bearer_origins() {
    refused(
        "bearer_origins",
        &[
            "*",
            "null",
            "https://*.example",
            "https://other.example/",
            "https://Other.example",
            "http://other.example",
            "https://other.example,https://third.example",
        ],
    );
    assert_eq!(with(&[]).unwrap().bearer_origins.len(), 0);
    let two = "https://other.example https://third.example:8443";
    let named = with(&[("bearer_origins", two)]).unwrap().bearer_origins;
    assert_eq!(named.join(" "), two);
}

/// D1, D12: each figure of the rule is a setting.
#[test]
fn limits() {
    let standard = with(&[]).unwrap().limits;
    assert_eq!(
        [
            standard.starts,
            standard.callbacks,
            standard.requests,
            standard.mail,
            standard.mail_megabytes,
        ]
        .map(NonZero::get),
        [10, 30, 600, 240, 300]
    );
    for name in [
        "limit_starts",
        "limit_callbacks",
        "limit_requests",
        "limit_mail",
        "limit_mail_megabytes",
    ] {
        refused(
            name,
            &["", "0", "-1", "+1", "1.5", "1000001", "99999999999", "many"],
        );
        assert_ne!(with(&[(name, "7")]).unwrap().limits, standard, "{name}");
    }
}

/// D4
#[test]
fn attempts_open_at_once() {
    let caps = |changes: &[(&str, &str)]| {
        let limits = with(changes).unwrap().limits;
        (limits.attempts_per_browser, limits.open_attempts)
    };
    assert_eq!(caps(&[]), (5, 10_000));
    assert_eq!(
        caps(&[("attempts_per_browser", "1"), ("open_attempts", "7")]),
        (1, 7)
    );
    refused("attempts_per_browser", &["", "0", "101", "-1", "x"]);
    refused("open_attempts", &["", "0", "1000001", "1e3"]);
}

/// D5
#[test]
fn outbound_at_once() {
    assert_eq!(with(&[]).unwrap().outbound_at_once, 256);
    assert_eq!(
        with(&[("outbound_at_once", "8")]).unwrap().outbound_at_once,
        8
    );
    refused("outbound_at_once", &["", "7", "10001", "+9", "many"]);
}

/// R173
#[test]
fn trusted_proxies() {
    refused(
        "trusted_proxies",
        &["proxy.example", "10.0.0.0/33", "10.0.0.0/8,::1"],
    );
    let networks = |text| with(&[("trusted_proxies", text)]).unwrap().trusted_proxies;
    assert_eq!(networks("").len(), 0);
    assert_eq!(networks("10.0.0.7 fd00::/8 192.0.2.0/24").len(), 3);
}

#[test]
fn redirect_uri() {
    refused(
        "redirect_uri",
        &[
            "",
            "/callback",
            "http://app.example/callback",
            "https://app.example/#cb",
        ],
    );
    let exact = "https://App.example/CB?x=%2f";
    assert_eq!(
        with(&[("redirect_uri", exact)]).unwrap().redirect_uri,
        exact
    );
}

#[test]
fn server_redirect_uri() {
    refused(
        "server_redirect_uri",
        &["", "/callback", "http://app.example/callback"],
    );
    let below = with(&[("base_path", "/mail")]).unwrap();
    assert_eq!(
        below.server_redirect_uri,
        "https://app.example/mail/v1/callback"
    );
    let exact = "https://App.example/CB?x=%2f";
    let named = with(&[("server_redirect_uri", exact)]).unwrap();
    assert_eq!(named.server_redirect_uri, exact);
}
