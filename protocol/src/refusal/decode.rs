//! From what Microsoft said to what it means.

use super::general::general;
use super::table::find;
use super::{Actor, Class, Next};

/// What Microsoft said, from a redirect or a token answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// The OAuth error; empty if there was none.
    pub error: &'a str,
    /// Of a redirect: `cancel` when the visitor turned back.
    pub error_subcode: Option<&'a str>,
    /// Microsoft's finer class.
    pub suberror: Option<&'a str>,
    /// Prose, from which numbers and the correlation id are read and nothing else.
    pub description: Option<&'a str>,
    /// The numbers of a token answer's `error_codes`.
    pub error_codes: &'a [u32],
    /// The HTTP status; `None` for a redirect.
    pub status: Option<u16>,
}

/// A refusal in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable name of what happened, such as `consent_declined`.
    pub code: &'static str,
    /// What it means.
    pub class: Class,
    /// Who must act.
    pub actor: Actor,
    /// What they do.
    pub next: Next,
    /// One sentence for the visitor.
    pub message: &'static str,
    /// One sentence for developer and operator: the cause.
    pub cause: &'static str,
    /// Microsoft's number, known to us or not.
    pub aadsts: Option<u32>,
    /// Microsoft's correlation id, for their support.
    pub correlation_id: Option<String>,
}

/// Decodes a refusal. Always answers: unknown numbers and changed prose degrade to what `error`, `suberror` and the
/// status say, and an unknown error to [`Class::Unavailable`].
#[must_use]
pub fn decode(evidence: &Evidence<'_>) -> Refusal {
    let description = evidence.description.unwrap_or_default();
    let class = class_of(evidence);
    let numbers = || {
        evidence
            .error_codes
            .iter()
            .copied()
            .chain(aadsts_numbers(description))
    };
    let entry = numbers()
        .filter_map(find)
        .find(|entry| may_refine(class, entry.class))
        .unwrap_or_else(|| general(class, evidence));
    Refusal {
        code: entry.code,
        class: entry.class,
        actor: entry.actor,
        next: entry.next,
        message: entry.message,
        cause: entry.cause,
        aadsts: numbers().next(),
        correlation_id: correlation_id(description),
    }
}

/// The numbers in `AADSTS<number>`, in the order they stand, at most eight.
pub fn aadsts_numbers(description: &str) -> impl Iterator<Item = u32> {
    description
        .split("AADSTS")
        .skip(1)
        .take(8)
        .filter_map(|rest| {
            let digits: &str = &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()];
            digits.parse().ok()
        })
}

/// The correlation id in an error description: a GUID, or nothing.
#[must_use]
pub fn correlation_id(description: &str) -> Option<String> {
    let rest = description.split("Correlation ID: ").nth(1)?;
    let id = rest.get(..36)?.to_ascii_lowercase();
    crate::authority::is_guid(&id).then_some(id)
}

fn class_of(evidence: &Evidence<'_>) -> Class {
    match evidence.suberror {
        Some("message_only") => return Class::Blocked,
        Some("basic_action" | "additional_action") => return Class::StepUp,
        Some("bad_token" | "token_expired" | "user_password_expired" | "consent_required") => {
            return Class::SignIn;
        }
        _ => {}
    }
    match evidence.error {
        "access_denied" | "permission_denied" => Class::Cancelled,
        "invalid_grant" | "interaction_required" | "consent_required" | "login_required" => {
            Class::SignIn
        }
        "invalid_client"
        | "unauthorized_client"
        | "invalid_request"
        | "invalid_scope"
        | "invalid_resource"
        | "unsupported_grant_type"
        | "unsupported_response_type" => Class::Misconfigured,
        _ => Class::Unavailable,
    }
}

