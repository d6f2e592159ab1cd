//! The border for errors and outcomes: what went wrong in our words, and how it leaves for JavaScript.
//!
//! Inside, everything that fails is a [`Reason`]: code, actor, next, message. A step of connecting turns it into an
//! [`Outcome`]; every other call throws it. Codes are stable, messages are not.

use connect_outlook_protocol::outcome::{Outcome, Reason};
use connect_outlook_protocol::refusal::{Actor, Next};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as Unknown, StrDeserializer};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::fields::text;

/// A reason of our own.
pub(crate) fn reason(code: &str, actor: Actor, next: Next, message: &str) -> Reason {
    Reason {
        code: code.to_owned(),
        actor,
        next,
        message: message.to_owned(),
        aadsts: None,
        correlation_id: None,
    }
}

/// The developer passed something that cannot be meant.
pub(crate) fn bad_options(message: &str) -> Reason {
    reason("bad_options", Actor::Developer, Next::None, message)
}

/// The backend's address leads to something that does not speak our contract.
pub(crate) fn bad_answer() -> Reason {
    reason(
        "bad_answer",
        Actor::Developer,
        Next::None,
        "The server's answer makes no sense. The page may name the wrong address of its server.",
    )
}

/// No answer, or one from a proxy in the way.
pub(crate) fn unreachable() -> Reason {
    reason(
        "unreachable",
        Actor::Operator,
        Next::TryAgain,
        "The server cannot be reached. Check your connection and try again.",
    )
}

/// A problem document (RFC 9457) as the backend writes it; anything else degrades by its status.
pub(crate) fn read_problem(status: u16, answer: &JsValue) -> Reason {
    let Some(code) = text(answer, "code") else {
        return if status >= 500 {
            unreachable()
        } else {
            bad_answer()
        };
    };
    let message = text(answer, "detail").or_else(|| text(answer, "title"));
    Reason {
        code,
        actor: text(answer, "actor")
            .and_then(|name| word(&name))
            .unwrap_or(Actor::Operator),
        next: text(answer, "next")
            .and_then(|name| word(&name))
            .unwrap_or(Next::TryAgain),
        message: message.unwrap_or_else(|| "The server refused the request.".to_owned()),
        aadsts: None,
        correlation_id: text(answer, "correlation_id"),
    }
}

/// One of a closed list of words of the contract, by the name it has on the wire.
pub(crate) fn word<T: DeserializeOwned>(name: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<Unknown>::new(name)).ok()
}

/// What a reason means for an attempt to connect: who has to act decides.
pub(crate) fn outcome_of(reason: Reason) -> Outcome {
    match (reason.actor, reason.next) {
        (_, Next::Wait) | (Actor::Microsoft, _) => Outcome::Unavailable(reason),
        (Actor::Visitor, _) => Outcome::Cancelled(reason),
        (Actor::TenantAdmin, Next::ContactAdmin) => Outcome::BlockedByPolicy(reason),
        (Actor::TenantAdmin, _) => Outcome::NeedsAdmin(reason),
        (_, Next::TryAgain | Next::SignInAgain) => Outcome::Unavailable(reason),
        (Actor::Developer | Actor::Operator, _) => Outcome::Misconfigured(reason),
    }
}

/// A value on its way to JavaScript. Ours are plain structs of strings and numbers, which always arrive.
pub(crate) fn to_js(value: &impl Serialize) -> JsValue {
    value
        .serialize(&Serializer::new())
        .unwrap_or(JsValue::UNDEFINED)
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

    #[test]
    fn whoever_has_to_act_decides_the_outcome() {
        let status = |actor, next| {
            let outcome = outcome_of(reason("x", actor, next, ""));
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
