//! What was found, and who has to do what.

use connect_outlook_protocol::refusal::{Actor, Next, Refusal};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Worth knowing; nothing is broken by it, or nothing could be seen.
    Note,
    /// Somebody has to act before visitors can connect, or stay connected.
    Bad,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How bad it is.
    pub verdict: Verdict,
    /// Stable name of what is wrong; `ok` where nothing is.
    pub code: &'static str,
    /// Who mends it.
    pub actor: Option<Actor>,
    /// How.
    pub next: Next,
    /// In a sentence.
    pub says: String,
    /// Microsoft's number, if there is one.
    pub aadsts: Option<u32>,
}

impl Verdict {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Bad => "bad",
        }
    }
}

impl Finding {
    pub(super) fn good(check: &'static str, says: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Good,
            code: "ok",
            actor: None,
            next: Next::None,
            says: says.into(),
            aadsts: None,
        }
    }

    pub(super) fn note(check: &'static str, code: &'static str, says: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Note,
            code,
            ..Self::good(check, says)
        }
    }

    pub(super) fn bad(
        check: &'static str,
        code: &'static str,
        (actor, next): (Actor, Next),
        says: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Bad,
            code,
            actor: Some(actor),
            next,
            ..Self::good(check, says)
        }
    }

    /// What Microsoft refuses with.
    pub(super) fn refused(check: &'static str, what: &str, refusal: &Refusal) -> Self {
        let says = format!("{what}: {}", refusal.cause);
        Self {
            aadsts: refusal.aadsts,
            ..Self::bad(check, refusal.code, (refusal.actor, refusal.next), says)
        }
    }
}
