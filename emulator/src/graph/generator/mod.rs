//! Makes mailboxes that look lived in, the same ones for the same seed.
//!
//! [`catalogue`] holds what is written, as [`script`]s; [`cast`] decides by whom, [`stage`] makes letters of it,
//! [`dress`] their HTML. This file decides what a mailbox gets, when, and in which folder.

mod bulk;
mod cast;
mod catalogue;
mod dice;
mod dress;
mod enclosures;
mod files;
mod plan;
mod script;
mod stage;

use super::{
    settings::MailSettings,
    store::{FolderKey, Language, Letter, Mailbox, Message, Uid, WellKnown},
};
use crate::world::{Person, TenantKind, World};
use cast::Cast;
use dice::Dice;
use plan::{Planned, plan};
use script::{Mark, Shelf};

/// The mailbox of `owner`, as it would look at `now` (unix seconds).
pub(crate) fn mailbox(settings: &MailSettings, world: &World, owner: &Person, now: i64) -> Mailbox {
    let seed = settings.seed().to_be_bytes();
    let uid = Uid::derived(&[b"mailbox", &seed, owner.id.as_str().as_bytes()]);
    let language = Language::from_tag(settings.language_of(&owner.address).unwrap_or("en"));
    let mut mailbox = Mailbox::empty(uid, language);
    let invoices = add_own_folders(&mut mailbox);
    let cast = Cast::around(world, owner);
    let kind = world
        .tenant(&owner.tenant)
        .map_or(TenantKind::Company, |tenant| tenant.kind);
    let mut dice = Dice::seeded(&uid);

    let mut arrivals = plan(&catalogue::scripts(kind), &cast, &uid, now, &mut dice);
    let wanted = settings.messages_of(&owner.address).unwrap_or(0);
    arrivals.extend(older(
        &cast,
        &uid,
        wanted.saturating_sub(arrivals.len()),
        now,
        &mut dice,
    ));
    // The oldest message gets the lowest number, as if all had come in one after the other.
    arrivals.sort_by_key(|planned| planned.received);
    for planned in arrivals {
        file(&mut mailbox, planned, invoices);
    }
    mailbox
}

/// Folders of the owner's own, so that the first page of folders is not the last. Answers the one for invoices.
fn add_own_folders(mailbox: &mut Mailbox) -> FolderKey {
    let top = mailbox.well_known(WellKnown::MsgFolderRoot);
    let invoices = mailbox.add_folder(top, "Invoices");
    let projects = mailbox.add_folder(top, "Projects");
    mailbox.add_folder(projects, "Colloquium");
    mailbox.add_folder(projects, "Second edition");
    mailbox.add_folder(top, "Reading");
    mailbox.add_folder(top, "Travel");
    invoices
}

/// Short letters of the last two years, as many as are missing.
fn older(cast: &Cast, seed: &Uid, count: usize, now: i64, dice: &mut Dice) -> Vec<Planned> {
    let letters = (0..count).map(|number| {
        let sent = now - dice.seconds(60 * DAY, 730 * DAY);
        let (letter, by_owner) = bulk::letter(cast, seed, number, sent, dice);
        let shelf = if dice.chance(88) {
            Shelf::Inbox
        } else {
            Shelf::Archive
        };
        Planned {
            letter,
            shelf,
            by_owner,
            received: sent,
            is_read: !dice.chance(4),
            marks: &[],
            is_invoice: false,
        }
    });
    letters.collect()
}

fn file(mailbox: &mut Mailbox, planned: Planned, invoices: FolderKey) {
    let known = match (planned.shelf, planned.by_owner) {
        (Shelf::Desk, _) => WellKnown::Drafts,
        (_, true) => WellKnown::SentItems,
        (Shelf::Inbox, false) => WellKnown::Inbox,
        (Shelf::Archive, false) => WellKnown::Archive,
        (Shelf::Bin, false) => WellKnown::DeletedItems,
        (Shelf::Junk, false) => WellKnown::JunkEmail,
    };
    let folder = if planned.is_invoice {
        invoices
    } else {
        mailbox.well_known(known)
    };
    let Planned {
        letter,
        received,
        is_read,
        marks,
        ..
    } = planned;
    let bulk = letter.headers.iter().any(|(name, _)| name == "Precedence");
    mailbox.file(folder, received, letter, |message| {
        message.is_read = is_read;
        message.is_draft = known == WellKnown::Drafts;
        if bulk {
            message.classification = super::store::Classification::Other;
        }
        marks.iter().for_each(|mark| put_mark(message, mark));
    });
}

/// What the owner did to a message.
fn put_mark(message: &mut Message, mark: &Mark) {
    use super::store::{Flag, FlagStatus, ZonedTime};
    let at = |seconds: i64| {
        let date_time = format!(
            "{}.0000000",
            super::times::zoneless(seconds - seconds.rem_euclid(DAY))
        );
        Some(ZonedTime {
            date_time,
            time_zone: "UTC".to_owned(),
        })
    };
    let received = message.received;
    match mark {
        Mark::Category(name) => message.categories.push((*name).to_owned()),
        Mark::Flagged => {
            let (start, due) = (at(received), at(received + 3 * DAY));
            message.flag = Flag {
                status: FlagStatus::Flagged,
                start,
                due,
                completed: None,
            };
        }
        Mark::Done => {
            let completed = at(received + DAY);
            message.flag = Flag {
                status: FlagStatus::Complete,
                completed,
                ..Flag::default()
            };
        }
        _ => {}
    }
}

const DAY: i64 = 86_400;

#[cfg(test)]
mod tests;
