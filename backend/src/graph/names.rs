//! Ids from outside that will stand in a path: checked once, here (R133).

use std::fmt;

/// A message's immutable id.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageId(String);

/// An attachment's immutable id.
#[derive(Clone, PartialEq, Eq)]
pub struct AttachmentId(String);

/// A folder's id or one of Graph's well-known names.
#[derive(Clone, PartialEq, Eq)]
pub struct FolderName(String);

/// The text cannot be an id at Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAName;

impl MessageId {
    /// Takes an id as a client sent it, decoded once.
    ///
    /// # Errors
    /// [`NotAName`] for anything that Graph would not have made.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        checked(text).map(Self)
    }

    /// As Graph made it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AttachmentId {
    /// Takes an id as a client sent it, decoded once.
    ///
    /// # Errors
    /// [`NotAName`] for anything that Graph would not have made.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        checked(text).map(Self)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FolderName {
    /// Takes one of our roles (`inbox`, `sent`, `drafts`, `trash`, `archive`, `junk`, `outbox`) or an id.
    ///
    /// # Errors
    /// [`NotAName`] for anything that Graph would not have made.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        match super::roles::well_known(text) {
            Some(name) => Ok(Self::well_known(name)),
            None => checked(text).map(Self),
        }
    }

    /// The inbox.
    #[must_use]
    pub fn inbox() -> Self {
        Self::well_known("inbox")
    }

    pub(super) fn well_known(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MessageId(…)")
    }
}

impl fmt::Debug for AttachmentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AttachmentId(…)")
    }
}

impl fmt::Debug for FolderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FolderName(…)")
    }
}

/// Graph's ids are base64url with padding.
fn checked(text: &str) -> Result<String, NotAName> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
    let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(allowed);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(NotAName)
    }
}

/// Characters; Graph's have 100 to 200.
const LONGEST: usize = 512;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// R133: one segment, whatever is tried.
    #[test]
    fn nothing_that_could_leave_its_segment_is_an_id() {
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a%2fb",
            "a;b",
            "a?b",
            "a#b",
            "a b",
            "a\0",
            "a\r\n",
            "ä",
            "$batch",
            "a&b",
            "users('x')",
            "https://evil.example",
            &"a".repeat(513),
        ] {
            assert_eq!(MessageId::parse(bad), Err(NotAName), "{bad}");
            assert_eq!(FolderName::parse(bad), Err(NotAName), "{bad}");
            assert_eq!(AttachmentId::parse(bad), Err(NotAName), "{bad}");
        }
        assert!(MessageId::parse("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A_x==").is_ok());
    }

    #[test]
    fn our_roles_become_the_well_known_names() {
        for (role, name) in [
            ("inbox", "inbox"),
            ("sent", "sentitems"),
            ("trash", "deleteditems"),
            ("junk", "junkemail"),
        ] {
            assert_eq!(FolderName::parse(role).unwrap().as_str(), name);
        }
        assert_eq!(FolderName::parse("AAMkAG").unwrap().as_str(), "AAMkAG");
    }

    proptest! {
        #[test]
        fn what_passes_is_one_harmless_segment(text in ".{0,40}") {
            if let Ok(id) = MessageId::parse(&text) {
                prop_assert!(!id.as_str().contains(['/', '\\', '.', '%', ';', '?', '#', ' ']));
            }
        }
    }
}
