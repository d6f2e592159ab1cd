//! Many more messages for one mailbox: short, old, and each a little different.

use super::{cast::Cast, dice::Dice, script::Role};
use crate::graph::{
    html::page,
    store::{Body, BodyKind, Importance, Kind, Letter, Thread, Uid},
};

/// The letter with this number, sent at `sent` (unix seconds), and whether the owner wrote it.
pub(super) fn letter(
    cast: &Cast,
    seed: &Uid,
    number: usize,
    sent: i64,
    dice: &mut Dice,
) -> (Letter, bool) {
    let by_owner = dice.chance(8);
    let (writer, reader) = if by_owner {
        (Role::Owner, *dice.pick(&OTHERS))
    } else {
        (*dice.pick(&OTHERS), Role::Owner)
    };
    let from = cast.recipient(writer);
    let id = Uid::derived(&[seed.as_bytes(), b"bulk", &number.to_be_bytes()]);
    let subject = format!(
        "{} {} {}",
        dice.pick(&OPENINGS),
        dice.pick(&THINGS),
        100 + dice.below(900)
    );
    let words = format!("{} {}", dice.pick(&SENTENCES), dice.pick(&SENTENCES));
    let body = match dice.chance(30) {
        true => Body {
            kind: BodyKind::Text,
            content: format!("{words}\r\n"),
            unique: None,
        },
        false => Body {
            kind: BodyKind::Html,
            content: page(&format!("<p>{words}</p>")),
            unique: None,
        },
    };
    let domain = from
        .address
        .split('@')
        .nth(1)
        .unwrap_or("mail.example")
        .to_owned();
    let letter = Letter {
        subject,
        body,
        from: Some(from.clone()),
        sender: Some(from),
        to: vec![cast.recipient(reader)],
        cc: Vec::new(),
        bcc: Vec::new(),
        reply_to: Vec::new(),
        sent,
        internet_message_id: format!("<{id}@{domain}>"),
        headers: Vec::new(),
        importance: if dice.chance(3) {
            Importance::High
        } else {
            Importance::Normal
        },
        attachments: Vec::new(),
        read_receipt: false,
        delivery_receipt: None,
        thread: Thread::starting(id, sent),
        kind: Kind::Note,
    };
    (letter, by_owner)
}

const OTHERS: [Role; 3] = [Role::A, Role::B, Role::C];
const OPENINGS: [&str; 8] = [
    "Report on",
    "Question about",
    "Note on",
    "Change to",
    "Copy of",
    "Reminder:",
    "Test of",
    "Plan for",
];
const THINGS: [&str; 12] = [
    "card set",
    "drum",
    "axis",
    "table",
    "store",
    "mill",
    "lever",
    "ledger",
    "print run",
    "delivery",
    "visit",
    "chapter",
];
const SENTENCES: [&str; 10] = [
    "All is as we left it on Friday.",
    "The second reading agrees with the first one to six places.",
    "Please look at the third row before you sign.",
    "Nobody has complained so far, which may mean that nobody has looked.",
    "The new wheel is quieter and a little slower.",
    "I put the drawing into the cabinet by the window.",
    "We need two more hands on Wednesday.",
    "The customer would rather have it in blue.",
    "This closes the matter from my side.",
    "Ask me again after the weekend.",
];
