//! What the mailboxes are filled with.

use std::collections::BTreeMap;

/// How mailboxes are generated. The same settings and the same start time give the same mailboxes.
///
/// ```
/// use connect_outlook_emulator::graph::MailSettings;
///
/// let settings = MailSettings::new(7).with_messages("ada@contoso.example", 3000).with_language("hedy@live.example", "de");
/// ```
#[derive(Clone, Debug)]
pub struct MailSettings {
    seed: u64,
    messages: BTreeMap<String, usize>,
    languages: BTreeMap<String, String>,
}

impl MailSettings {
    /// Some forty messages for everybody, chosen by `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            messages: BTreeMap::new(),
            languages: BTreeMap::new(),
        }
    }

    /// Gives the mailbox of `address` at least `count` messages: the usual ones and many older ones.
    #[must_use]
    pub fn with_messages(mut self, address: &str, count: usize) -> Self {
        self.messages.insert(address.to_lowercase(), count);
        self
    }

    /// Names the folders of `address` in the language of `tag` (`en`, `de` or `fr`, with or without region).
    #[must_use]
    pub fn with_language(mut self, address: &str, tag: &str) -> Self {
        self.languages
            .insert(address.to_lowercase(), tag.to_owned());
        self
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn messages_of(&self, address: &str) -> Option<usize> {
        self.messages.get(&address.to_lowercase()).copied()
    }

    pub(crate) fn language_of(&self, address: &str) -> Option<&str> {
        self.languages
            .get(&address.to_lowercase())
            .map(String::as_str)
    }
}

impl Default for MailSettings {
    /// The seed of the standard world.
    fn default() -> Self {
        Self::new(STANDARD_SEED)
    }
}

/// Ada Lovelace's birthday.
const STANDARD_SEED: u64 = 18_151_210;
