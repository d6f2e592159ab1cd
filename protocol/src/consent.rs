//! What Microsoft's redirect says when an administrator comes back from its page (entra.md, admin consent): a yes or a no,
//! and nothing that proves either. `tenant` and `scope` are whatever somebody wrote into the address; the first is not
//! even read.

use crate::callback::{CallbackError, optional, pairs, required, within_bounds};
use crate::scope::Scopes;
use crate::shape::{PROSE, WORD};
use crate::state::State;

/// An administrator who is back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentCallback {
    /// Names what was begun.
    pub state: State,
    /// What they said.
    pub answer: ConsentAnswer,
}

/// What they said, as the address has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentAnswer {
    /// Yes, to these scopes if the address names any.
    Yes(Option<Scopes>),
    /// No, or Microsoft did not let them.
    No {
        /// The OAuth error.
        error: String,
        /// Prose with an AADSTS number.
        description: Option<String>,
    },
}

/// Whether a query is the answer to an administrator's consent, and not that of a sign-in: those have a code.
#[must_use]
pub fn looks_like_consent(query: &str) -> bool {
    let has = |name: &str| pairs(query).any(|(found, _)| found == name);
    has("admin_consent") && !has("code")
}

/// Reads such a query. Beside an error `admin_consent=True` means nothing.
///
/// # Errors
/// [`CallbackError`]; nothing was decided.
pub fn parse(query: &str) -> Result<ConsentCallback, CallbackError> {
    within_bounds(query)?;
    let state = required(query, "state", WORD)?;
    let state = State::parse(&state).map_err(|malformed| CallbackError::Malformed(malformed.0))?;
    let agreed = optional(query, "admin_consent", WORD)?;
    let answer = match optional(query, "error", WORD)? {
        Some(error) => ConsentAnswer::No {
            error,
            description: optional(query, "error_description", PROSE)?,
        },
        None if agreed.is_some_and(|value| value.eq_ignore_ascii_case("true")) => {
            let scopes = optional(query, "scope", PROSE)?;
            ConsentAnswer::Yes(scopes.map(|text| Scopes::parse(&text)))
        }
        None => return Err(CallbackError::Malformed("admin_consent")),
    };
    Ok(ConsentCallback { state, answer })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

    #[test]
    fn a_yes_may_name_the_scopes() {
        let query = format!(
            "admin_consent=True&tenant=t&scope=https%3a%2f%2fgraph.microsoft.com%2fMail.Read&state={STATE}"
        );
        assert!(looks_like_consent(&query));
        let read = parse(&query).unwrap();
        let ConsentAnswer::Yes(Some(scopes)) = read.answer else {
            panic!("a yes");
        };
        assert!(scopes.contains("Mail.Read"));
        let first = format!("tenant=t&state={STATE}&admin_consent=True");
        assert_eq!(parse(&first).unwrap().answer, ConsentAnswer::Yes(None));
    }

    /// entra 34: `admin_consent=True` stands beside an error too.
    #[test]
    fn an_error_counts_more_than_a_yes_beside_it() {
        let query = format!(
            "admin_consent=True&error=consent_required&error_description=AADSTS65004%3a+No.&state={STATE}"
        );
        let ConsentAnswer::No { error, description } = parse(&query).unwrap().answer else {
            panic!("a no");
        };
        assert_eq!(error, "consent_required");
        assert_eq!(description.as_deref(), Some("AADSTS65004: No."));
    }

    /// R29
    #[test]
    fn what_is_not_in_order_decides_nothing() {
        for bad in [
            "admin_consent=True".to_owned(),
            format!("admin_consent=True&state={STATE}&state={STATE}"),
            format!("admin_consent=False&state={STATE}"),
            format!("admin_consent=True&admin_consent=True&state={STATE}"),
            format!("admin_consent=True&scope=&state={STATE}"),
            format!("admin_consent=True&error=&state={STATE}"),
            format!("state={STATE}"),
            format!("admin_consent=True&state={STATE}&x={}", "a".repeat(40_000)),
        ] {
            assert!(parse(&bad).is_err(), "{bad:.90}");
        }
        assert!(!looks_like_consent("admin_consent=True&code=0.x&state=s"));
        assert!(!looks_like_consent("error=access_denied&state=s"));
    }
}
