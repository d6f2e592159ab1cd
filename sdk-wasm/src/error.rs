//! The border for errors and outcomes: what went wrong in our words, and how it leaves for JavaScript.
//!
//! Inside, everything that fails is a [`Trouble`]: code, actor, next, message. A step of connecting turns it into an
//! [`Outcome`]; every other call throws it. Codes are stable, messages are not.

use std::fmt;

use connect_outlook_protocol::outcome::{Outcome, Reason};
use connect_outlook_protocol::refusal::{Actor, Next};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::fields::{text, text_or_empty};

/// What a call fails with. Boxed, because it travels far and most calls do not need it.
#[derive(Debug)]
pub(crate) struct Trouble(Box<Reason>);

impl Trouble {
    /// Has this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.0.code == code
    }

    /// What people read.
    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// As an object to throw.
    pub(crate) fn to_js(&self) -> JsValue {
        to_js(&members(None, &self.0))
    }

    /// As an object to resolve to: what it means for an attempt to connect.
    pub(crate) fn into_outcome(self) -> JsValue {
        let outcome = outcome_of(*self.0);
        let reason = outcome.reason();
        // Never connected: that comes from the backend as it is.
        reason.map_or(JsValue::UNDEFINED, |reason| {
            to_js(&members(Some(outcome.status()), reason))
        })
    }
}

/// A trouble of our own.
pub(crate) fn trouble(code: &str, actor: Actor, next: Next, message: &str) -> Trouble {
    Trouble(Box::new(Reason {
        code: code.to_owned(),
        actor,
        next,
        message: message.to_owned(),
        aadsts: None,
        correlation_id: None,
        link: None,
    }))
}

/// The developer passed something that cannot be meant.
pub(crate) fn bad_options(message: &str) -> Trouble {
    trouble("bad_options", Actor::Developer, Next::None, message)
}

/// The backend's address leads to something that does not speak our contract.
pub(crate) fn bad_answer() -> Trouble {
    trouble(
        "bad_answer",
        Actor::Developer,
        Next::None,
        "The answer is not from the expected server. The page may name its address wrongly.",
    )
}

/// No answer, or one from a proxy in the way.
pub(crate) fn unreachable() -> Trouble {
    trouble(
        "unreachable",
        Actor::Operator,
        Next::TryAgain,
        "The server cannot be reached. Check your connection and try again.",
    )
}

/// A problem document (RFC 9457) as the backend writes it; anything else degrades by its status.
pub(crate) fn read_problem(status: u16, answer: &JsValue) -> Trouble {
    let Some(code) = text(answer, "code") else {
        return if status >= 500 {
            unreachable()
        } else {
            bad_answer()
        };
    };
    let message = text(answer, "detail").unwrap_or_else(|| text_or_empty(answer, "title"));
    Trouble(Box::new(Reason {
        code,
        actor: word(&text_or_empty(answer, "actor")).unwrap_or(Actor::Operator),
        next: word(&text_or_empty(answer, "next")).unwrap_or(Next::TryAgain),
        message,
        aadsts: None,
        correlation_id: text(answer, "correlation_id"),
        link: None,
    }))
}

/// One of a closed list of words of the contract, by the name it has on the wire.
pub(crate) fn word<T: DeserializeOwned>(name: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<Unknown>::new(name)).ok()
}

/// A word that is not on the list. Says nothing more, which keeps serde's messages out of the module.
#[derive(Debug)]
struct Unknown;

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("unknown word")
    }
}

impl std::error::Error for Unknown {}

impl serde::de::Error for Unknown {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// What a reason means for an attempt to connect: who has to act decides.
fn outcome_of(reason: Reason) -> Outcome {
    match (reason.actor, reason.next) {
        (_, Next::Wait) | (Actor::Microsoft, _) => Outcome::Unavailable(reason),
        (Actor::Visitor, _) => Outcome::Cancelled(reason),
        (Actor::TenantAdmin, Next::ContactAdmin) => Outcome::BlockedByPolicy(reason),
        (Actor::TenantAdmin, _) => Outcome::NeedsAdmin(reason),
        (_, Next::TryAgain | Next::SignInAgain) => Outcome::Unavailable(reason),
        (Actor::Developer | Actor::Operator, _) => Outcome::Misconfigured(reason),
    }
}

/// What a reason is in JavaScript, with the outcome that it belongs to. Numbers of Microsoft's come from the backend only.
fn members<'a>(status: Option<&'a str>, reason: &'a Reason) -> [Member<'a>; 6] {
    [
        ("status", status),
        ("code", Some(&reason.code)),
        ("actor", Some(reason.actor.name())),
        ("next", Some(reason.next.name())),
        ("message", Some(&reason.message)),
        ("correlation_id", reason.correlation_id.as_deref()),
    ]
}

/// A member of an object on its way to JavaScript; without a value, it is left out.
pub(crate) type Member<'a> = (&'static str, Option<&'a str>);

/// An object of these members. It leaves as a map: for the members of structs the serializer keeps a table of names, which
/// is 0.8 KB of the module.
pub(crate) fn to_js(members: &[Member<'_>]) -> JsValue {
    let serializer = Serializer::new().serialize_maps_as_objects(true);
    // Strings always arrive.
    Object(members)
        .serialize(&serializer)
        .unwrap_or(JsValue::UNDEFINED)
}

struct Object<'a>(&'a [Member<'a>]);

impl Serialize for Object<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let given = self
            .0
            .iter()
            .filter_map(|(name, value)| Some((name, (*value)?)));
        serializer.collect_map(given)
    }
}

/// What is sent, the way the server reads it.
#[cfg(test)]
pub(crate) fn as_json(members: &[Member<'_>]) -> serde_json::Value {
    serde_json::to_value(Object(members)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_contract_are_read_and_others_are_not() {
        assert_eq!(word::<Actor>("tenant_admin"), Some(Actor::TenantAdmin));
        assert_eq!(word::<Next>("fix_credential"), Some(Next::FixCredential));
        assert_eq!(word::<Next>("FixCredential"), None);
    }

    /// The words are those of the contract, which the backend writes by the types themselves.
    #[test]
    fn an_outcome_leaves_as_the_contract_writes_it() {
        let Trouble(mut reason) = trouble("x", Actor::TenantAdmin, Next::AskAdmin, "Ask.");
        reason.correlation_id = Some("c".to_owned());
        assert_eq!(
            as_json(&members(None, &reason)),
            serde_json::to_value(&reason).unwrap()
        );
        let outcome = outcome_of(*reason);
        let written = members(Some(outcome.status()), outcome.reason().unwrap());
        assert_eq!(as_json(&written), serde_json::to_value(&outcome).unwrap());
    }

    #[test]
    fn whoever_has_to_act_decides_the_outcome() {
        let status = |actor, next| {
            let outcome = outcome_of(*trouble("x", actor, next, "").0);
            serde_json::to_value(outcome).unwrap()["status"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(status(Actor::Visitor, Next::TryAgain), "cancelled");
        assert_eq!(status(Actor::TenantAdmin, Next::AskAdmin), "needs_admin");
        assert_eq!(
            status(Actor::TenantAdmin, Next::ContactAdmin),
            "blocked_by_policy"
        );
        assert_eq!(
            status(Actor::Operator, Next::FixCredential),
            "misconfigured"
        );
        assert_eq!(status(Actor::Developer, Next::None), "misconfigured");
        assert_eq!(status(Actor::Microsoft, Next::Wait), "unavailable");
        assert_eq!(status(Actor::Operator, Next::TryAgain), "unavailable");
        assert_eq!(status(Actor::Visitor, Next::Wait), "unavailable");
    }
}
