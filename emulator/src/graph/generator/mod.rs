//! Makes mailboxes that look lived in, the same ones for the same seed.

use super::{
    settings::MailSettings,
    store::{Language, Mailbox, Uid},
};
use crate::world::{Person, World};

/// The mailbox of `owner`, as it would look at `now` (unix seconds).
pub(crate) fn mailbox(settings: &MailSettings, _world: &World, owner: &Person, _now: i64) -> Mailbox {
    let seed = settings.seed().to_be_bytes();
    let uid = Uid::derived(&[b"mailbox", &seed, owner.id.as_str().as_bytes()]);
    let language = Language::from_tag(settings.language_of(&owner.address).unwrap_or("en"));
    Mailbox::empty(uid, language)
}
