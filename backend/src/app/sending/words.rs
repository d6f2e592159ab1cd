//! How sendings end, in the words of outcomes.

use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::wire::Sending;

use crate::app::outcomes::reason;
use crate::graph::Refused;

/// Nobody knows whether it was sent.
pub(super) fn unknown() -> Sending {
    Sending::Unknown(reason(
        "sending_unknown",
        Actor::Visitor,
        Next::Wait,
        "The message may have been sent. Look in Sent Items before you send it again.",
    ))
}

/// It was not sent, for the reason with this name.
pub(super) fn refused(code: &str) -> Sending {
    let known = REFUSALS.iter().find(|(known, ..)| *known == code);
    let (code, actor, message) = known.unwrap_or(&REFUSED);
    Sending::Refused(reason(code, *actor, Next::None, message))
}

/// The name of a refusal of Graph's.
pub(super) const fn code(refused: Refused) -> &'static str {
    match refused {
        Refused::Recipients => RECIPIENTS.0,
        Refused::TooLarge => TOO_LARGE.0,
        Refused::NotAllowed => NOT_ALLOWED.0,
        Refused::Other => REFUSED.0,
    }
}

type Refusal = (&'static str, Actor, &'static str);

const RECIPIENTS: Refusal = (
    "recipients_refused",
    Actor::Visitor,
    "The message was not sent: Microsoft does not accept one of its addresses.",
);
const TOO_LARGE: Refusal = (
    "letter_too_large",
    Actor::Visitor,
    "The message was not sent: it is too large.",
);
const NOT_ALLOWED: Refusal = (
    "sending_not_allowed",
    Actor::TenantAdmin,
    "The message was not sent: this account may not send it.",
);
const REFUSED: Refusal = (
    "letter_refused",
    Actor::Developer,
    "The message was not sent: Microsoft refused it.",
);
const LEFT: Refusal = (
    "left_in_drafts",
    Actor::Visitor,
    "The message was not sent. It is in Drafts.",
);

/// It was found in Drafts long after.
pub(super) const LEFT_IN_DRAFTS: &str = LEFT.0;

const REFUSALS: [Refusal; 5] = [RECIPIENTS, TOO_LARGE, NOT_ALLOWED, REFUSED, LEFT];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_words_of_its_own() {
        for refusal in [
            Refused::Recipients,
            Refused::TooLarge,
            Refused::NotAllowed,
            Refused::Other,
        ] {
            let Sending::Refused(reason) = refused(code(refusal)) else {
                panic!("{refusal:?}")
            };
            assert_eq!(reason.code, code(refusal));
            assert!(reason.message.contains("not sent"), "{}", reason.message);
        }
    }
}
