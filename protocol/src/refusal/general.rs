//! What is said when only the class is known: no number came, or none that we know.

use super::decode::Evidence;
use super::table::Entry;
use super::{Actor, Class, Next};

/// The words for a class.
pub(super) fn general(class: Class, evidence: &Evidence<'_>) -> &'static Entry {
    match class {
        Class::Cancelled if evidence.error_subcode == Some("cancel") => &TURNED_BACK,
        Class::Cancelled => &DECLINED,
        Class::SignIn if evidence.suberror == Some("consent_required") => &CONSENT_NEEDED,
        Class::SignIn => &SIGN_IN_AGAIN,
        Class::StepUp => &STEP_UP,
        Class::AdminConsent => &ADMIN_CONSENT,
        Class::Blocked => &BLOCKED,
        Class::Misconfigured if evidence.error == "invalid_client" => &CREDENTIAL_REFUSED,
        Class::Misconfigured => &MISCONFIGURED,
        Class::Unavailable if evidence.status == Some(429) => &THROTTLED,
        Class::Unavailable => &UNAVAILABLE,
    }
}

macro_rules! general {
    ($name:ident, $code:literal, $class:ident, $actor:ident, $next:ident, $message:literal, $cause:literal) => {
        const $name: Entry = Entry {
            aadsts: 0,
            code: $code,
            class: Class::$class,
            actor: Actor::$actor,
            next: Next::$next,
            message: $message,
            cause: $cause,
        };
    };
}

general!(
    TURNED_BACK,
    "turned_back",
    Cancelled,
    Visitor,
    TryAgain,
    "You turned back before signing in. You can start again whenever you like.",
    "The visitor left Microsoft's pages with Cancel or Back."
);
general!(
    DECLINED,
    "declined",
    Cancelled,
    Visitor,
    TryAgain,
    "Access was not granted. You can start again whenever you like.",
    "The visitor or a policy refused; Microsoft gave no number we know."
);
general!(
    CONSENT_NEEDED,
    "consent_needed",
    SignIn,
    Visitor,
    SignInAgain,
    "Please connect again and agree to the permissions.",
    "Nobody has agreed to this scope, or the consent was withdrawn."
);
general!(
    SIGN_IN_AGAIN,
    "sign_in_again",
    SignIn,
    Visitor,
    SignInAgain,
    "Please sign in again.",
    "The code, grant or session is no longer good."
);
general!(
    STEP_UP,
    "step_up",
    StepUp,
    Visitor,
    SignInAgain,
    "Your organisation asks for one more step. Please sign in again.",
    "A policy demands an interactive sign-in with the claims that came along."
);
general!(
    ADMIN_CONSENT,
    "admin_consent_needed",
    AdminConsent,
    TenantAdmin,
    AskAdmin,
    "An administrator of your organisation has to agree first.",
    "User consent is not enough in this organisation."
);
general!(
    BLOCKED,
    "blocked_by_policy",
    Blocked,
    TenantAdmin,
    ContactAdmin,
    "A rule of your organisation does not allow this. Please ask your administrator.",
    "Conditional Access or another policy blocks the sign-in; signing in again shows the same."
);
general!(
    CREDENTIAL_REFUSED,
    "credential_refused",
    Misconfigured,
    Operator,
    FixCredential,
    "This site cannot connect to Microsoft at the moment. Its operator has to act.",
    "Microsoft does not accept the client credential."
);
general!(
    MISCONFIGURED,
    "misconfigured",
    Misconfigured,
    Developer,
    FixRegistration,
    "This site is not set up correctly for Microsoft. Its developers have to act.",
    "Microsoft refuses the request itself."
);
general!(
    THROTTLED,
    "throttled",
    Unavailable,
    Microsoft,
    Wait,
    "Microsoft asks for a moment of patience. Please try again shortly.",
    "Too many requests; Retry-After says how long to wait."
);
general!(
    UNAVAILABLE,
    "microsoft_unavailable",
    Unavailable,
    Microsoft,
    TryAgain,
    "Microsoft's sign-in service does not answer properly at the moment. Please try again shortly.",
    "An outage, an answer that is not OAuth, or an error unknown to us."
);
