//! What a refusal means, for people who have its text before them: a number, a whole error as Microsoft shows it, a token
//! answer, or the address of a callback.

use serde_json::Value;

use super::decode::{Evidence, Refusal, aadsts_numbers, correlation_id, decode};
use super::table::{Entry, TABLE, find};
use super::{Actor, Class, Next};
use crate::callback::pairs;
use crate::encoding::decode_component;

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explained {
    /// A refusal.
    Refusal {
        /// In our words.
        refusal: Box<Refusal>,
        /// What they stand on.
        basis: Basis,
    },
    /// The callback of a sign-in that went well. It holds a code, which is a secret.
    Success,
    /// Nothing that could be explained.
    Nothing,
}

/// What an explanation stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Microsoft's number, or our own code, is in our table.
    Table,
    /// The number is not; Microsoft's OAuth error says this much.
    Error,
    /// Neither; the numbers beside it are about this.
    Family,
}

impl Basis {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Error => "error",
            Self::Family => "family",
        }
    }
}

/// Every number we know, in order.
#[must_use]
pub fn known() -> &'static [Entry] {
    TABLE
}

/// Explains a text. Nothing of it is repeated but number and correlation id.
#[must_use]
pub fn explain(text: &str) -> Explained {
    let text = text.trim();
    if let Some(entry) = by_code(text) {
        return of_entry(entry, None);
    }
    let parts = Parts::read(text);
    let described = parts.description.as_deref().unwrap_or_default();
    let mut numbers = parts.codes.clone();
    numbers.extend(aadsts_numbers(described));
    if parts.error.is_empty() {
        return match numbers.first() {
            Some(number) => of_number(*number, described),
            None if parts.has_code => Explained::Success,
            None => Explained::Nothing,
        };
    }
    let evidence = Evidence {
        error: &parts.error,
        error_subcode: parts.subcode.as_deref(),
        suberror: parts.suberror.as_deref(),
        description: Some(described),
        error_codes: &parts.codes,
        status: None,
    };
    let refusal = decode(&evidence);
    let in_table = numbers
        .iter()
        .filter_map(|number| find(*number))
        .any(|entry| entry.code == refusal.code);
    let basis = if in_table { Basis::Table } else { Basis::Error };
    Explained::Refusal {
        refusal: Box::new(refusal),
        basis,
    }
}

/// What somebody said, taken apart.
#[derive(Default)]
struct Parts {
    error: String,
    subcode: Option<String>,
    suberror: Option<String>,
    description: Option<String>,
    codes: Vec<u32>,
    has_code: bool,
}

impl Parts {
    fn read(text: &str) -> Self {
        if let Ok(Value::Object(members)) = serde_json::from_str(text) {
            return Self::of_answer(&Value::Object(members));
        }
        let query = text.split_once(['?', '#']).map_or(text, |(_, query)| query);
        let has = |name: &str| pairs(query).any(|(found, _)| found == name);
        if has("error") || (has("code") && has("state")) {
            return Self::of_callback(query);
        }
        Self::of_prose(text)
    }

    /// A token answer.
    fn of_answer(answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        let codes = answer["error_codes"].as_array().into_iter().flatten();
        Self {
            error: text("error").unwrap_or_default(),
            suberror: text("suberror"),
            description: text("error_description"),
            codes: codes
                .filter_map(|code| code.as_u64().and_then(|code| code.try_into().ok()))
                .take(8)
                .collect(),
            ..Self::default()
        }
    }

    fn of_callback(query: &str) -> Self {
        let value = |name: &str| {
            let mut found = pairs(query).filter(|(found, _)| *found == name);
            found.next().and_then(|(_, raw)| decode_component(raw))
        };
        Self {
            error: value("error").unwrap_or_default(),
            subcode: value("error_subcode"),
            suberror: value("suberror"),
            description: value("error_description"),
            has_code: value("code").is_some(),
            codes: Vec::new(),
        }
    }

    /// A page, a log line, a letter: the number, and the OAuth error if one of them stands there as a word of its own.
    fn of_prose(text: &str) -> Self {
        let words = || text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let named = |known: &&&str| words().any(|word| word == **known);
        let digits = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        let alone = digits.trim().parse().ok().filter(|_| digits.len() <= 8);
        Self {
            error: ERRORS
                .iter()
                .find(named)
                .copied()
                .unwrap_or_default()
                .to_owned(),
            description: Some(text.replace("aadsts", "AADSTS")),
            codes: alone.into_iter().collect(),
            ..Self::default()
        }
    }
}

fn by_code(code: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.code == code)
}

