//! From a script to the letters of a conversation.

use super::{
    cast::{Cast, Figures},
    dice::Dice,
    dress::Dress,
    enclosures::enclosure,
    script::{Line, Look, Mark, Role, Script},
};
use crate::graph::store::{Attachment, Importance, Kind, Letter, Recipient, Thread, Uid};

/// One letter of a conversation, with the line it was made of.
#[derive(Debug)]
pub(super) struct Played {
    /// The letter.
    pub(super) letter: Letter,
    /// What it was made of.
    pub(super) line: &'static Line,
}

/// The letters of `script`, the last one sent at `end` (unix seconds). `name` names the conversation.
pub(super) fn play(
    script: &'static Script,
    cast: &Cast,
    name: &Uid,
    end: i64,
    dice: &mut Dice,
) -> Vec<Played> {
    let figures = Figures::rolled(dice);
    let subject = cast.filled(script.subject, Role::Owner, &figures);
    let minutes: i64 = script.letters.iter().map(|line| line.after).sum();
    let mut sent = end - minutes * 60;
    let mut played: Vec<Played> = Vec::new();
    for (index, line) in script.letters.iter().enumerate() {
        sent += line.after * 60;
        let answered = played.last().map(|played| &played.letter);
        let id = Uid::derived(&[name.as_bytes(), &index.to_be_bytes()]);
        let scene = Scene {
            cast,
            figures: &figures,
            subject: &subject,
            answered,
            id,
            sent,
            topic: *name,
        };
        played.push(Played {
            letter: scene.letter(line, dice),
            line,
        });
    }
    played
}

/// What a letter needs to know of its conversation.
struct Scene<'a> {
    cast: &'a Cast,
    figures: &'a Figures,
    subject: &'a str,
    answered: Option<&'a Letter>,
    id: Uid,
    sent: i64,
    topic: Uid,
}

impl Scene<'_> {
    fn letter(&self, line: &'static Line, dice: &mut Dice) -> Letter {
        let writer = self.cast.player(line.from);
        let answers = self.answered.filter(|_| line.look == Look::Note);
        let subject = match answers {
            Some(_) => format!("RE: {}", self.subject),
            None => self.subject.to_owned(),
        };
        let text = self.cast.filled(line.text, line.from, self.figures);
        let dress = Dress {
            writer: &writer,
            subject: self.subject,
            answered: answers,
            logo: has(line, |mark| matches!(mark, Mark::InlineLogo)),
            script: has(line, |mark| matches!(mark, Mark::Script)),
        };
        Letter {
            subject,
            body: dress.worn(line.look, &text),
            to: self.addressees(line),
            cc: self.recipients(line.cc),
            reply_to: line
                .marks
                .iter()
                .filter_map(|mark| self.reply_to(mark))
                .collect(),
            headers: self.headers(line, writer.who.domain()),
            importance: importance(line),
            attachments: self.attachments(line, dice),
            read_receipt: has(line, |mark| matches!(mark, Mark::ReadReceipt)),
            delivery_receipt: Some(false).filter(|_| matches!(line.from, Role::Owner)),
            kind: kind(line),
            ..Letter::by(writer.who.clone(), self.sent, &self.id, self.thread())
        }
    }

    fn thread(&self) -> Thread {
        match self.answered {
            Some(letter) => letter.thread.answered(self.sent),
            None => Thread::starting(self.topic, self.sent),
        }
    }

    fn addressees(&self, line: &Line) -> Vec<Recipient> {
        match (line.to, line.from) {
            ([], Role::Owner) => self.recipients(&[Role::A]),
            ([], _) => self.recipients(&[Role::Owner]),
            (to, _) => self.recipients(to),
        }
    }

    fn recipients(&self, roles: &[Role]) -> Vec<Recipient> {
        roles
            .iter()
            .map(|role| self.cast.recipient(*role))
            .collect()
    }

    fn reply_to(&self, mark: &Mark) -> Option<Recipient> {
        match mark {
            Mark::ReplyTo(contact) => Some(self.cast.recipient(Role::Outside(contact))),
            _ => None,
        }
    }

    fn headers(&self, line: &Line, domain: &str) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        if let Some(letter) = self.answered.filter(|_| line.look == Look::Note) {
            headers.push(("In-Reply-To".to_owned(), letter.internet_message_id.clone()));
            headers.push(("References".to_owned(), letter.internet_message_id.clone()));
        }
        if matches!(line.look, Look::Newsletter(_)) {
            headers.push((
                "List-Unsubscribe".to_owned(),
                format!("<https://{domain}/unsubscribe>"),
            ));
            headers.push(("Precedence".to_owned(), "bulk".to_owned()));
        }
        headers
    }

    fn attachments(&self, line: &Line, dice: &mut Dice) -> Vec<Attachment> {
        let enclosed = |mark| enclosure(mark, self.cast, &self.id, self.sent, dice);
        line.marks.iter().filter_map(enclosed).collect()
    }
}

/// Whether a line has a mark of this sort.
pub(super) fn has(line: &Line, is: impl Fn(&Mark) -> bool) -> bool {
    line.marks.iter().any(is)
}

fn importance(line: &Line) -> Importance {
    match (
        has(line, |mark| matches!(mark, Mark::High)),
        has(line, |mark| matches!(mark, Mark::Low)),
    ) {
        (true, _) => Importance::High,
        (_, true) => Importance::Low,
        _ => Importance::Normal,
    }
}

fn kind(line: &Line) -> Kind {
    if has(line, |mark| matches!(mark, Mark::Meeting)) {
        Kind::MeetingRequest
    } else {
        Kind::Note
    }
}
