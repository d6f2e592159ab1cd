//! What is attached to letters.

use super::{
    cast::Cast,
    dice::Dice,
    dress::Dress,
    files::{file, logo},
    script::{Contact, Look, Mark, Role},
};
use crate::graph::store::{Attachment, Content, Letter, Thread, Uid};

/// The attachment that `mark` puts on the letter `id`, sent at `sent` (unix seconds); `None` for other marks.
pub(super) fn enclosure(
    mark: &Mark,
    cast: &Cast,
    id: &Uid,
    sent: i64,
    dice: &mut Dice,
) -> Option<Attachment> {
    let (name, content_type, content) = match mark {
        Mark::File(sort, name) => {
            let (content_type, bytes) = file(*sort, name, dice);
            (*name, Some(content_type), Content::File(bytes))
        }
        Mark::InlineLogo => ("logo.png", Some("image/png"), Content::File(logo())),
        Mark::AttachedLetter(subject) => {
            let letter = Box::new(enclosed_letter(subject, cast, id, sent));
            (*subject, None, Content::Item(letter))
        }
        Mark::CloudLink(name) => {
            let source_url = format!("https://drive.example/{}", name.replace(' ', "%20"));
            (*name, None, Content::Reference { source_url })
        }
        _ => return None,
    };
    let is_inline = matches!(mark, Mark::InlineLogo);
    Some(Attachment {
        key: Uid::derived(&[id.as_bytes(), name.as_bytes()]),
        name: name.to_owned(),
        content_type: content_type.map(str::to_owned),
        is_inline,
        content_id: is_inline.then(|| "logo".to_owned()),
        modified: sent,
        content,
    })
}

/// Two days older than the letter it hangs on, from somebody nobody knows.
fn enclosed_letter(subject: &str, cast: &Cast, outer: &Uid, sent: i64) -> Letter {
    let writer = cast.player(Role::Outside(&STRANGER));
    let sent = sent - 172_800;
    let id = Uid::derived(&[outer.as_bytes(), b"enclosed"]);
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
        to: vec![cast.recipient(Role::A)],
        ..Letter::by(writer.who.clone(), sent, &id, Thread::starting(id, sent))
    }
}

const STRANGER: Contact = Contact {
    name: "Rosa Keller",
    address: "rosa.keller@post.example",
};
