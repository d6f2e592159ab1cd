//! Little things that unit tests of several files need.

use super::store::{Body, Letter, Recipient, Thread, Uid};

/// A short letter from Ada to Grace with this subject, sent at second 10.
pub(crate) fn letter(subject: &str) -> Letter {
    let ada = Recipient::new("Ada Lovelace", "ada@contoso.example");
    let id = Uid::derived(&[subject.as_bytes()]);
    Letter {
        subject: subject.to_owned(),
        body: Body::text(format!("About {subject}")),
        to: vec![Recipient::new("Grace Hopper", "grace@contoso.example")],
        ..Letter::by(ada, 10, &id, Thread::starting(id, 10))
    }
}
