//! What people paste.

use proptest::prelude::*;

use super::*;

fn refusal(text: &str) -> (Refusal, Basis) {
    match explain(text) {
        Explained::Refusal { refusal, basis } => (*refusal, basis),
        other => panic!("{text}: {other:?}"),
    }
}

/// The same row, however somebody names it.
#[test]
fn a_number_is_found_in_whatever_people_paste() {
    for text in [
        "AADSTS50011",
        "aadsts50011",
        "50011",
        " 50011\n",
        "redirect_uri_unknown",
        "AADSTS50011: The redirect URI 'https://app.example/x' specified in the request does not match. Correlation ID: 0a1b2c3d-0000-4000-8000-00000000000f",
        "Sorry, but we’re having trouble signing you in.\nAADSTS50011: The redirect URI …",
        "https://app.example/cb?error=invalid_request&error_description=AADSTS50011%3a+x&state=s",
        "https://app.example/cb#error=invalid_request&error_description=AADSTS50011%3a+x&state=s",
        r#"{"error":"invalid_request","error_description":"AADSTS50011: x","error_codes":[50011]}"#,
    ] {
        let (refusal, basis) = refusal(text);
        assert_eq!(
            (refusal.code, refusal.actor, basis),
            ("redirect_uri_unknown", Actor::Developer, Basis::Table),
            "{text}"
        );
        assert_eq!(refusal.aadsts, Some(50_011), "{text}");
    }
    let (refusal, _) =
        refusal("AADSTS53003: x Correlation ID: 0a1b2c3d-0000-4000-8000-00000000000f Timestamp: t");
    assert_eq!(
        refusal.correlation_id.as_deref(),
        Some("0a1b2c3d-0000-4000-8000-00000000000f")
    );
}

/// Decisions stand on the OAuth error; a number nobody knows leaves them as they are.
#[test]
fn what_nobody_knows_degrades_to_a_class() {
    for (text, class, basis) in [
        (
            "invalid_client: AADSTS7999999: new",
            Class::Misconfigured,
            Basis::Error,
        ),
        (
            "error=access_denied&error_subcode=cancel&state=s",
            Class::Cancelled,
            Basis::Error,
        ),
        (
            r#"{"error":"invalid_grant","suberror":"message_only","error_codes":[539999]}"#,
            Class::Blocked,
            Basis::Error,
        ),
        ("AADSTS53999", Class::Blocked, Basis::Family),
        ("AADSTS50999", Class::SignIn, Basis::Family),
        ("AADSTS70999", Class::SignIn, Basis::Family),
        ("AADSTS7000999", Class::Misconfigured, Basis::Family),
        ("AADSTS90999", Class::Misconfigured, Basis::Family),
        ("AADSTS12345", Class::Unavailable, Basis::Family),
    ] {
        let (refusal, found) = refusal(text);
        assert_eq!((refusal.class, found), (class, basis), "{text}");
    }
}

#[test]
fn a_callback_without_error_is_named_as_what_it_is() {
    assert_eq!(
        explain("https://app.example/cb#code=0.AX&state=s"),
        Explained::Success
    );
    for text in [
        "",
        "hello",
        "AADSTS",
        "https://app.example/",
        "{}",
        "[]",
        "123456789012",
    ] {
        assert_eq!(explain(text), Explained::Nothing, "{text}");
    }
}

#[test]
fn every_row_is_explained_by_its_number() {
    assert!(known().len() > 50);
    for entry in known() {
        let (refusal, basis) = refusal(&format!("AADSTS{}", entry.aadsts));
        assert_eq!((refusal.code, basis), (entry.code, Basis::Table));
        assert!(!advice(refusal.actor, refusal.next).is_empty());
        assert!(!refusal.class.meaning().is_empty());
    }
}

proptest! {
    /// R70: whatever somebody pastes.
    #[test]
    fn no_text_is_too_strange(text in ".{0,400}") {
        let _ = explain(&text);
    }
}
