//! Little things that unit tests of several files need.

use super::store::{Body, BodyKind, Importance, Kind, Letter, Recipient, Thread, Uid};

/// A short letter from Ada to Grace with this subject, sent at second 10.
pub(crate) fn letter(subject: &str) -> Letter {
    let ada = Recipient::new("Ada Lovelace", "ada@contoso.example");
    Letter {
        subject: subject.to_owned(),
        body: Body {
            kind: BodyKind::Text,
            content: format!("About {subject}"),
            unique: None,
        },
        from: Some(ada.clone()),
        sender: Some(ada),
        to: vec![Recipient::new("Grace Hopper", "grace@contoso.example")],
        cc: Vec::new(),
        bcc: Vec::new(),
        reply_to: Vec::new(),
        sent: 10,
        internet_message_id: format!("<{subject}@contoso.example>"),
        headers: Vec::new(),
        importance: Importance::Normal,
        attachments: Vec::new(),
        read_receipt: false,
        delivery_receipt: Some(false),
        thread: Thread::starting(Uid::derived(&[subject.as_bytes()]), 10),
        kind: Kind::Note,
    }
}
