//! One upload: a file that arrives in parts, strictly one after the other (graph-mail §9.3).

use super::range::ContentRange;
use crate::{
    graph::store::{ItemKey, Uid},
    world::{ClientId, PersonId},
};

/// A file on its way to a message.
#[derive(Debug)]
pub(crate) struct Session {
    /// Whose mailbox it goes to.
    pub(crate) owner: PersonId,
    /// The app that uploads it.
    pub(crate) client_id: ClientId,
    /// The message it will hang on.
    pub(crate) message: ItemKey,
    /// What it will be.
    pub(crate) file: Announced,
    /// Path of its URL, as it was handed out; no other one leads here.
    pub(crate) path: String,
    /// What its URLs begin with: up to the message.
    pub(crate) message_url: String,
    /// The attachment's id as it will be told at the end.
    pub(crate) attachment_id: String,
    /// Unix seconds; parts do not put it off.
    pub(crate) expires_at: i64,
    received: Vec<u8>,
}

/// What was said of a file before its first byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    /// Names the attachment within its message.
    pub(crate) key: Uid,
    /// File name.
    pub(crate) name: String,
    /// Media type, if one was named.
    pub(crate) content_type: Option<String>,
    /// Shown within the text.
    pub(crate) is_inline: bool,
    /// What `cid:` links name.
    pub(crate) content_id: Option<String>,
    /// Bytes.
    pub(crate) size: u64,
}

/// Where an upload stands after a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The next part begins at this byte.
    Next(u64),
    /// All bytes are here.
    Complete,
}

/// Why a part is not taken; what had arrived stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PartError {
    /// It begins before the next expected byte.
    #[error("The uploaded fragment overlaps with data that has already been received.")]
    Overlap,
    /// It begins behind the next expected byte.
    #[error("The uploaded fragment is not the next one expected.")]
    OutOfOrder,
    /// Its total is not the size that the session was made for.
    #[error("The declared size of the file is not the one of the upload session.")]
    WrongTotal,
    /// The body has not as many bytes as the range.
    #[error("The length of the content is not the one of the declared range.")]
    WrongLength,
}

/// Where a session belongs, for [`Session::new`].
#[derive(Debug)]
pub(crate) struct Destination {
    /// Whose mailbox.
    pub(crate) owner: PersonId,
    /// Which app asks.
    pub(crate) client_id: ClientId,
    /// Which message.
    pub(crate) message: ItemKey,
    /// Path of the message on the upload host.
    pub(crate) message_path: String,
    /// The upload host's origin.
    pub(crate) origin: String,
    /// The attachment's id to be.
    pub(crate) attachment_id: String,
}

impl Session {
    /// An upload of which nothing has arrived.
    pub(crate) fn new(to: Destination, file: Announced, expires_at: i64) -> Self {
        let path = format!(
            "{}/AttachmentSessions('{}')",
            to.message_path, to.attachment_id
        );
        Self {
            owner: to.owner,
            client_id: to.client_id,
            message: to.message,
            file,
            path,
            message_url: format!("{}{}", to.origin, to.message_path),
            attachment_id: to.attachment_id,
            expires_at,
            received: Vec::new(),
        }
    }

    /// Number of the byte that the next part begins with.
    pub(crate) fn next(&self) -> u64 {
        self.received.len() as u64
    }

    /// Takes a part (E44).
    ///
    /// # Errors
    /// [`PartError`] if it is not the next part of this file.
    pub(crate) fn take(
        &mut self,
        range: ContentRange,
        bytes: &[u8],
    ) -> Result<Progress, PartError> {
        if range.total != self.file.size {
            return Err(PartError::WrongTotal);
        }
        if range.length() != bytes.len() as u64 {
            return Err(PartError::WrongLength);
        }
        match range.first.cmp(&self.next()) {
            std::cmp::Ordering::Less => Err(PartError::Overlap),
            std::cmp::Ordering::Greater => Err(PartError::OutOfOrder),
            std::cmp::Ordering::Equal => {
                self.received.extend_from_slice(bytes);
                Ok(match self.next() == self.file.size {
                    true => Progress::Complete,
                    false => Progress::Next(self.next()),
                })
            }
        }
    }

    /// The bytes that have arrived.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.received
    }
}

#[cfg(test)]
mod tests {
    use super::{Announced, ContentRange, Destination, PartError, Progress, Session};
    use crate::{
        graph::store::{ItemKey, Uid},
        world::{ClientId, PersonId},
    };
    use proptest::prelude::*;

    fn session(size: u64) -> Session {
        let to = Destination {
            owner: PersonId::new("ada"),
            client_id: ClientId::new("app"),
            message: ItemKey(1),
            message_path: "/api/v2.0/Users('ada')/Messages('m')".to_owned(),
            origin: "http://127.0.0.1:2".to_owned(),
            attachment_id: "a".to_owned(),
        };
        let file = Announced {
            key: Uid::derived(&[b"file"]),
            name: "flower.jpg".to_owned(),
            content_type: None,
            is_inline: false,
            content_id: None,
            size,
        };
        Session::new(to, file, 3_600)
    }

    fn part(first: u64, last: u64, total: u64) -> ContentRange {
        ContentRange { first, last, total }
    }

    /// E44: the parts of a file in their order, and each way to miss it.
    #[test]
    fn parts_come_one_after_the_other() {
        let mut session = session(10);
        assert_eq!(session.take(part(0, 3, 10), b"abcd"), Ok(Progress::Next(4)));
        for (range, bytes, error) in [
            (part(0, 3, 10), &b"abcd"[..], PartError::Overlap),
            (part(3, 4, 10), b"de", PartError::Overlap),
            (part(6, 9, 10), b"ghij", PartError::OutOfOrder),
            (part(4, 9, 11), b"efghij", PartError::WrongTotal),
            (part(4, 9, 10), b"efghi", PartError::WrongLength),
        ] {
            assert_eq!(session.take(range, bytes), Err(error));
        }
        assert_eq!(
            session.take(part(4, 9, 10), b"efghij"),
            Ok(Progress::Complete)
        );
        assert_eq!(session.into_bytes(), b"abcdefghij");
    }

    proptest! {
        /// Whatever parts are tried, what has arrived is the beginning of the file, and it is complete once.
        #[test]
        fn what_arrives_is_the_file(
            file in prop::collection::vec(any::<u8>(), 1..64),
            tries in prop::collection::vec((0_u64..80, 0_u64..80, 0_u64..3), 1..60),
        ) {
            let size = file.len() as u64;
            let mut session = session(size);
            let mut completions = 0;
            for (first, length, wrong) in tries {
                let last = (first + length).min(size - 1);
                if first > last {
                    continue;
                }
                // One in three names a wrong total; the rest begins somewhere, often where it should.
                let first = if wrong == 1 { session.next().min(last) } else { first };
                let total = if wrong == 2 { size + 1 } else { size };
                let bytes = &file[usize::try_from(first).expect("small")..=usize::try_from(last).expect("small")];
                let before = session.next();
                match session.take(part(first, last, total), bytes) {
                    Ok(progress) => {
                        prop_assert_eq!(first, before);
                        completions += usize::from(progress == Progress::Complete);
                    }
                    Err(_) => prop_assert_eq!(session.next(), before),
                }
            }
            prop_assert!(completions <= 1);
            prop_assert_eq!(completions == 1, session.next() == size);
            let arrived = session.into_bytes();
            prop_assert_eq!(&arrived[..], &file[..arrived.len()]);
        }
    }
}
