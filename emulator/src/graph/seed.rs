//! Mail that tests and people put into mailboxes, beside what the generator wrote (E64).

use serde::{Deserialize, Serialize};

use super::{
    ids::{self, IdForm},
    serve::Graph,
    store::{Body, FolderKey, Letter, Mailbox, Recipient, Thread, WellKnown},
};
use crate::{lock::lock, world::Person};

/// Mail that comes into a mailbox.
///
/// ```
/// use connect_outlook_emulator::graph::NewMail;
///
/// let mail = NewMail { text: Some("See you at five.".to_owned()), ..NewMail::new("Tea") };
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMail {
    /// Its subject; several are numbered.
    pub subject: String,
    /// A text without formatting, unless there is one as HTML.
    #[serde(default)]
    pub text: Option<String>,
    /// A text as HTML.
    #[serde(default)]
    pub html: Option<String>,
    /// Who wrote it; a stranger if not given.
    #[serde(default)]
    pub from: Option<Correspondent>,
    /// Well-known name or id of the folder it lies in.
    #[serde(default = "inbox")]
    pub folder: String,
    /// When it came, unix seconds; now if not given.
    #[serde(default)]
    pub received_at: Option<i64>,
    /// Whether the owner has read it.
    #[serde(default)]
    pub read: bool,
    /// How many of it, at most [`NewMail::MOST`]; each came a second after the one before.
    #[serde(default = "one")]
    pub count: u32,
}

/// A name and an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correspondent {
    /// As shown.
    pub name: String,
    /// As mailed to.
    pub address: String,
}

impl NewMail {
    /// As many as can come at once.
    pub const MOST: u32 = 10_000;

    /// An unread, empty message of this subject in the inbox.
    pub fn new(subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            text: None,
            html: None,
            from: None,
            folder: inbox(),
            received_at: None,
            read: false,
            count: one(),
        }
    }

    fn letter(&self, number: u32, sent: i64, mailbox: &mut Mailbox, owner: &Person) -> Letter {
        let writer = match &self.from {
            Some(from) => Recipient::new(&*from.name, &*from.address),
            None => Recipient::new("A Stranger", "stranger@elsewhere.example"),
        };
        let name = mailbox.letter_name();
        Letter {
            subject: match self.count {
                1 => self.subject.clone(),
                _ => format!("{} {number}", self.subject),
            },
            body: match (&self.html, &self.text) {
                (Some(html), _) => Body::html(html.clone()),
                (None, text) => Body::text(text.clone().unwrap_or_default()),
            },
            to: vec![Recipient::new(&*owner.name, &*owner.address)],
            ..Letter::by(writer, sent, &name, Thread::starting(name, sent))
        }
    }
}

/// Why mail cannot be put into a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// Nobody has this address or id.
    #[error("nobody here is called `{0}`")]
    Nobody(String),
    /// The person has no mailbox.
    #[error("`{0}` has no mailbox")]
    NoMailbox(String),
    /// The folder is neither a well-known name nor an id of this mailbox.
    #[error("there is no folder `{0}`")]
    NoFolder(String),
    /// More than can come at once.
    #[error("mail comes by 1 to 10000")]
    BadCount,
}

impl Graph {
    /// Puts mail into the mailbox of the person with this address or id, and answers the immutable ids.
    ///
    /// # Errors
    /// [`SeedError`], by what is wrong.
    pub(crate) fn seed(&self, person: &str, mail: &NewMail) -> Result<Vec<String>, SeedError> {
        if !(1..=NewMail::MOST).contains(&mail.count) {
            return Err(SeedError::BadCount);
        }
        let world = self.emulator.world();
        let is_named = |candidate: &&Person| {
            person.eq_ignore_ascii_case(candidate.id.as_str())
                || person.eq_ignore_ascii_case(&candidate.address)
        };
        let owner = world.people.iter().find(is_named);
        let owner = owner.ok_or_else(|| SeedError::Nobody(person.to_owned()))?;
        if !owner.mailbox {
            return Err(SeedError::NoMailbox(person.to_owned()));
        }
        let shared = self.mailbox(owner);
        let mut mailbox = lock(&shared);
        let folder = folder(&mailbox, &mail.folder)
            .ok_or_else(|| SeedError::NoFolder(mail.folder.clone()))?;
        let first = mail
            .received_at
            .unwrap_or_else(|| self.emulator.clock.now() - i64::from(mail.count - 1));
        let filed = (1..=mail.count).map(|number| {
            let received = first.saturating_add(i64::from(number - 1));
            let letter = mail.letter(number, received, &mut mailbox, owner);
            let key = mailbox.file(folder, received, letter, |message| {
                message.is_read = mail.read;
            });
            let message = mailbox.message(key);
            message.map(|message| ids::message_id(mailbox.uid(), message, IdForm::Immutable))
        });
        let ids = filed.flatten().collect();
        drop(mailbox);
        self.notice();
        Ok(ids)
    }
}

fn folder(mailbox: &Mailbox, named: &str) -> Option<FolderKey> {
    if let Some(known) = WellKnown::parse(named) {
        return Some(mailbox.well_known(known));
    }
    let key = ids::read_folder(mailbox.uid(), named).ok()?;
    mailbox.folder(key).map(|folder| folder.key)
}

fn inbox() -> String {
    "inbox".to_owned()
}

fn one() -> u32 {
    1
}