fn of_number(number: u32, described: &str) -> Explained {
    let correlation_id = correlation_id(described);
    match find(number) {
        Some(entry) => of_entry(entry, correlation_id),
        None => Explained::Refusal {
            refusal: Box::new(Refusal {
                aadsts: Some(number),
                correlation_id,
                ..family(number)
            }),
            basis: Basis::Family,
        },
    }
}

fn of_entry(entry: &Entry, correlation_id: Option<String>) -> Explained {
    Explained::Refusal {
        refusal: Box::new(Refusal {
            code: entry.code,
            class: entry.class,
            actor: entry.actor,
            next: entry.next,
            message: entry.message,
            cause: entry.cause,
            aadsts: Some(entry.aadsts),
            correlation_id,
        }),
        basis: Basis::Table,
    }
}

/// What a number is about by its first digits, as Microsoft's list has grown. Chosen: Microsoft promises no such order.
fn family(number: u32) -> Refusal {
    let (error, cause) = match leading(number) {
        (53 | 54, _) => (
            "",
            "Numbers beside it are about Conditional Access and what an organisation forbids.",
        ),
        (65, _) => (
            "access_denied",
            "Numbers beside it are about consent and permissions.",
        ),
        (16 | 50 | 51 | 52, _) => (
            "invalid_grant",
            "Numbers beside it are about accounts, sessions and second factors.",
        ),
        (70, true) => (
            "invalid_request",
            "Numbers beside it are about registration, credential and request of the app.",
        ),
        (70, false) => (
            "invalid_grant",
            "Numbers beside it are about codes, refresh tokens and scopes.",
        ),
        (90, _) => (
            "invalid_request",
            "Numbers beside it are about the request, and about Microsoft's own troubles.",
        ),
        _ => ("server_error", "Microsoft's list of errors may know it."),
    };
    let suberror = (error.is_empty()).then_some("message_only");
    let evidence = Evidence {
        error,
        suberror,
        ..Evidence::default()
    };
    Refusal {
        cause,
        ..decode(&evidence)
    }
}

/// The first two digits, and whether there are more than five.
fn leading(number: u32) -> (u32, bool) {
    let mut first = number;
    while first > 99 {
        first /= 10;
    }
    (first, number > 99_999)
}

impl Class {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::SignIn => "sign_in",
            Self::StepUp => "step_up",
            Self::AdminConsent => "admin_consent",
            Self::Blocked => "blocked",
            Self::Misconfigured => "misconfigured",
            Self::Unavailable => "unavailable",
        }
    }

    /// What it means for an attempt or an account, in one sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Cancelled => "The visitor turned back or declined; nothing is broken.",
            Self::SignIn => {
                "The grant is dead or the sign-in did not suffice; signing in again mends it."
            }
            Self::StepUp => {
                "Signing in again mends it, with one more step that the organisation asks for."
            }
            Self::AdminConsent => {
                "An administrator of the visitor's organisation has to agree before anybody can connect."
            }
            Self::Blocked => {
                "A policy or the state of the account forbids it; signing in again shows the same."
            }
            Self::Misconfigured => {
                "Registration, credential or request of the deployment is wrong; accounts are not to blame and stay as they are."
            }
            Self::Unavailable => {
                "Microsoft is unwell or asks for patience; accounts stay as they are."
            }
        }
    }
}

/// What an actor does next, as a sentence to them.
#[must_use]
pub const fn advice(actor: Actor, next: Next) -> &'static str {
    match (next, actor) {
        (Next::TryAgain, Actor::Microsoft) => {
            "Nothing to mend: it is tried again by itself, and visitors may try again."
        }
        (Next::TryAgain, _) => "Start again.",
        (Next::SignInAgain, _) => "Sign in once more; the page's button does it.",
        (Next::AskAdmin, _) => "Agree for the organisation, on the page that the visitor forwards.",
        (Next::ContactAdmin, _) => {
            "Lift what stands in the way, or say that it stays: nothing else helps."
        }
        (Next::FixRegistration, _) => {
            "Correct the app registration in the Entra admin center, or the settings that repeat it; `connect-outlook doctor` compares them."
        }
        (Next::FixCredential, _) => {
            "Put a valid client secret or certificate in place; the running server takes it up by itself."
        }
        (Next::Wait, _) => "Wait.",
        (Next::None, _) => "There is nothing to do.",
    }
}

/// The OAuth errors that decide.
const ERRORS: &[&str] = &[
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_resource",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "access_denied",
    "permission_denied",
    "interaction_required",
    "consent_required",
    "login_required",
    "temporarily_unavailable",
    "server_error",
];

#[cfg(test)]
mod tests;
