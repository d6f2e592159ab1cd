//! The seventeen folders that every mailbox has under a fixed name, in every language.

/// A well-known folder (Graph documentation, `mailFolder` resource).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum WellKnown {
    /// Messages put away by hand.
    Archive,
    /// Low-priority mail of the former Clutter feature.
    Clutter,
    /// Items whose versions could not be merged.
    Conflicts,
    /// Saved chats.
    ConversationHistory,
    /// The bin.
    DeletedItems,
    /// Not yet sent.
    Drafts,
    /// Arrived mail.
    Inbox,
    /// Suspected spam.
    JunkEmail,
    /// Items only a client has.
    LocalFailures,
    /// The top of the visible tree.
    MsgFolderRoot,
    /// On its way out.
    Outbox,
    /// Deleted from the bin, still recoverable; not in the visible tree.
    RecoverableItemsDeletions,
    /// To be shown again later.
    Scheduled,
    /// Parent of saved searches; not in the visible tree.
    SearchFolders,
    /// Sent mail.
    SentItems,
    /// Items only the server has.
    ServerFailures,
    /// Parent of the three synchronisation logs.
    SyncIssues,
}

/// The language of the folders' display names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
}

impl Language {
    /// The language of a tag such as `de-DE`; English when it is none we can write.
    pub(crate) fn from_tag(tag: &str) -> Self {
        match tag
            .split('-')
            .next()
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            Some("de") => Self::German,
            Some("fr") => Self::French,
            _ => Self::English,
        }
    }
}

impl WellKnown {
    /// The folder with this name; capitals do not matter.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let found = TABLE.iter().find(|row| row.1.eq_ignore_ascii_case(name));
        found.map(|row| row.0)
    }

    /// All seventeen, in the order of the documentation.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// What the folder is called in front of people.
    pub(crate) fn display_name(self, language: Language) -> &'static str {
        let column = match language {
            Language::English => 0,
            Language::German => 1,
            Language::French => 2,
        };
        let row = TABLE.iter().find(|row| row.0 == self);
        row.map_or("", |row| row.2[column])
    }

    /// Where the folder hangs; `None` is the mailbox's invisible root.
    pub(crate) fn parent(self) -> Option<Self> {
        match self {
            Self::MsgFolderRoot | Self::RecoverableItemsDeletions | Self::SearchFolders => None,
            Self::Conflicts | Self::LocalFailures | Self::ServerFailures => Some(Self::SyncIssues),
            _ => Some(Self::MsgFolderRoot),
        }
    }

    /// Left out of lists unless `includeHiddenFolders=true`.
    pub(crate) fn is_hidden(self) -> bool {
        matches!(self, Self::Clutter | Self::Scheduled | Self::SyncIssues)
    }
}

const TABLE: [(WellKnown, &str, [&str; 3]); 17] = {
    use WellKnown as W;
    [
        (W::Archive, "archive", ["Archive", "Archiv", "Archive"]),
        (
            W::Clutter,
            "clutter",
            ["Clutter", "Clutter", "Courrier pêle-mêle"],
        ),
        (
            W::Conflicts,
            "conflicts",
            ["Conflicts", "Konflikte", "Conflits"],
        ),
        (
            W::ConversationHistory,
            "conversationhistory",
            [
                "Conversation History",
                "Aufgezeichnete Unterhaltungen",
                "Historique des conversations",
            ],
        ),
        (
            W::DeletedItems,
            "deleteditems",
            ["Deleted Items", "Gelöschte Elemente", "Éléments supprimés"],
        ),
        (W::Drafts, "drafts", ["Drafts", "Entwürfe", "Brouillons"]),
        (
            W::Inbox,
            "inbox",
            ["Inbox", "Posteingang", "Boîte de réception"],
        ),
        (
            W::JunkEmail,
            "junkemail",
            ["Junk Email", "Junk-E-Mail", "Courrier indésirable"],
        ),
        (
            W::LocalFailures,
            "localfailures",
            ["Local Failures", "Lokale Fehler", "Défaillances locales"],
        ),
        (
            W::MsgFolderRoot,
            "msgfolderroot",
            [
                "Top of Information Store",
                "Oberste Ebene des Informationsspeichers",
                "Banque d'informations",
            ],
        ),
        (
            W::Outbox,
            "outbox",
            ["Outbox", "Postausgang", "Boîte d'envoi"],
        ),
        (
            W::RecoverableItemsDeletions,
            "recoverableitemsdeletions",
            ["Deletions", "Deletions", "Deletions"],
        ),
        (
            W::Scheduled,
            "scheduled",
            ["Scheduled", "Geplant", "Planifié"],
        ),
        (
            W::SearchFolders,
            "searchfolders",
            ["Search Folders", "Suchordner", "Dossiers de recherche"],
        ),
        (
            W::SentItems,
            "sentitems",
            ["Sent Items", "Gesendete Elemente", "Éléments envoyés"],
        ),
        (
            W::ServerFailures,
            "serverfailures",
            ["Server Failures", "Serverfehler", "Défaillances du serveur"],
        ),
        (
            W::SyncIssues,
            "syncissues",
            [
                "Sync Issues",
                "Synchronisierungsprobleme",
                "Problèmes de synchronisation",
            ],
        ),
    ]
};

#[cfg(test)]
mod tests {
    use super::{Language, WellKnown};

    /// E37: seventeen names, found whatever the capitals, with a name in every language.
    #[test]
    fn every_well_known_folder_is_found_by_name() {
        assert_eq!(WellKnown::all().count(), 17);
        assert_eq!(WellKnown::parse("SentItems"), Some(WellKnown::SentItems));
        assert_eq!(WellKnown::parse("sent items"), None);
        for folder in WellKnown::all() {
            for language in [Language::English, Language::German, Language::French] {
                assert!(!folder.display_name(language).is_empty(), "{folder:?}");
            }
        }
        assert_eq!(
            WellKnown::Inbox.display_name(Language::from_tag("de-AT")),
            "Posteingang"
        );
    }
}
