//! Which conversations a mailbox gets, and when they took place.

use super::{
    DAY, Letter,
    cast::Cast,
    dice::Dice,
    script::{Line, Look, Mark, Role, Script, Shelf},
    stage::{has, play},
};
use crate::graph::store::Uid;

/// A letter on its way into a mailbox.
#[derive(Debug)]
pub(super) struct Planned {
    /// The letter.
    pub(super) letter: Letter,
    /// Where its conversation lies.
    pub(super) shelf: Shelf,
    /// Whether the owner wrote it.
    pub(super) by_owner: bool,
    /// Unix seconds.
    pub(super) received: i64,
    /// Whether the owner has seen it.
    pub(super) is_read: bool,
    /// What is special about it.
    pub(super) marks: &'static [Mark],
    /// Whether it belongs into the folder of invoices.
    pub(super) is_invoice: bool,
}

/// The letters of a mailbox whose owner and people are `cast`: every sure conversation, and as many others as fill the
/// inbox.
pub(super) fn plan(
    scripts: &[&'static Script],
    cast: &Cast,
    seed: &Uid,
    now: i64,
    dice: &mut Dice,
) -> Vec<Planned> {
    let mut planned = Vec::new();
    let mut ago = 0;
    for (number, script) in chosen(scripts, dice).into_iter().enumerate() {
        let end = now - age(script, &mut ago, dice);
        let name = Uid::derived(&[seed.as_bytes(), b"conversation", &number.to_be_bytes()]);
        planned.extend(received(script, cast, &name, end, now, dice));
    }
    let is_invoice = |script: &&&Script| {
        script
            .letters
            .iter()
            .any(|line| has(line, is_filed_as_invoice))
    };
    for (script, month) in scripts.iter().filter(is_invoice).cycle().zip(1..=4_i64) {
        let name = Uid::derived(&[seed.as_bytes(), b"invoice", &month.to_be_bytes()]);
        let older = received(script, cast, &name, now - month * 30 * DAY, now, dice);
        planned.extend(older.into_iter().map(|older| Planned {
            is_invoice: true,
            is_read: true,
            ..older
        }));
    }
    planned
}

fn is_filed_as_invoice(mark: &Mark) -> bool {
    matches!(mark, Mark::Category("Invoices"))
}

/// All sure scripts, and others until the inbox is full; in an order of their own.
fn chosen(scripts: &[&'static Script], dice: &mut Dice) -> Vec<&'static Script> {
    let (mut chosen, mut others): (Vec<_>, Vec<_>) =
        scripts.iter().copied().partition(|script| script.sure);
    dice.shuffle(&mut others);
    let in_inbox = |script: &Script| match script.shelf {
        Shelf::Inbox => script
            .letters
            .iter()
            .filter(|line| !matches!(line.from, Role::Owner))
            .count(),
        _ => 0,
    };
    let mut filled: usize = chosen.iter().map(|script| in_inbox(script)).sum();
    for script in others {
        if filled < INBOX {
            filled += in_inbox(script);
            chosen.push(script);
        }
    }
    dice.shuffle(&mut chosen);
    // People come before machines: a mailbox that opens with an advertisement looks like nobody's.
    if let Some(first) = chosen.iter().position(|script| is_lively(script)) {
        chosen.swap(0, first);
    }
    chosen
}

fn is_lively(script: &Script) -> bool {
    let from_people = |line: &Line| line.look == Look::Note;
    script.shelf == Shelf::Inbox
        && script.letters.len() > 1
        && script.letters.iter().all(from_people)
}

/// How many seconds ago a conversation ended. Those of the inbox follow one another; `ago` remembers how far.
fn age(script: &Script, ago: &mut i64, dice: &mut Dice) -> i64 {
    match script.shelf {
        Shelf::Inbox => {
            let gap = match *ago {
                0 => dice.seconds(4 * MINUTE, 20 * MINUTE),
                recent if recent < DAY => dice.seconds(20 * MINUTE, 4 * HOUR),
                _ => dice.seconds(3 * HOUR, 20 * HOUR),
            };
            *ago += gap;
            *ago
        }
        Shelf::Archive => dice.seconds(30 * DAY, 90 * DAY),
        Shelf::Bin => dice.seconds(2 * DAY, 20 * DAY),
        Shelf::Junk => dice.seconds(6 * HOUR, 10 * DAY),
        Shelf::Desk => dice.seconds(HOUR, 3 * DAY),
    }
}

fn received(
    script: &'static Script,
    cast: &Cast,
    name: &Uid,
    end: i64,
    now: i64,
    dice: &mut Dice,
) -> Vec<Planned> {
    let played = play(script, cast, name, end, dice);
    let answers = played
        .iter()
        .rposition(|played| matches!(played.line.from, Role::Owner));
    let plan = |(index, played): (usize, super::stage::Played)| {
        let by_owner = matches!(played.line.from, Role::Owner);
        let received = if by_owner {
            played.letter.sent
        } else {
            played.letter.sent + dice.seconds(1, 50)
        };
        let answered = answers.is_some_and(|answer| index < answer);
        let is_read = by_owner || answered || seen(script.shelf, now - received, dice);
        let marks = played.line.marks;
        Planned {
            letter: played.letter,
            shelf: script.shelf,
            by_owner,
            received,
            is_read,
            marks,
            is_invoice: false,
        }
    };
    played.into_iter().enumerate().map(plan).collect()
}

/// Whether the owner has read a letter that came so many seconds ago and was not answered.
fn seen(shelf: Shelf, age: i64, dice: &mut Dice) -> bool {
    match (shelf, age) {
        (Shelf::Junk, _) => false,
        (Shelf::Inbox, age) if age < DAY => dice.chance(25),
        (Shelf::Inbox, age) if age < 4 * DAY => dice.chance(70),
        (Shelf::Inbox, _) => dice.chance(94),
        _ => true,
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
/// Letters from others that an inbox has at least, if the catalogue has as many.
const INBOX: usize = 31;
