//! The shape of a step.

use serde::Serialize;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Counts from 1; never used twice, also not after starting over.
    pub sequence: u64,
    /// When, unix seconds by the demo's clock.
    pub time: i64,
    /// Whose message it was, or who did something by itself.
    pub from: Party,
    /// Who got it; the same as `from` for what a party did by itself.
    pub to: Party,
    /// What happened, and the facts.
    #[serde(flatten)]
    pub sketch: Sketch,
}

/// A step that has no number yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sketch {
    /// What happened.
    pub kind: Kind,
    /// Names and sizes.
    pub facts: Vec<Fact>,
}

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The page in the visitor's browser.
    Page,
    /// The backend.
    Server,
    /// The emulated Microsoft.
    Microsoft,
}

/// What can happen. The page has a sentence for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names say it, and demo/page/script/story/words.js explains each"
)]
pub enum Kind {
    VerifierMade,
    AttemptAsked,
    AttemptAnswered,
    SentToMicrosoft,
    VisitorAnswered,
    CodeIssued,
    RefusalIssued,
    CodeHanded,
    AttemptTaken,
    CodeRedeemed,
    RedemptionRefused,
    DiscoveryRead,
    KeysFetched,
    IdTokenChecked,
    TokensSealed,
    SessionOpened,
    RefusalHanded,
    RefusalJudged,
    SessionKnown,
    MailAsked,
    TokenRefreshed,
    RefreshRefused,
    GraphCalled,
    GraphRefused,
    MailAnswered,
    ClockMoved,
    DisconnectAsked,
    Disconnected,
    SignOutAsked,
    SignedOut,
    Refused,
}

impl Kind {
    /// Who says it to whom.
    #[must_use]
    pub const fn parties(self) -> (Party, Party) {
        use Party::{Microsoft, Page, Server};
        match self {
            Self::VerifierMade => (Page, Page),
            Self::AttemptTaken | Self::IdTokenChecked | Self::TokensSealed => (Server, Server),
            Self::SentToMicrosoft | Self::VisitorAnswered => (Page, Microsoft),
            Self::CodeIssued | Self::RefusalIssued => (Microsoft, Page),
            Self::AttemptAsked
            | Self::CodeHanded
            | Self::RefusalHanded
            | Self::MailAsked
            | Self::DisconnectAsked
            | Self::SignOutAsked => (Page, Server),
            Self::CodeRedeemed
            | Self::RedemptionRefused
            | Self::DiscoveryRead
            | Self::KeysFetched
            | Self::TokenRefreshed
            | Self::RefreshRefused
            | Self::GraphCalled
            | Self::GraphRefused
            | Self::ClockMoved => (Server, Microsoft),
            Self::AttemptAnswered
            | Self::SessionOpened
            | Self::RefusalJudged
            | Self::SessionKnown
            | Self::MailAnswered
            | Self::Disconnected
            | Self::SignedOut
            | Self::Refused => (Server, Page),
        }
    }

    /// A step of this kind with these facts; those that could not be told are left out.
    #[must_use]
    pub fn with(self, facts: impl IntoIterator<Item = Option<Fact>>) -> Sketch {
        let facts = facts.into_iter().flatten().collect();
        Sketch { kind: self, facts }
    }
}

/// A name of this program with a size or a word of this program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is about.
    pub name: &'static str,
    /// What is told about it.
    #[serde(flatten)]
    pub told: Told,
}

/// What a fact tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Told {
    /// How much.
    Size {
        /// The number.
        amount: u64,
        /// Of what.
        unit: Unit,
    },
    /// Which of the words this program knows.
    Word {
        /// The word.
        word: &'static str,
    },
}

/// What an amount counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "units")]
pub enum Unit {
    Characters,
    Bytes,
    Milliseconds,
    Seconds,
    Count,
}

impl Fact {
    /// An amount. `Option` because facts are gathered from what may not be there.
    #[must_use]
    pub fn size(name: &'static str, amount: impl TryInto<u64>, unit: Unit) -> Option<Self> {
        let amount = amount.try_into().ok()?;
        Some(Self {
            name,
            told: Told::Size { amount, unit },
        })
    }

    /// The same about something that has another name here.
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// A word.
    #[must_use]
    pub const fn word(name: &'static str, word: &'static str) -> Option<Self> {
        Some(Self {
            name,
            told: Told::Word { word },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_flat_json() {
        let (from, to) = Kind::CodeRedeemed.parties();
        let step = Step {
            sequence: 7,
            time: 1_800_000_000,
            from,
            to,
            sketch: Kind::CodeRedeemed.with([
                Fact::size("access_token", 1_104_usize, Unit::Characters),
                Fact::word("grant_type", "authorization_code"),
                None,
            ]),
        };
        assert_eq!(
            serde_json::to_value(step).unwrap(),
            serde_json::json!({
                "sequence": 7, "time": 1_800_000_000, "from": "server", "to": "microsoft", "kind": "code_redeemed",
                "facts": [
                    {"name": "access_token", "amount": 1104, "unit": "characters"},
                    {"name": "grant_type", "word": "authorization_code"},
                ],
            })
        );
    }
}
