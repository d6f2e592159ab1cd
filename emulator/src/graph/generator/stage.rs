//! From a script to the letters of a conversation.

use super::{
    cast::{Cast, Figures},
    dice::Dice,
    dress::Dress,
    files::{file, logo},
    script::{Line, Look, Mark, Role, Script},
};
use crate::graph::store::{Attachment, Content, Importance, Kind, Letter, Thread, Uid};

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
        let domain = writer
            .who
            .address
            .split('@')
            .nth(1)
            .unwrap_or("mail.example");
        Letter {
            body: dress.worn(line.look, &text),
            from: Some(writer.who.clone()),
            sender: Some(writer.who.clone()),
            to: self.addressees(line),
            cc: line
                .cc
                .iter()
                .map(|role| self.cast.recipient(*role))
                .collect(),
            bcc: Vec::new(),
            reply_to: line
                .marks
                .iter()
                .filter_map(|mark| self.reply_to(mark))
                .collect(),
            sent: self.sent,
            internet_message_id: format!("<{}@{domain}>", self.id),
            headers: self.headers(line, domain),
            importance: importance(line),
            attachments: line
                .marks
                .iter()
                .filter_map(|mark| self.attachment(mark, dice))
                .collect(),
            read_receipt: has(line, |mark| matches!(mark, Mark::ReadReceipt)),
            delivery_receipt: Some(false).filter(|_| matches!(line.from, Role::Owner)),
            thread: self.thread(),
            kind: if has(line, |mark| matches!(mark, Mark::Meeting)) {
                Kind::MeetingRequest
            } else {
                Kind::Note
            },
            subject,
        }
    }

    fn thread(&self) -> Thread {
        match self.answered {
            Some(letter) => letter.thread.answered(self.sent),
            None => Thread::starting(self.topic, self.sent),
        }
    }

    fn addressees(&self, line: &Line) -> Vec<crate::graph::store::Recipient> {
        let usual: &[Role] = if matches!(line.from, Role::Owner) {
            &[Role::A]
        } else {
            &[Role::Owner]
        };
        let roles = if line.to.is_empty() { usual } else { line.to };
        roles
            .iter()
            .map(|role| self.cast.recipient(*role))
            .collect()
    }

    fn reply_to(&self, mark: &Mark) -> Option<crate::graph::store::Recipient> {
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

    fn attachment(&self, mark: &Mark, dice: &mut Dice) -> Option<Attachment> {
        let (name, content_type, content) = match mark {
            Mark::File(sort, name) => {
                let (content_type, bytes) = file(*sort, name, dice);
                (*name, Some(content_type), Content::File(bytes))
            }
            Mark::InlineLogo => ("logo.png", Some("image/png"), Content::File(logo())),
            Mark::AttachedLetter(subject) => (
                *subject,
                None,
                Content::Item(Box::new(self.enclosed(subject))),
            ),
            Mark::CloudLink(name) => {
                let source_url =
                    format!("https://contoso.example/files/{}", name.replace(' ', "%20"));
                (*name, None, Content::Reference { source_url })
            }
            _ => return None,
        };
        let is_inline = matches!(mark, Mark::InlineLogo);
        Some(Attachment {
            key: Uid::derived(&[self.id.as_bytes(), name.as_bytes()]),
            name: name.to_owned(),
            content_type: content_type.map(str::to_owned),
            is_inline,
            content_id: is_inline.then(|| "logo".to_owned()),
            modified: self.sent,
            content,
        })
    }

    /// A letter that is attached to another one: two days older, from somebody nobody knows.
    fn enclosed(&self, subject: &str) -> Letter {
        let writer = self.cast.player(Role::Outside(&super::script::Contact {
            name: "Rosa Keller",
            address: "rosa.keller@post.example",
        }));
        let sent = self.sent - 172_800;
        let topic = Uid::derived(&[self.id.as_bytes(), b"enclosed"]);
        let text = format!(
            "To whom it may concern,\n\n{subject}. I would be grateful for an answer.\n\nRosa Keller"
        );
        let dress = Dress {
            writer: &writer,
            subject,
            answered: None,
            logo: false,
            script: false,
        };
        Letter {
            subject: subject.to_owned(),
            body: dress.worn(Look::Note, &text),
            from: Some(writer.who.clone()),
            sender: Some(writer.who),
            to: vec![self.cast.recipient(Role::A)],
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: Vec::new(),
            sent,
            internet_message_id: format!("<{topic}@post.example>"),
            headers: Vec::new(),
            importance: Importance::Normal,
            attachments: Vec::new(),
            read_receipt: false,
            delivery_receipt: None,
            thread: Thread::starting(topic, sent),
            kind: Kind::Note,
        }
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
