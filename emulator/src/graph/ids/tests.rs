//! Ids told apart, read back, and refused.

use proptest::prelude::*;

use super::{
    IdError, IdForm, MessageAddress, attachment_id, change_key, conversation_id, folder_id,
    message_id, read_attachment, read_folder, read_message,
};
use crate::graph::{
    store::{FolderKey, Language, Mailbox, Uid, WellKnown},
    testing::letter,
};

fn mailbox(owner: &str) -> Mailbox {
    Mailbox::empty(Uid::derived(&[owner.as_bytes()]), Language::English)
}

/// E20, E21: a move ends the mutable id and leaves the immutable one alone.
#[test]
fn a_move_ends_the_mutable_id_only() {
    let mut mailbox = mailbox("ada");
    let (inbox, archive) = (
        mailbox.well_known(WellKnown::Inbox),
        mailbox.well_known(WellKnown::Archive),
    );
    let item = mailbox.file(inbox, 10, letter("Hello"), |_| ());
    let ids = |mailbox: &Mailbox| {
        let message = mailbox.message(item).expect("filed");
        [IdForm::Mutable, IdForm::Immutable].map(|form| message_id(mailbox.uid(), message, form))
    };
    let [mutable, immutable] = ids(&mailbox);
    mailbox.relocate(item, archive, 20).expect("there");
    let [moved, same] = ids(&mailbox);

    assert_ne!(mutable, moved);
    assert_eq!(immutable, same);
    let found = |id: &str| {
        read_message(mailbox.uid(), id)
            .expect("well formed")
            .find(&mailbox)
    };
    assert!(found(&mutable).is_none());
    assert_eq!(found(&moved).map(|message| message.key), Some(item));
    assert_eq!(found(&immutable).map(|message| message.key), Some(item));
    mailbox.relocate(item, inbox, 30).expect("there");
    let back = read_message(mailbox.uid(), &mutable).expect("well formed");
    assert!(
        back.find(&mailbox).is_none(),
        "moving back does not revive an old id"
    );
}

#[test]
fn ids_look_as_exchange_makes_them() {
    let mut mailbox = mailbox("ada");
    let inbox = mailbox.well_known(WellKnown::Inbox);
    let item = mailbox.file(inbox, 10, letter("Hello"), |_| ());
    let (uid, message) = (mailbox.uid(), mailbox.message(item).expect("filed"));
    let mutable = message_id(uid, message, IdForm::Mutable);
    assert!(
        mutable.starts_with("AAMkA") && mutable.len() == 152,
        "{mutable}"
    );
    assert!(
        message_id(uid, message, IdForm::Immutable)
            .starts_with("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A")
    );
    assert!(folder_id(uid, inbox).starts_with("AAMkA") && folder_id(uid, inbox).len() == 120);
    assert!(conversation_id(uid, &message.letter.thread.topic).starts_with("AAQkA"));
    assert!(change_key(uid, 7).starts_with("CQAAABYAAA"));
}

#[test]
fn every_kind_of_id_is_read_back_and_no_other() {
    let mut mailbox = mailbox("ada");
    let inbox = mailbox.well_known(WellKnown::Inbox);
    let item = mailbox.file(inbox, 10, letter("Hello"), |_| ());
    let (uid, message) = (mailbox.uid(), mailbox.message(item).expect("filed"));
    let key = Uid::derived(&[b"file"]);
    for form in [IdForm::Mutable, IdForm::Immutable] {
        let id = attachment_id(uid, message, &key, form);
        let (address, named) = read_attachment(uid, &id).expect("well formed");
        assert_eq!(
            (address.find(&mailbox).map(|found| found.key), named),
            (Some(item), key)
        );
        assert_eq!(read_message(uid, &id), Err(IdError::Malformed));
        let message = message_id(uid, message, form);
        assert_eq!(read_attachment(uid, &message), Err(IdError::Malformed));
        assert_eq!(read_folder(uid, &message), Err(IdError::Malformed));
    }
    let folder = folder_id(uid, inbox);
    assert_eq!(read_folder(uid, &folder), Ok(inbox));
    assert_eq!(read_message(uid, &folder), Err(IdError::Malformed));
}

#[test]
fn another_mailbox_is_recognised() {
    let (ada, grace) = (mailbox("ada"), mailbox("grace"));
    let folder = folder_id(grace.uid(), grace.well_known(WellKnown::Inbox));
    assert_eq!(read_folder(ada.uid(), &folder), Err(IdError::OtherMailbox));
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "\\PC{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..140)) {
        use base64::Engine;
        let uid = Uid::derived(&[b"ada"]);
        for id in [text, base64::prelude::BASE64_URL_SAFE.encode(bytes)] {
            prop_assert!(read_message(&uid, &id).is_err());
            prop_assert!(read_folder(&uid, &id).is_err());
            prop_assert!(read_attachment(&uid, &id).is_err());
        }
    }

    /// E8: ids are compared exactly: no other spelling of an id leads to the same message.
    #[test]
    fn a_changed_letter_changes_the_id(place in 0_usize..120, letter in "[A-Za-z0-9_-]") {
        let uid = Uid::derived(&[b"ada"]);
        let id = folder_id(&uid, FolderKey(0x107));
        let mut changed = id.clone();
        changed.replace_range(place..=place, &letter);
        prop_assert_eq!(read_folder(&uid, &changed) == Ok(FolderKey(0x107)), changed == id);
        let address = read_message(&uid, &changed);
        prop_assert!(!matches!(address, Ok(MessageAddress::Anywhere(_))));
    }
}
