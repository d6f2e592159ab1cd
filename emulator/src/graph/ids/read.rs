//! From ids to items.

use base64::{Engine, prelude::BASE64_URL_SAFE};

use super::{
    IdError, MessageAddress,
    layout::{ATTACHED, ENTRY, FOLDER, IMMUTABLE, MAILBOX_TEXT, MESSAGE, replica, store},
};
use crate::graph::store::{FolderKey, ItemKey, Uid};

/// Reads a folder's id.
///
/// # Errors
/// [`IdError`] if it is no folder id of this mailbox.
pub(crate) fn read_folder(mailbox: &Uid, text: &str) -> Result<FolderKey, IdError> {
    let bytes = decoded(text)?;
    let rest = after_entry(&bytes, FOLDER)?;
    let rest = after(rest, &[0x01, 0x00])?;
    own_entry(mailbox, &bytes)?;
    let rest = after(rest, replica(mailbox).as_bytes())?;
    let (folder, rest) = number(rest)?;
    after_all(after(rest, &[0, 0])?)?;
    u32::try_from(folder)
        .map(FolderKey)
        .map_err(|_| IdError::Malformed)
}

/// Reads a message's id in either form.
///
/// # Errors
/// [`IdError`] if it is no message id of this mailbox.
pub(crate) fn read_message(mailbox: &Uid, text: &str) -> Result<MessageAddress, IdError> {
    let bytes = decoded(text)?;
    let (address, rest) = message_part(mailbox, &bytes)?;
    after_all(rest)?;
    Ok(address)
}

/// Reads an attachment's id in either form: its message and its key.
///
/// # Errors
/// [`IdError`] if it is no attachment id of this mailbox.
pub(crate) fn read_attachment(mailbox: &Uid, text: &str) -> Result<(MessageAddress, Uid), IdError> {
    let bytes = decoded(text)?;
    let (address, rest) = message_part(mailbox, &bytes)?;
    let key = after(rest, &ATTACHED)?;
    let key = <[u8; 16]>::try_from(key).map_err(|_| IdError::Malformed)?;
    Ok((address, Uid::from_bytes(key)))
}

fn message_part<'a>(mailbox: &Uid, bytes: &'a [u8]) -> Result<(MessageAddress, &'a [u8]), IdError> {
    if bytes.starts_with(&IMMUTABLE) {
        let rest = own_replica(mailbox, after(bytes, &IMMUTABLE)?)?;
        let (item, rest) = number(rest)?;
        let item = u32::try_from(item).map_err(|_| IdError::Malformed)?;
        return Ok((
            MessageAddress::Anywhere(ItemKey(item)),
            after(rest, &[0, 0])?,
        ));
    }
    let rest = after(after_entry(bytes, MESSAGE)?, &[0x07, 0x00])?;
    own_entry(mailbox, bytes)?;
    let (folder, rest) = number(after(rest, replica(mailbox).as_bytes())?)?;
    let rest = after(after(rest, &[0, 0])?, replica(mailbox).as_bytes())?;
    let (place, rest) = number(rest)?;
    let address = MessageAddress::At {
        folder: FolderKey(u32::try_from(folder).map_err(|_| IdError::Malformed)?),
        item: ItemKey(u32::try_from(place >> 16).map_err(|_| IdError::Malformed)?),
        moves: u16::try_from(place & 0xffff).map_err(|_| IdError::Malformed)?,
    };
    Ok((address, after(rest, &[0, 0])?))
}

fn after_entry(bytes: &[u8], kind: u8) -> Result<&[u8], IdError> {
    let rest = after(bytes, &ENTRY)?;
    let rest = rest.get(MAILBOX_TEXT..).ok_or(IdError::Malformed)?;
    let rest = after(rest, &[0, kind, 0, 0, 0, 0, 0])?;
    rest.get(16..).ok_or(IdError::Malformed)
}

fn own_entry(mailbox: &Uid, bytes: &[u8]) -> Result<(), IdError> {
    let named = bytes
        .get(ENTRY.len()..ENTRY.len() + MAILBOX_TEXT)
        .ok_or(IdError::Malformed)?;
    let own = named == mailbox.to_string().as_bytes();
    let kind_and_store = bytes
        .get(ENTRY.len() + MAILBOX_TEXT + 7..)
        .ok_or(IdError::Malformed)?;
    match (own, kind_and_store.starts_with(store(mailbox).as_bytes())) {
        (true, true) => Ok(()),
        (true, false) => Err(IdError::Malformed),
        (false, _) => Err(IdError::OtherMailbox),
    }
}

fn own_replica<'a>(mailbox: &Uid, bytes: &'a [u8]) -> Result<&'a [u8], IdError> {
    let (named, rest) = bytes.split_at_checked(16).ok_or(IdError::Malformed)?;
    let own = named == replica(mailbox).as_bytes();
    own.then_some(rest).ok_or(IdError::OtherMailbox)
}

fn decoded(text: &str) -> Result<Vec<u8>, IdError> {
    BASE64_URL_SAFE.decode(text).map_err(|_| IdError::Malformed)
}

fn after<'a>(bytes: &'a [u8], prefix: &[u8]) -> Result<&'a [u8], IdError> {
    bytes.strip_prefix(prefix).ok_or(IdError::Malformed)
}

fn after_all(rest: &[u8]) -> Result<(), IdError> {
    rest.is_empty().then_some(()).ok_or(IdError::Malformed)
}

fn number(bytes: &[u8]) -> Result<(u64, &[u8]), IdError> {
    let (number, rest) = bytes.split_at_checked(6).ok_or(IdError::Malformed)?;
    Ok((
        number
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        rest,
    ))
}
