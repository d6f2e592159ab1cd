//! Drafts begun, from nothing or as an answer.

use super::{
    sending::{blank, hand_over, ready},
    visit::{Visit, folder, message},
};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    html::{escaped, page},
    input::{Edits, Reply, is_mime, letter_of_mime, object},
    path::{AnswerKind, MessagePlace},
    quote::quoted,
    store::{Body, BodyKind, Letter, Mailbox, Message, Recipient, WellKnown},
};

/// `POST messages`, `POST mailFolders/{folder}/messages` (E27): JSON or MIME.
pub(super) fn create(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    named: Option<&str>,
) -> Result<Answer, GraphError> {
    let folder = match named {
        Some(named) => folder(mailbox, named)?,
        None => mailbox.well_known(WellKnown::Drafts),
    };
    let mut draft = blank(visit, mailbox);
    if is_mime(&visit.call.headers) {
        draft.letter = letter_of_mime(&visit.call.body, draft.letter)?;
        mailbox.join_thread(&mut draft.letter);
    } else {
        let (properties, owner) = (object(&visit.call.body)?, visit.owner_as_recipient());
        Edits::of_creation(properties, &owner, visit.call.now)?.apply(&mut draft);
    }
    draft.is_draft = true;
    let key = mailbox.insert(draft, folder, visit.call.now);
    Ok(Answer::created(visit.message_shown(mailbox, key)?))
}

/// `POST createReply`, `createReplyAll`, `createForward` (E29).
pub(super) fn create_answer(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
    kind: AnswerKind,
) -> Result<Answer, GraphError> {
    let mut draft = answer(visit, mailbox, place, kind, Purpose::Draft)?;
    draft.is_draft = true;
    let folder = mailbox.well_known(WellKnown::Drafts);
    let key = mailbox.insert(draft, folder, visit.call.now);
    Ok(Answer::created(visit.message_shown(mailbox, key)?))
}

/// `POST reply`, `replyAll`, `forward` (E30): the original stays as it is.
pub(super) fn send_answer(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
    kind: AnswerKind,
) -> Result<Answer, GraphError> {
    let message = answer(visit, mailbox, place, kind, Purpose::Sending)?;
    let message = ready(visit, message)?;
    Ok(hand_over(visit, message, true))
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Draft,
    Sending,
}

fn answer(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
    kind: AnswerKind,
    purpose: Purpose,
) -> Result<Message, GraphError> {
    let original = message(mailbox, place)?.letter.clone();
    let begun = begun(visit, mailbox, &original, kind);
    if is_mime(&visit.call.headers) {
        return of_mime(visit, begun);
    }
    let mut reply = Reply::parse(
        &visit.call.body,
        &visit.owner_as_recipient(),
        visit.call.now,
    )?;
    match kind {
        AnswerKind::Forward => reply.check_recipients(purpose == Purpose::Sending)?,
        _ if reply.recipients.is_some() => {
            let text = "The parameter 'toRecipients' belongs to forwards.";
            return Err(GraphError::unreadable_body(text));
        }
        _ => {}
    }
    // Known defect of Graph: the create actions take a comment and drop it (graph-mail §7.3, 6).
    let comment = reply.comment.take().filter(|_| purpose == Purpose::Sending);
    let words = reply.message.take_body().or(comment.map(Body::text));
    let mut message = begun.clone();
    message.letter.body = above(words.as_ref(), &original);
    if let Some(recipients) = reply.recipients.take() {
        message.letter.to = recipients;
    }
    reply.message.apply(&mut message);
    keep_recipients(&mut message.letter, &begun.letter);
    Ok(message)
}