/// A number may say more than its error, not the contrary: a refused credential is never the visitor's to mend, and
/// an outage is nobody's.
fn may_refine(class: Class, to: Class) -> bool {
    use Class::{AdminConsent, Blocked, Cancelled, Misconfigured, SignIn, StepUp, Unavailable};
    match class {
        Cancelled => matches!(to, Cancelled | AdminConsent | Blocked | Misconfigured),
        SignIn => matches!(to, SignIn | StepUp | AdminConsent | Blocked | Misconfigured),
        StepUp => matches!(to, StepUp | Blocked),
        Misconfigured => matches!(to, Misconfigured | AdminConsent | Blocked),
        AdminConsent | Blocked | Unavailable => to == class,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redirect(error: &'static str, description: &'static str) -> Refusal {
        decode(&Evidence {
            error,
            description: Some(description),
            ..Evidence::default()
        })
    }

    fn token(
        error: &'static str,
        suberror: Option<&'static str>,
        codes: &'static [u32],
    ) -> Refusal {
        decode(&Evidence {
            error,
            suberror,
            error_codes: codes,
            status: Some(400),
            ..Evidence::default()
        })
    }

    #[test]
    fn declining_and_turning_back_are_told_apart_and_are_nobodys_fault() {
        let declined = redirect(
            "access_denied",
            "AADSTS65004: User declined.\r\nTrace ID: a\r\nCorrelation ID: 0a1b2c3d-0000-4000-8000-00000000000f\r\nTimestamp: 2026-01-01 00:00:00Z",
        );
        assert_eq!(
            (declined.code, declined.class),
            ("consent_declined", Class::Cancelled)
        );
        assert_eq!(
            declined.correlation_id.as_deref(),
            Some("0a1b2c3d-0000-4000-8000-00000000000f")
        );
        let back = decode(&Evidence {
            error: "access_denied",
            error_subcode: Some("cancel"),
            ..Evidence::default()
        });
        assert_eq!(
            (back.code, back.actor, back.aadsts),
            ("turned_back", Actor::Visitor, None)
        );
    }

    /// The number refines a refusal into one that only an administrator can mend.
    #[test]
    fn an_approval_that_is_missing_is_the_administrators() {
        for number in [
            "AADSTS90094: x",
            "AADSTS90095: x",
            "AADSTS90093: x",
            "AADSTS900941: x",
        ] {
            let refusal = redirect("access_denied", number);
            assert_eq!(
                (refusal.class, refusal.actor, refusal.next),
                (Class::AdminConsent, Actor::TenantAdmin, Next::AskAdmin)
            );
        }
    }

    /// R88: a refused credential is the operator's, whatever number or words come with it.
    #[test]
    fn a_refused_credential_never_asks_the_visitor() {
        for codes in [
            &[7_000_215][..],
            &[7_000_222],
            &[7_000_218],
            &[700_027],
            &[70_008],
            &[50_173],
            &[123_456],
            &[],
        ] {
            let refusal = token("invalid_client", None, codes);
            assert_eq!(refusal.class, Class::Misconfigured, "{codes:?}");
            assert_ne!(refusal.actor, Actor::Visitor, "{codes:?}");
        }
        assert_eq!(
            token("invalid_client", None, &[7_000_222]).next,
            Next::FixCredential
        );
    }

    /// R88, R89
    #[test]
    fn an_outage_is_nobodys_and_no_number_changes_that() {
        for status in [429, 500, 503] {
            let refusal = decode(&Evidence {
                status: Some(status),
                error_codes: &[70_008],
                ..Evidence::default()
            });
            assert_eq!(
                (refusal.class, refusal.actor),
                (Class::Unavailable, Actor::Microsoft)
            );
        }
    }

    #[test]
    fn dead_grants_ask_for_a_sign_in() {
        for codes in [
            &[70_008][..],
            &[700_082],
            &[700_084],
            &[50_173],
            &[70_043],
            &[54_005],
            &[999_999],
            &[],
        ] {
            assert_eq!(
                token("invalid_grant", None, codes).next,
                Next::SignInAgain,
                "{codes:?}"
            );
        }
    }

    #[test]
    fn suberrors_decide_before_numbers_are_looked_at() {
        assert_eq!(
            token("invalid_grant", Some("message_only"), &[999_999]).class,
            Class::Blocked
        );
        assert_eq!(
            token("invalid_grant", Some("basic_action"), &[50_076]).class,
            Class::StepUp
        );
        assert_eq!(
            token("invalid_grant", Some("consent_required"), &[65_001]).code,
            "consent_missing"
        );
    }

    #[test]
    fn seventy_thousand_and_eleven_is_a_scope_and_not_a_grant() {
        assert_eq!(
            token("invalid_scope", None, &[70_011]).actor,
            Actor::Developer
        );
    }

    #[test]
    fn an_unknown_number_is_kept_for_the_log() {
        assert_eq!(
            redirect("access_denied", "AADSTS4242424: new").aadsts,
            Some(4_242_424)
        );
        assert_eq!(
            redirect("access_denied", "AADSTS: no number, AADSTS99999999999").aadsts,
            None
        );
    }

    proptest! {
        #[test]
        fn decoding_never_panics(error in ".{0,40}", description in ".{0,200}", status in proptest::option::of(0u16..1000)) {
            let _ = decode(&Evidence { error: &error, description: Some(&description), status, ..Evidence::default() });
        }
    }
}
