//! Many more messages for one mailbox: short, old, and each a little different.

use super::{cast::Cast, dice::Dice, script::Role};
use crate::graph::{
    html::page,
    store::{Body, Importance, Letter, Thread, Uid},
};

/// The letter with this number, sent at `sent` (unix seconds), and whether the owner wrote it.
pub(super) fn letter(
    cast: &Cast,
    seed: &Uid,
    number: usize,
    sent: i64,
    dice: &mut Dice,
) -> (Letter, bool) {
    let other = *dice.pick(&OTHERS);
    let by_owner = dice.chance(8);
    let (writer, reader) = if by_owner {
        (Role::Owner, other)
    } else {
        (other, Role::Owner)
    };
    let id = Uid::derived(&[seed.as_bytes(), b"bulk", &number.to_be_bytes()]);
    let letter = Letter {
        subject: subject(dice),
        body: body(dice),
        to: vec![cast.recipient(reader)],
        importance: if dice.chance(3) {
            Importance::High
        } else {
            Importance::Normal
        },
        ..Letter::by(
            cast.recipient(writer),
            sent,
            &id,
            Thread::starting(id, sent),
        )
    };
    (letter, by_owner)
}

fn subject(dice: &mut Dice) -> String {
    let (opening, thing) = (dice.pick(&OPENINGS), dice.pick(&THINGS));
    format!("{opening} {thing} {}", 100 + dice.below(900))
}

fn body(dice: &mut Dice) -> Body {
    let words = format!("{} {}", dice.pick(&SENTENCES), dice.pick(&SENTENCES));
    if dice.chance(30) {
        Body::text(format!("{words}\r\n"))
    } else {
        Body::html(page(&format!("<p>{words}</p>")))
    }
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
