use connect_outlook_protocol::refusal::{Evidence, decode};

use super::*;

fn refused_with(
    error: &str,
    suberror: Option<&str>,
    number: u32,
    claims: Option<&str>,
) -> TokenError {
    let evidence = Evidence {
        error,
        suberror,
        error_codes: &[number],
        status: Some(400),
        ..Evidence::default()
    };
    TokenError::Refused {
        refusal: Box::new(decode(&evidence)),
        claims: claims.map(str::to_owned),
        retry_after: None,
    }
}

fn unreachable(acted: Acted, status: u16, retry_after: Option<u32>) -> TokenError {
    let evidence = Evidence {
        status: Some(status),
        ..Evidence::default()
    };
    TokenError::Unreachable {
        refusal: Box::new(decode(&evidence)),
        why: String::new(),
        acted,
        retry_after,
    }
}

const FIRST: SoFar = SoFar {
    lost: false,
    repeated: false,
    has_previous: true,
    in_time: true,
};
const AFTER_A_LOST_ANSWER: SoFar = SoFar {
    lost: true,
    ..FIRST
};

fn later(verdict: Verdict) -> Later {
    match verdict {
        Verdict::Later(later) => later,
        other => panic!("{other:?}"),
    }
}

/// R88, F15, F17: from each refusal to the state that tells who must act, with the challenge for the next sign-in.
#[test]
fn a_refusal_of_the_grant_is_the_accounts() {
    for (error, suberror, number, state) in [
        (
            "invalid_grant",
            Some("bad_token"),
            50_173,
            "needs_user:grant_revoked",
        ),
        (
            "invalid_grant",
            Some("bad_token"),
            700_082,
            "needs_user:grant_idle",
        ),
        (
            "invalid_grant",
            Some("token_expired"),
            70_043,
            "needs_user:sign_in_frequency",
        ),
        (
            "invalid_grant",
            Some("consent_required"),
            65_001,
            "needs_user:consent_missing",
        ),
        ("invalid_grant", None, 700_084, "needs_user:spa_grant_ended"),
        ("invalid_grant", None, 4_242_424, "needs_user:sign_in_again"),
        (
            "interaction_required",
            Some("basic_action"),
            50_076,
            "needs_user:second_factor_needed",
        ),
        (
            "invalid_grant",
            None,
            90_094,
            "needs_admin:admin_consent_needed",
        ),
        ("invalid_grant", None, 90_099, "needs_user:sign_in_again"),
        (
            "invalid_grant",
            Some("message_only"),
            53_003,
            "blocked_by_policy:blocked_by_conditional_access",
        ),
        (
            "invalid_grant",
            None,
            50_057,
            "blocked_by_policy:account_disabled",
        ),
        (
            "invalid_grant",
            None,
            50_105,
            "blocked_by_policy:not_assigned",
        ),
    ] {
        let verdict = judge(&refused_with(error, suberror, number, Some("{}")), FIRST);
        let Verdict::Found(finding) = verdict else {
            panic!("{number}: {verdict:?}");
        };
        let found = match finding {
            Finding::NeedsUser { code, claims } => {
                assert_eq!(claims.as_deref(), Some("{}"), "{number}: claims are kept");
                format!("needs_user:{code}")
            }
            Finding::NeedsAdmin { code } => format!("needs_admin:{code}"),
            Finding::BlockedByPolicy { code } => format!("blocked_by_policy:{code}"),
            Finding::Expiring { .. } => panic!("nobody said so"),
        };
        assert_eq!(found, state, "{number}");
    }
}

/// R88, F16: whoever the tokens are of, it is nobody's account.
#[test]
fn a_refusal_of_the_deployment_touches_no_account() {
    for (error, number, whom) in [
        ("invalid_client", 7_000_222, Whom::Everybody),
        ("invalid_client", 7_000_215, Whom::Everybody),
        ("invalid_client", 700_027, Whom::Everybody),
        ("invalid_client", 700_025, Whom::Everybody),
        ("invalid_client", 4_242_424, Whom::Everybody),
        ("invalid_request", 9_002_326, Whom::Everybody),
        ("invalid_request", 9_002_327, Whom::Everybody),
        ("unauthorized_client", 700_016, Whom::Tenant),
        ("invalid_scope", 70_011, Whom::Account),
    ] {
        let later = later(judge(&refused_with(error, None, number, None), FIRST));
        assert_eq!((later.whom, later.misconfigured), (whom, true), "{number}");
        assert_eq!(later.answer, Answer::NoTokens, "{number}");
    }
}

/// R89, F3, F4: patience, for whom it is asked.
#[test]
fn an_outage_is_nobodys() {
    for (error, whom) in [
        (unreachable(Acted::No, 429, Some(30)), Whom::Everybody),
        (
            refused_with("temporarily_unavailable", None, 90_055, None),
            Whom::Tenant,
        ),
        (
            refused_with("temporarily_unavailable", None, 90_033, None),
            Whom::Account,
        ),
        (unreachable(Acted::No, 503, None), Whom::Account),
        (unreachable(Acted::Perhaps, 500, None), Whom::Account),
    ] {
        let later = later(judge(&error, FIRST));
        assert_eq!(
            (later.whom, later.misconfigured),
            (whom, false),
            "{error:?}"
        );
    }
}

/// F7, F10: one more request, at once and once; a server that is unwell is not asked at once.
#[test]
fn a_lost_answer_is_asked_for_once_more() {
    let lost = unreachable(Acted::Probably, 200, None);
    assert_eq!(judge(&lost, FIRST), Verdict::Repeat);
    for so_far in [
        SoFar {
            repeated: true,
            ..AFTER_A_LOST_ANSWER
        },
        SoFar {
            in_time: false,
            ..FIRST
        },
    ] {
        assert_eq!(later(judge(&lost, so_far)).answer, Answer::Unknown);
    }
    let perhaps = unreachable(Acted::Perhaps, 502, None);
    assert_eq!(later(judge(&perhaps, FIRST)).answer, Answer::Unknown);
    let no = unreachable(Acted::No, 503, None);
    assert_eq!(later(judge(&no, FIRST)).answer, Answer::NoTokens);
    assert_eq!(
        later(judge(&no, AFTER_A_LOST_ANSWER)).answer,
        Answer::Unknown
    );
}

/// R90, F8: one try of the token before, and only where a refusal may come from a lost answer.
#[test]
fn a_dead_grant_after_a_lost_answer_is_doubted_once() {
    let dead = refused_with("invalid_grant", None, 70_000, None);
    assert!(matches!(
        judge(&dead, AFTER_A_LOST_ANSWER),
        Verdict::Recover(_)
    ));
    for so_far in [
        FIRST,
        SoFar {
            has_previous: false,
            ..AFTER_A_LOST_ANSWER
        },
        SoFar {
            in_time: false,
            ..AFTER_A_LOST_ANSWER
        },
    ] {
        assert!(
            matches!(judge(&dead, so_far), Verdict::Found(_)),
            "{so_far:?}"
        );
    }
    let policy = refused_with(
        "interaction_required",
        Some("basic_action"),
        50_076,
        Some("{}"),
    );
    assert!(matches!(
        judge(&policy, AFTER_A_LOST_ANSWER),
        Verdict::Found(_)
    ));
}
