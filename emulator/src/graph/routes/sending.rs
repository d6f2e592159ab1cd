//! Messages handed to the post: `sendMail`, `send`, and what answers and forwards end in.

use super::visit::{Visit, message};
use crate::{
    graph::{
        access::{Need, Reach},
        answer::Answer,
        error::GraphError,
        input::{Sending, is_mime, letter_of_mime},
        path::MessagePlace,
        post::Posted,
        store::{Flag, Letter, Mailbox, Message, Recipient, Thread},
    },
    world::{Person, SendRight},
};

/// `POST sendMail` (E23, E24): 202, and nobody learns the message's id.
pub(super) fn send_mail(visit: &Visit<'_>, mailbox: &mut Mailbox) -> Result<Answer, GraphError> {
    let mut message = blank(visit, mailbox);
    let saves_copy = if is_mime(&visit.call.headers) {
        message.letter = letter_of_mime(&visit.call.body, message.letter)?;
        mailbox.join_thread(&mut message.letter);
        true
    } else {
        let owner = visit.owner_as_recipient();
        let sending = Sending::parse(&visit.call.body, &owner, visit.call.now)?;
        sending.message.apply(&mut message);
        sending.saves_copy
    };
    let message = ready(visit, message)?;
    Ok(hand_over(visit, message, saves_copy))
}

/// `POST messages/{message}/send` (E27): the draft leaves its folder, and comes back in Sent Items.
pub(super) fn send_draft(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let draft = message(mailbox, place)?;
    if !draft.is_draft {
        return Err(GraphError::not_a_draft());
    }
    let key = draft.key;
    let message = ready(visit, draft.clone())?;
    mailbox.remove(key, visit.call.now);
    Ok(hand_over(visit, message, true))
}

/// An empty message that lies nowhere yet, without writer and recipients.
pub(super) fn blank(visit: &Visit<'_>, mailbox: &mut Mailbox) -> Message {
    let (now, name) = (visit.call.now, mailbox.letter_name());
    let domain = visit.owner_as_recipient().domain().to_owned();
    let thread = Thread::starting(name, now);
    mailbox.unfiled(Letter::unsigned(&domain, now, &name, thread), now)
}

/// The message as it goes out: signed, dated, with recipients that can be sent to.
///
/// # Errors
/// 400 for recipients (E25), 403 for a name the caller may not use.
pub(super) fn ready(visit: &Visit<'_>, mut message: Message) -> Result<Message, GraphError> {
    check_recipients(&message.letter)?;
    sign(visit, &mut message.letter)?;
    message.letter.sent = visit.call.now;
    message.is_draft = false;
    message.is_read = true;
    message.flag = Flag::default();
    Ok(message)
}

/// Gives the message to the post, which delivers at once or after the delay that is set (E28).
pub(super) fn hand_over(visit: &Visit<'_>, message: Message, saves_copy: bool) -> Answer {
    let delay = visit.graph.emulator.switches().sending_delay;
    visit.graph.post.accept(Posted {
        due: visit.call.now.saturating_add(delay),
        mailbox: visit.entry.owner.id.clone(),
        message,
        saves_copy,
    });
    Answer::accepted()
}

fn check_recipients(letter: &Letter) -> Result<(), GraphError> {
    let recipients: Vec<_> = letter.recipients().collect();
    let wrong = |recipient: &&Recipient| !is_address(&recipient.address);
    match recipients.len() {
        0 => Err(GraphError::invalid_recipients(
            "A message can't be sent because it contains no recipients.",
        )),
        count if count > MOST_RECIPIENTS => Err(GraphError::invalid_recipients(
            "A message can't be sent to more than 500 recipients.",
        )),
        _ if recipients.iter().any(wrong) => Err(GraphError::invalid_recipients(
            "At least one address is not an SMTP address.",
        )),
        _ => Ok(()),
    }
}

fn is_address(address: &str) -> bool {
    let clean = !address.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    let halves = address.split_once('@');
    clean
        && halves.is_some_and(|(name, domain)| {
            !name.is_empty() && !domain.is_empty() && !domain.contains('@')
        })
}

/// Puts the names under it that the caller may use (graph-mail §7.4).
fn sign(visit: &Visit<'_>, letter: &mut Letter) -> Result<(), GraphError> {
    let owner = &visit.entry.owner;
    let wished = letter.from.take().map(|from| from.address);
    let foreign = wished.filter(|address| !address.eq_ignore_ascii_case(&owner.address));
    let (from, right) = match foreign {
        None => (owner.clone(), visit.entry.sends),
        Some(address) => of_another(visit, &address)?,
    };
    let from = signature(&from);
    letter.sender = Some(match right {
        SendRight::OnBehalf => signature(visit.caller.person().unwrap_or(owner)),
        SendRight::As | SendRight::None => from.clone(),
    });
    letter.from = Some(from);
    Ok(())
}

/// Somebody else's name, if they let the sender use it.
fn of_another(visit: &Visit<'_>, address: &str) -> Result<(Person, SendRight), GraphError> {
    let caller = visit.caller.person();
    if caller.is_some() && !visit.caller.may(Need::MailSend, Reach::Shared) {
        return Err(GraphError::access_denied());
    }
    let world = visit.graph.emulator.world();
    let principal = caller.unwrap_or(&visit.entry.owner);
    let other = world
        .person_at(address)
        .ok_or_else(GraphError::send_as_denied)?;
    let share = world.mailbox_share(&other.id, &principal.id);
    let right = share.map_or(SendRight::None, |share| share.sending);
    match right {
        SendRight::None => Err(GraphError::send_as_denied()),
        right => Ok((other.clone(), right)),
    }
}

fn signature(person: &Person) -> Recipient {
    Recipient::new(person.name.as_str(), person.address.as_str())
}

/// The documented most, over all three kinds of recipients.
const MOST_RECIPIENTS: usize = 500;
