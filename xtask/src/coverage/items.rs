//! The lines of the two fact sheets, and how tests cite them: `entra 12`, `entra 31, 62`, `entra 72–75`, `E57`,
//! `E60, E61`.

use std::collections::BTreeSet;
use std::fmt;

/// A line that the emulator reproduces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    /// Of the identity platform.
    Entra(u32),
    /// Of Graph mail.
    Graph(u32),
}

impl Item {
    /// All lines of both sheets, in their order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let entra = (1..=LAST_OF_ENTRA).map(Self::Entra);
        entra.chain((1..=LAST_OF_GRAPH).map(Self::Graph))
    }

    fn exists(self) -> bool {
        match self {
            Self::Entra(number) => (1..=LAST_OF_ENTRA).contains(&number),
            Self::Graph(number) => (1..=LAST_OF_GRAPH).contains(&number),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entra(number) => write!(f, "entra {number}"),
            Self::Graph(number) => write!(f, "E{number}"),
        }
    }
}

/// The lines that `text` cites.
pub(crate) fn cited(text: &str) -> BTreeSet<Item> {
    let mut items = BTreeSet::new();
    let mut follows_entra = false;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|letter: char| "()[],.:;`".contains(letter));
        if follows_entra && let Some(range) = numbers(bare, "") {
            items.extend(range.map(Item::Entra));
            // Only a comma says that another number of the same sheet follows.
            follows_entra = word.ends_with(',');
            continue;
        }
        follows_entra = bare == "entra";
        if let Some(rest) = bare.strip_prefix('E')
            && let Some(range) = numbers(rest, "E")
        {
            items.extend(range.map(Item::Graph));
        }
    }
    items.retain(|item| item.exists());
    items
}

/// `12` or `72–75`, the end perhaps with the sheet's letter again.
fn numbers(text: &str, letter: &str) -> Option<std::ops::RangeInclusive<u32>> {
    let (first, last) = text.split_once('–').unwrap_or((text, text));
    let last = last.strip_prefix(letter).unwrap_or(last);
    Some(first.parse().ok()?..=last.parse().ok()?)
}

/// Of `entra.md` §23.
const LAST_OF_ENTRA: u32 = 88;
/// Of `graph-mail.md` §21.
const LAST_OF_GRAPH: u32 = 66;

#[cfg(test)]
mod tests {
    use super::{Item, cited};

    fn told(text: &str) -> Vec<String> {
        cited(text).iter().map(Item::to_string).collect()
    }

    #[test]
    fn citations_are_understood_in_every_form() {
        assert_eq!(told("entra 12: text 13"), ["entra 12"]);
        assert_eq!(told("The routes (entra 85, 86)."), ["entra 85", "entra 86"]);
        assert_eq!(told("entra 72–74"), ["entra 72", "entra 73", "entra 74"]);
        assert_eq!(
            told("E60, E61: and E3–E5"),
            ["E3", "E4", "E5", "E60", "E61"]
        );
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "entra.md §12",
            "entra twelve",
            "E",
            "E67",
            "entra 89",
            "BASE64",
            "E4x",
        ] {
            assert_eq!(told(text), Vec::<String>::new(), "{text}");
        }
    }
}
