//! One id in the spellings of the different Exchange interfaces (E22).

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE},
};

use super::{
    IdError, IdForm, attachment_id, folder_id,
    layout::{ENTRY, IMMUTABLE, MAILBOX_TEXT},
    message_id, read_attachment, read_folder, read_message,
};
use crate::graph::store::{Mailbox, Uid};

/// A spelling of ids, as `translateExchangeIds` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdFormat {
    /// `entryId`: MAPI's entry id.
    Entry,
    /// `ewsId`: of Exchange Web Services.
    Ews,
    /// `immutableEntryId`: MAPI's immutable one.
    ImmutableEntry,
    /// `restId`: Graph's default.
    Rest,
    /// `restImmutableEntryId`: Graph's immutable one.
    RestImmutable,
}

/// Why an id has no other spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TranslationError {
    /// It is none of the source format, or of another mailbox.
    #[error(transparent)]
    NoId(#[from] IdError),
    /// What it names is not there.
    #[error("there is no such item")]
    Gone,
}

impl IdFormat {
    /// The format of this name, in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "entryid" => Self::Entry,
            "ewsid" => Self::Ews,
            "immutableentryid" => Self::ImmutableEntry,
            "restid" => Self::Rest,
            "restimmutableentryid" => Self::RestImmutable,
            _ => return None,
        })
    }

    fn form(self) -> IdForm {
        match self {
            Self::Entry | Self::Ews | Self::Rest => IdForm::Mutable,
            Self::ImmutableEntry | Self::RestImmutable => IdForm::Immutable,
        }
    }

    /// The bytes of Graph's spelling.
    fn unpack(self, mailbox: &Uid, text: &str) -> Result<Vec<u8>, IdError> {
        let engine = match self {
            Self::Ews => &BASE64_STANDARD,
            _ => &BASE64_URL_SAFE,
        };
        let inner = engine.decode(text).map_err(|_| IdError::Malformed)?;
        let bytes = match self {
            Self::Ews | Self::Rest | Self::RestImmutable => inner,
            Self::ImmutableEntry => [&IMMUTABLE[..IMMUTABLE_HEAD], &inner].concat(),
            Self::Entry => {
                let length = u8::try_from(inner.len()).map_err(|_| IdError::Malformed)?;
                // The kind byte is at once the length of the entry id that follows.
                let kind = [0, length, 0];
                [&ENTRY[..], mailbox.to_string().as_bytes(), &kind, &inner].concat()
            }
        };
        match bytes.starts_with(&IMMUTABLE) == (self.form() == IdForm::Immutable) {
            true => Ok(bytes),
            false => Err(IdError::Malformed),
        }
    }

    /// Graph's spelling in this one.
    fn pack(self, id: &str) -> Result<String, IdError> {
        let bytes = BASE64_URL_SAFE.decode(id).map_err(|_| IdError::Malformed)?;
        let inner = |head: usize| bytes.get(head..).ok_or(IdError::Malformed);
        Ok(match self {
            Self::Rest | Self::RestImmutable => id.to_owned(),
            Self::Ews => BASE64_STANDARD.encode(&bytes),
            Self::Entry => BASE64_URL_SAFE.encode(inner(ENTRY.len() + MAILBOX_TEXT + 3)?),
            Self::ImmutableEntry => BASE64_URL_SAFE.encode(inner(IMMUTABLE_HEAD)?),
        })
    }
}

/// `text`, an id of a message, an attachment or a folder in one format, in another. Folders have no immutable spelling.
///
/// # Errors
/// [`TranslationError`], by what is wrong with the id.
pub(crate) fn translate(
    mailbox: &Mailbox,
    text: &str,
    from: IdFormat,
    to: IdFormat,
) -> Result<String, TranslationError> {
    let uid = mailbox.uid();
    let id = BASE64_URL_SAFE.encode(from.unpack(uid, text)?);
    let translated = if let Ok(folder) = read_folder(uid, &id) {
        mailbox.folder(folder).ok_or(TranslationError::Gone)?;
        match to.form() {
            IdForm::Mutable => folder_id(uid, folder),
            IdForm::Immutable => return Err(IdError::Malformed.into()),
        }
    } else if let Ok((address, key)) = read_attachment(uid, &id) {
        let message = address.find(mailbox).ok_or(TranslationError::Gone)?;
        attachment_id(uid, message, &key, to.form())
    } else {
        let message = read_message(uid, &id)?
            .find(mailbox)
            .ok_or(TranslationError::Gone)?;
        message_id(uid, message, to.form())
    };
    Ok(to.pack(&translated)?)
}

/// What stands before the entry id within an immutable id.
const IMMUTABLE_HEAD: usize = 5;

#[cfg(test)]
mod tests {
    use super::{IdError, IdFormat, TranslationError, translate};
    use crate::graph::{
        ids::{
            IdForm, folder_id,
            layout::{FOLDER, MESSAGE},
            message_id,
        },
        store::{Language, Mailbox, Uid, WellKnown},
        testing::letter,
    };

    const ALL: [IdFormat; 5] = [
        IdFormat::Entry,
        IdFormat::Ews,
        IdFormat::ImmutableEntry,
        IdFormat::Rest,
        IdFormat::RestImmutable,
    ];

    /// E22: every spelling leads to every other one and back.
    #[test]
    fn every_spelling_leads_to_every_other() {
        let mut mailbox = Mailbox::empty(Uid::derived(&[b"ada"]), Language::English);
        let inbox = mailbox.well_known(WellKnown::Inbox);
        let item = mailbox.file(inbox, 10, letter("Hello"), |_| ());
        let message = mailbox.message(item).expect("filed");
        let rest = message_id(mailbox.uid(), message, IdForm::Mutable);
        for from in ALL {
            let start = translate(&mailbox, &rest, IdFormat::Rest, from).expect("an id");
            for to in ALL {
                let there = translate(&mailbox, &start, from, to).expect("an id");
                assert_eq!(
                    translate(&mailbox, &there, to, IdFormat::Rest).as_deref(),
                    Ok(rest.as_str())
                );
            }
        }
        let folder = folder_id(mailbox.uid(), inbox);
        let entry = translate(&mailbox, &folder, IdFormat::Rest, IdFormat::Entry).expect("an id");
        assert_eq!(
            translate(&mailbox, &entry, IdFormat::Entry, IdFormat::Rest),
            Ok(folder)
        );
        let wrong = translate(&mailbox, &rest, IdFormat::RestImmutable, IdFormat::Rest);
        assert_eq!(wrong, Err(TranslationError::NoId(IdError::Malformed)));
    }

    /// The kind byte of an entry id is its own length: MAPI's 70 bytes for messages and 46 for folders.
    #[test]
    fn kinds_are_lengths() {
        assert_eq!((MESSAGE, FOLDER), (70, 46));
    }
}
