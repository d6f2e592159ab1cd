//! From items to ids.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE},
};

use super::{
    IdForm,
    layout::{ATTACHED, ENTRY, FOLDER, IMMUTABLE, MESSAGE, replica, store},
};
use crate::graph::store::{FolderKey, ItemKey, Message, Place, Uid};

/// The id of a folder; folders have only one form.
pub(crate) fn folder_id(mailbox: &Uid, folder: FolderKey) -> String {
    let mut bytes = entry(mailbox, FOLDER);
    bytes.extend_from_slice(&[0x01, 0x00]);
    bytes.extend_from_slice(replica(mailbox).as_bytes());
    bytes.extend_from_slice(&counter(u64::from(folder.0)));
    bytes.extend_from_slice(&[0, 0]);
    BASE64_URL_SAFE.encode(bytes)
}

/// The id of a message in the asked form.
pub(crate) fn message_id(mailbox: &Uid, message: &Message, form: IdForm) -> String {
    message_id_at(mailbox, message.key, message.place(), form)
}

/// The id that a message had when it lay in `place`.
pub(crate) fn message_id_at(mailbox: &Uid, item: ItemKey, place: Place, form: IdForm) -> String {
    BASE64_URL_SAFE.encode(message_bytes(mailbox, item, place, form))
}

/// The id of an attachment: its message's id, continued.
pub(crate) fn attachment_id(mailbox: &Uid, message: &Message, key: &Uid, form: IdForm) -> String {
    let mut bytes = message_bytes(mailbox, message.key, message.place(), form);
    bytes.extend_from_slice(&ATTACHED);
    bytes.extend_from_slice(key.as_bytes());
    BASE64_URL_SAFE.encode(bytes)
}

/// The `conversationId` of a thread in this mailbox; other mailboxes have another one for the same thread.
pub(crate) fn conversation_id(mailbox: &Uid, topic: &Uid) -> String {
    let mut bytes = vec![0x00, 0x04, 0x24, 0x00];
    bytes.extend_from_slice(mailbox.to_string().as_bytes());
    bytes.extend_from_slice(&[0x00, 0x10, 0x00]);
    bytes.extend_from_slice(Uid::derived(&[mailbox.as_bytes(), topic.as_bytes()]).as_bytes());
    BASE64_URL_SAFE.encode(bytes)
}

/// The `changeKey` of a revision.
pub(crate) fn change_key(mailbox: &Uid, revision: u64) -> String {
    let mut bytes = vec![0x09, 0, 0, 0, 0x16, 0, 0, 0];
    bytes.extend_from_slice(replica(mailbox).as_bytes());
    bytes.extend_from_slice(&counter(revision));
    BASE64_STANDARD.encode(bytes)
}

fn message_bytes(mailbox: &Uid, item: ItemKey, place: Place, form: IdForm) -> Vec<u8> {
    let item = u64::from(item.0);
    let mut bytes = match form {
        IdForm::Immutable => {
            let mut bytes = IMMUTABLE.to_vec();
            bytes.extend_from_slice(replica(mailbox).as_bytes());
            bytes.extend_from_slice(&counter(item));
            bytes
        }
        IdForm::Mutable => {
            let mut bytes = entry(mailbox, MESSAGE);
            bytes.extend_from_slice(&[0x07, 0x00]);
            bytes.extend_from_slice(replica(mailbox).as_bytes());
            bytes.extend_from_slice(&counter(u64::from(place.folder.0)));
            bytes.extend_from_slice(&[0, 0]);
            bytes.extend_from_slice(replica(mailbox).as_bytes());
            bytes.extend_from_slice(&counter(item << 16 | u64::from(place.moves)));
            bytes
        }
    };
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// The common head of mutable ids: it names the mailbox twice, once as text.
fn entry(mailbox: &Uid, kind: u8) -> Vec<u8> {
    let mut bytes = ENTRY.to_vec();
    bytes.extend_from_slice(mailbox.to_string().as_bytes());
    bytes.extend_from_slice(&[0, kind, 0, 0, 0, 0, 0]);
    bytes.extend_from_slice(store(mailbox).as_bytes());
    bytes
}

/// Six bytes, big-endian: Exchange's global counter.
fn counter(number: u64) -> [u8; 6] {
    let bytes = number.to_be_bytes();
    [bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]
}