/// The answer before its writer says anything: addressed, titled, tied to the original.
fn begun(visit: &Visit<'_>, mailbox: &mut Mailbox, original: &Letter, kind: AnswerKind) -> Message {
    let (me, now, name) = (
        visit.owner_as_recipient(),
        visit.call.now,
        mailbox.letter_name(),
    );
    let (to, cc) = addressees(original, &me, kind);
    let mark = match kind {
        AnswerKind::Forward => "FW: ",
        AnswerKind::Reply | AnswerKind::ReplyAll => "RE: ",
    };
    let inline_only = kind != AnswerKind::Forward;
    let carried = original
        .attachments
        .iter()
        .filter(|attachment| attachment.is_inline || !inline_only);
    let letter = Letter {
        subject: titled(mark, &original.subject),
        to,
        cc,
        headers: ties(original),
        attachments: carried.cloned().collect(),
        ..Letter::by(me, now, &name, original.thread.answered(now))
    };
    mailbox.unfiled(letter, now)
}

fn of_mime(visit: &Visit<'_>, begun: Message) -> Result<Message, GraphError> {
    let Letter {
        subject,
        to,
        cc,
        headers,
        ..
    } = begun.letter.clone();
    let mut letter = letter_of_mime(&visit.call.body, begun.letter.clone())?;
    if letter.recipients().next().is_none() {
        (letter.to, letter.cc) = (to, cc);
    }
    if letter.subject.is_empty() {
        letter.subject = subject;
    }
    let tied = letter
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("in-reply-to"));
    if !tied {
        letter.headers.extend(headers);
    }
    Ok(Message { letter, ..begun })
}

/// To whom an answer goes: `replyTo` wins over `from`; nobody twice, and the answerer not at all.
fn addressees(
    original: &Letter,
    me: &Recipient,
    kind: AnswerKind,
) -> (Vec<Recipient>, Vec<Recipient>) {
    let writer = match original.reply_to.as_slice() {
        [] => original.from.as_slice(),
        reply_to => reply_to,
    };
    let mut to = writer.to_vec();
    let mut cc = Vec::new();
    match kind {
        AnswerKind::Forward => to.clear(),
        AnswerKind::Reply => {}
        AnswerKind::ReplyAll => {
            let others = |people: &[Recipient]| -> Vec<_> {
                people
                    .iter()
                    .filter(|who| !same(who, me))
                    .cloned()
                    .collect()
            };
            add_new(&mut to, others(&original.to), &[]);
            add_new(&mut cc, others(&original.cc), &to);
        }
    }
    (to, cc)
}

/// Recipients that the caller names come beside those an answer has by itself.
fn keep_recipients(letter: &mut Letter, begun: &Letter) {
    let named = std::mem::replace(&mut letter.to, begun.to.clone());
    add_new(&mut letter.to, named, &[]);
    let named = std::mem::replace(&mut letter.cc, begun.cc.clone());
    add_new(&mut letter.cc, named, &[]);
}

fn add_new(list: &mut Vec<Recipient>, more: Vec<Recipient>, elsewhere: &[Recipient]) {
    for recipient in more {
        if !list
            .iter()
            .chain(elsewhere)
            .any(|known| same(known, &recipient))
        {
            list.push(recipient);
        }
    }
}

fn same(left: &Recipient, right: &Recipient) -> bool {
    left.address.eq_ignore_ascii_case(&right.address)
}

fn titled(mark: &str, subject: &str) -> String {
    let has_it = subject
        .get(..mark.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(mark));
    match has_it {
        true => subject.to_owned(),
        false => format!("{mark}{subject}"),
    }
}

/// RFC 5322 §3.6.4
fn ties(original: &Letter) -> Vec<(String, String)> {
    let id = &original.internet_message_id;
    let before = original
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("references"));
    let references = before.map_or_else(|| id.clone(), |(_, before)| format!("{before} {id}"));
    vec![
        ("In-Reply-To".to_owned(), id.clone()),
        ("References".to_owned(), references),
    ]
}

/// The words of an answer above what it quotes.
fn above(words: Option<&Body>, original: &Letter) -> Body {
    let words = match words {
        None => String::new(),
        Some(Body {
            kind: BodyKind::Html,
            content,
            ..
        }) => content.clone(),
        Some(Body { content, .. }) => {
            format!(
                "<div>{}</div>",
                escaped(content).replace("\r\n", "\n").replace('\n', "<br>")
            )
        }
    };
    Body {
        kind: BodyKind::Html,
        content: page(&format!("{words}{}", quoted(original))),
        unique: Some(page(&words)),
    }
}
