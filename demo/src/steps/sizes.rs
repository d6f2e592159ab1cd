//! JSON bodies: sizes of their members.

use serde_json::Value;

use super::step::{Fact, Unit};
use super::words::known;

/// A JSON object that is measured and dropped.
pub(super) struct Sizes(Value);

impl Sizes {
    /// Reads a body; one that is no JSON has no members.
    pub(super) fn of(body: &[u8]) -> Self {
        Self(serde_json::from_slice(body).unwrap_or(Value::Null))
    }

    /// How long a text is, in characters.
    pub(super) fn size(&self, name: &'static str) -> Option<Fact> {
        Fact::size(
            name,
            self.0.get(name)?.as_str()?.chars().count(),
            Unit::Characters,
        )
    }

    /// Which of `words` a text is.
    pub(super) fn word(&self, name: &'static str, words: &[&'static str]) -> Option<Fact> {
        Fact::word(name, known(words, self.0.get(name)?.as_str()?))
    }

    /// A number of seconds.
    pub(super) fn seconds(&self, name: &'static str) -> Option<Fact> {
        Fact::size(name, self.0.get(name)?.as_u64()?, Unit::Seconds)
    }

    /// How many items a list has.
    pub(super) fn count(&self, name: &'static str) -> Option<Fact> {
        Fact::size(name, self.0.get(name)?.as_array()?.len(), Unit::Count)
    }

    /// Whether a text is exactly this.
    pub(super) fn is(&self, name: &str, text: &str) -> bool {
        self.0.get(name).and_then(Value::as_str) == Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_measured_not_repeated() {
        let sizes =
            Sizes::of(br#"{"access_token": "abcd", "expires_in": 3600, "messages": [1, 2]}"#);
        assert_eq!(
            sizes.size("access_token"),
            Fact::size("access_token", 4, Unit::Characters)
        );
        assert_eq!(
            sizes.seconds("expires_in"),
            Fact::size("expires_in", 3_600, Unit::Seconds)
        );
        assert_eq!(
            sizes.count("messages"),
            Fact::size("messages", 2, Unit::Count)
        );
        assert_eq!(
            sizes.word("access_token", &["abc"]),
            Fact::word("access_token", "other")
        );
        assert_eq!(Sizes::of(b"<html>").size("access_token"), None);
    }
}
