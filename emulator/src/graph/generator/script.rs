//! The form in which the catalogue writes down conversations.
//!
//! Texts name people by `{you}` (the owner), `{a}`, `{b}`, `{c}` (three others), `{me}` (the writer), and roll `{number}`,
//! `{issue}` and `{amount}` once for each conversation. Paragraphs are separated by empty lines.

/// A conversation of one or more letters.
#[derive(Debug)]
pub(super) struct Script {
    /// Subject of the first letter; answers get `RE: ` in front.
    pub(super) subject: &'static str,
    /// Where the letters from others lie.
    pub(super) shelf: Shelf,
    /// Whether every mailbox has it.
    pub(super) sure: bool,
    /// In order of time.
    pub(super) letters: &'static [Line],
}

/// Where letters from others lie; the owner's own are in Sent Items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// Inbox.
    Inbox,
    /// Archive.
    Archive,
    /// Deleted Items.
    Bin,
    /// Junk Email.
    Junk,
    /// Drafts: the owner's own, unsent.
    Desk,
}

/// One letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Who writes.
    pub(super) from: Role,
    /// To whom; nobody named means the owner, or `A` if the owner writes.
    pub(super) to: &'static [Role],
    /// Copies.
    pub(super) cc: &'static [Role],
    /// What it says.
    pub(super) text: &'static str,
    /// What it looks like.
    pub(super) look: Look,
    /// Minutes after the letter before.
    pub(super) after: i64,
    /// What is special about it.
    pub(super) marks: &'static [Mark],
}

/// Somebody in a conversation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// The owner of the mailbox.
    Owner,
    /// First colleague or friend.
    A,
    /// Second.
    B,
    /// Third.
    C,
    /// Somebody outside.
    Outside(&'static Contact),
}

/// Somebody outside: a company, a machine, a customer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Contact {
    /// As shown.
    pub(super) name: &'static str,
    /// Always in a domain reserved for examples.
    pub(super) address: &'static str,
}

/// What a letter looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Written in Outlook: HTML with a signature, the letter before quoted below.
    Note,
    /// Plain text.
    Plain,
    /// A mailing with a coloured head, a button and a way to unsubscribe.
    Newsletter(&'static str),
    /// A list of `item: amount` lines with their sum.
    Receipt,
    /// A short message of a machine.
    Notice,
}

/// What is special about a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Red exclamation mark.
    High,
    /// Blue arrow.
    Low,
    /// Flagged by the owner.
    Flagged,
    /// Flag ticked off by the owner.
    Done,
    /// A category of the owner's.
    Category(&'static str),
    /// A file.
    File(File, &'static str),
    /// A picture within the text, and nothing else attached.
    InlineLogo,
    /// The letter named here, attached as a message.
    AttachedLetter(&'static str),
    /// A link to a file in cloud storage.
    CloudLink(&'static str),
    /// An invitation.
    Meeting,
    /// Answers go to this address.
    ReplyTo(&'static Contact),
    /// The HTML carries a tracking script.
    Script,
    /// The writer wants to know when it is read.
    ReadReceipt,
}

/// Sorts of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum File {
    /// A one-page PDF.
    Pdf,
    /// A table.
    Csv,
    /// A picture.
    Png,
    /// Notes.
    Text,
}

impl Script {
    /// A conversation that some inboxes have.
    pub(super) const fn new(subject: &'static str, letters: &'static [Line]) -> Self {
        Self {
            subject,
            shelf: Shelf::Inbox,
            sure: false,
            letters,
        }
    }

    /// The same conversation, in every mailbox.
    pub(super) const fn sure(mut self) -> Self {
        self.sure = true;
        self
    }

    /// The same conversation, elsewhere.
    pub(super) const fn on(mut self, shelf: Shelf) -> Self {
        self.shelf = shelf;
        self
    }
}

impl Line {
    /// A letter of `look` from `from` to the owner, or to `A` if the owner writes.
    pub(super) const fn new(from: Role, look: Look, text: &'static str) -> Self {
        Self {
            from,
            to: &[],
            cc: &[],
            text,
            look,
            after: 0,
            marks: &[],
        }
    }

    /// A letter written in Outlook.
    pub(super) const fn note(from: Role, text: &'static str) -> Self {
        Self::new(from, Look::Note, text)
    }

    /// The same letter to these people.
    pub(super) const fn to(mut self, to: &'static [Role]) -> Self {
        self.to = to;
        self
    }

    /// The same letter with copies to these people.
    pub(super) const fn cc(mut self, cc: &'static [Role]) -> Self {
        self.cc = cc;
        self
    }

    /// The same letter so many minutes after the one before.
    pub(super) const fn after(mut self, minutes: i64) -> Self {
        self.after = minutes;
        self
    }

    /// The same letter with these marks.
    pub(super) const fn with(mut self, marks: &'static [Mark]) -> Self {
        self.marks = marks;
        self
    }
}
