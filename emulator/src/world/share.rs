//! Mailboxes that their owners opened to others, as Exchange's delegation does.

use serde::{Deserialize, Serialize};

use super::{PersonId, World};

/// A mailbox opened to somebody else of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxShare {
    /// Whose mailbox.
    pub mailbox: PersonId,
    /// To whom.
    pub with: PersonId,
    /// What they may do in it.
    #[serde(default)]
    pub access: SharedAccess,
    /// Whether they may send in its owner's name.
    #[serde(default)]
    pub sending: SendRight,
}

/// What somebody may do in a mailbox of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedAccess {
    /// See it.
    #[default]
    Read,
    /// Change it too.
    Write,
}

/// In whose name somebody may send from a mailbox of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendRight {
    /// Not at all.
    #[default]
    None,
    /// In the owner's, shown as sent on behalf: `sender` is who did it.
    OnBehalf,
    /// As the owner: nobody sees who did it.
    As,
}

impl World {
    /// How the mailbox of `owner` is open to `person`, if it is.
    pub fn mailbox_share(&self, owner: &PersonId, person: &PersonId) -> Option<&MailboxShare> {
        let shares = &mut self.mailbox_shares.iter();
        shares.find(|share| share.mailbox == *owner && share.with == *person)
    }
}

/// Adds the shares of the standard world.
pub(super) fn add_to(world: &mut World) {
    let id = |address: &str| world.person_at(address).map(|person| person.id.clone());
    let share = |(mailbox, with, access, sending): &(&str, &str, SharedAccess, SendRight)| {
        Some(MailboxShare {
            mailbox: id(mailbox)?,
            with: id(with)?,
            access: *access,
            sending: *sending,
        })
    };
    let shares: Vec<_> = STANDARD.iter().filter_map(share).collect();
    world.mailbox_shares.extend(shares);
}

/// Whose mailbox, open to whom, for what, and in whose name they send.
const STANDARD: [(&str, &str, SharedAccess, SendRight); 2] = [
    (
        "alan@contoso.example",
        "ada@contoso.example",
        SharedAccess::Write,
        SendRight::OnBehalf,
    ),
    (
        "grace@contoso.example",
        "alan@contoso.example",
        SharedAccess::Read,
        SendRight::As,
    ),
];
