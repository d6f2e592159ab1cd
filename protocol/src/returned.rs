//! How the server-driven way tells the page its outcome: by one parameter of the address the visitor comes back to,
//! `connect_outlook=connected` or `connect_outlook=needs_admin.consent_required.tenant_admin.ask_admin`.
//!
//! Whoever links to the page can write it too. So it opens and decides nothing, and nothing of it is text for people:
//! every part comes from a closed set or is a plain word, a number or an id.

use crate::authority::is_guid;
use crate::outcome::Outcome;
use crate::refusal::{Actor, Next};

/// The parameter's name.
pub const PARAMETER: &str = "connect_outlook";

/// An outcome as far as an address tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// One of [`Outcome::STATUSES`].
    pub status: &'static str,
    /// Why, unless connected.
    pub reason: Option<ReturnedReason>,
}

/// Why it was not connected, who must act and what next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedReason {
    /// Stable name: at most 64 small letters, digits and underscores.
    pub code: String,
    /// Who must act.
    pub actor: Actor,
    /// What they do.
    pub next: Next,
    /// Microsoft's error number, if there was one.
    pub aadsts: Option<u32>,
    /// Microsoft's correlation id, if there was one.
    pub correlation_id: Option<String>,
}

/// The parameter's value for this outcome. It needs no percent-encoding.
#[must_use]
pub fn value(outcome: &Outcome) -> String {
    let Some(reason) = outcome.reason() else {
        return outcome.status().to_owned();
    };
    let mut parts = vec![
        outcome.status().to_owned(),
        reason.code.clone(),
        reason.actor.name().to_owned(),
        reason.next.name().to_owned(),
    ];
    parts.extend(reason.aadsts.map(|number| number.to_string()));
    let id = reason.correlation_id.as_ref();
    parts.extend(id.filter(|id| is_guid(id)).cloned());
    parts.join(".")
}

/// Reads the query of an address (what stands behind `?`). `None` if it tells no outcome, or none that [`value`] could
/// have written.
#[must_use]
pub fn read(query: &str) -> Option<Returned> {
    let pairs = query.trim_start_matches('?').split('&');
    let mut values = pairs.filter_map(|pair| pair.strip_prefix(PARAMETER)?.strip_prefix('='));
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let mut parts = value.split('.');
    let written = parts.next()?;
    let status = Outcome::STATUSES
        .into_iter()
        .find(|status| *status == written)?;
    let reason = match parts.next() {
        Some(code) => Some(read_reason(code, parts)?),
        None => None,
    };
    let fits = reason.is_none() == (status == CONNECTED);
    fits.then_some(Returned { status, reason })
}

fn read_reason<'a>(code: &str, mut parts: impl Iterator<Item = &'a str>) -> Option<ReturnedReason> {
    let (actor, next) = (parts.next()?, parts.next()?);
    let mut part = parts.next();
    let aadsts = part.and_then(|part| part.parse().ok());
    if aadsts.is_some() {
        part = parts.next();
    }
    let correlation_id = part.filter(|id| is_guid(id)).map(str::to_owned);
    let nothing_left = part.is_some() == correlation_id.is_some() && parts.next().is_none();
    (is_code(code) && nothing_left).then_some(ReturnedReason {
        code: code.to_owned(),
        actor: Actor::ALL.into_iter().find(|known| known.name() == actor)?,
        next: Next::ALL.into_iter().find(|known| known.name() == next)?,
        aadsts,
        correlation_id,
    })
}

fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

const CONNECTED: &str = "connected";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::outcome::Reason;
    use crate::wire::{AccountState, AccountView};

    const ID: &str = "11111111-aaaa-4bbb-8ccc-222222222222";

    fn refused(aadsts: Option<u32>, correlation_id: Option<&str>) -> Outcome {
        Outcome::NeedsAdmin(Reason {
            code: "consent_required".to_owned(),
            actor: Actor::TenantAdmin,
            next: Next::AskAdmin,
            message: "Ask <your> admin.".to_owned(),
            aadsts,
            correlation_id: correlation_id.map(str::to_owned),
            link: None,
        })
    }

    #[test]
    fn an_outcome_comes_back_without_its_sentence() {
        for aadsts in [None, Some(90_094)] {
            for id in [None, Some(ID)] {
                let text = value(&refused(aadsts, id));
                let read = read(&format!("?page=2&{PARAMETER}={text}&x=y")).unwrap();
                let reason = read.reason.unwrap();
                assert_eq!(
                    (read.status, reason.code.as_str(), reason.actor, reason.next),
                    (
                        "needs_admin",
                        "consent_required",
                        Actor::TenantAdmin,
                        Next::AskAdmin
                    )
                );
                assert_eq!(
                    (reason.aadsts, reason.correlation_id.as_deref()),
                    (aadsts, id)
                );
                assert!(!text.contains("your"), "{text}");
            }
        }
        let whatever = value(&refused(None, Some("<script>")));
        assert_eq!(
            whatever,
            "needs_admin.consent_required.tenant_admin.ask_admin"
        );
    }

    /// No name, no address, no id of an account.
    #[test]
    fn connected_is_one_word() {
        let connected = Outcome::Connected {
            account: AccountView {
                id: ID.to_owned(),
                display_name: "Ada".to_owned(),
                address: "ada@contoso.example".to_owned(),
                state: AccountState::Connected,
                reconnect_by: None,
            },
            return_to: None,
        };
        assert_eq!(value(&connected), "connected");
        let back = read("connect_outlook=connected").unwrap();
        assert_eq!((back.status, back.reason), ("connected", None));
    }

    /// R31: what somebody else wrote into a link is nothing, or a word we could have written.
    #[test]
    fn what_we_would_not_write_is_not_read() {
        for bad in [
            "",
            "page=2",
            "connect_outlook",
            "connect_outlook=",
            "connect_outlook=Connected",
            "connect_outlook=connected.turned_back.visitor.try_again",
            "connect_outlook=connected&connect_outlook=connected",
            "connect_outlook=cancelled",
            "connect_outlook=cancelled.x",
            "connect_outlook=cancelled.x.visitor",
            "connect_outlook=cancelled.x.attacker.try_again",
            "connect_outlook=cancelled.x.visitor.call_this_number",
            "connect_outlook=cancelled.Call+me.visitor.try_again",
            "connect_outlook=cancelled.x%2e.visitor.try_again",
            "connect_outlook=cancelled.x.visitor.try_again.",
            "connect_outlook=cancelled.x.visitor.try_again.1.2",
            "connect_outlook=cancelled.x.visitor.try_again.99999999999",
            "xconnect_outlook=connected",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "(connect_outlook=)?[a-z_.&=0-9%-]{0,80}") {
            let _ = read(&text);
        }
    }
}
