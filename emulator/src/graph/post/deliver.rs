//! From the post into mailboxes.

use super::{Posted, bounce};
use crate::{
    graph::{
        serve::Graph,
        store::{Classification, Letter, Recipient, WellKnown},
    },
    lock::lock,
    world::{Person, World},
};

impl Graph {
    /// Puts everything that is due at `now` (unix seconds) where it belongs. No mailbox may be locked by the caller.
    pub(crate) fn deliver(&self, now: i64) {
        let _one_at_a_time = lock(&self.post.delivering);
        for posted in self.post.take_due(now) {
            self.deliver_one(posted);
        }
    }

    fn deliver_one(&self, posted: Posted) {
        let world = self.emulator.world();
        let Posted {
            due,
            mailbox,
            mut message,
            saves_copy,
        } = posted;
        let letter = message.letter.clone();
        let sender = world.person(&mailbox).filter(|person| person.mailbox);
        if let Some(sender) = sender.filter(|_| saves_copy) {
            message.received = due;
            let mailbox = self.mailbox(sender);
            let mut mailbox = lock(&mailbox);
            let sent = mailbox.well_known(WellKnown::SentItems);
            mailbox.restore(message, sent, due);
        }
        let (known, unknown) = recipients(&letter, &world);
        for person in known {
            self.put_into_inbox(person, letter.clone(), due);
        }
        if let Some(sender) = sender.filter(|_| !unknown.is_empty()) {
            let number = lock(&self.mailbox(sender)).letter_name();
            let bounce = bounce::letter(&letter, sender, &unknown, &number, due);
            self.put_into_inbox(sender, bounce, due);
        }
    }

    /// A letter arrives: unread, without what its writer hid.
    fn put_into_inbox(&self, person: &Person, letter: Letter, now: i64) {
        let mailbox = self.mailbox(person);
        let mut mailbox = lock(&mailbox);
        let inbox = mailbox.well_known(WellKnown::Inbox);
        let mut letter = Letter {
            bcc: Vec::new(),
            ..letter
        };
        mailbox.join_thread(&mut letter);
        mailbox.file(inbox, now, letter, |message| {
            message.is_read = false;
            message.classification = Classification::Focused;
        });
    }
}

/// The people of the world it goes to, each once, and the addresses that a tenant of the world should know and does not.
/// Addresses elsewhere lead out of the emulator, where nothing arrives.
fn recipients<'world>(
    letter: &Letter,
    world: &'world World,
) -> (Vec<&'world Person>, Vec<Recipient>) {
    let (mut known, mut unknown): (Vec<&Person>, Vec<Recipient>) = (Vec::new(), Vec::new());
    for recipient in letter.recipients() {
        let person = world
            .person_at(&recipient.address)
            .filter(|person| person.mailbox);
        let ours = |recipient: &Recipient| {
            let mut tenants = world.tenants.iter();
            tenants.any(|tenant| tenant.domain.eq_ignore_ascii_case(recipient.domain()))
        };
        match person {
            Some(person) if known.iter().all(|other| other.id != person.id) => known.push(person),
            None if ours(recipient) && !unknown.contains(recipient) => {
                unknown.push(recipient.clone());
            }
            _ => {}
        }
    }
    (known, unknown)
}
