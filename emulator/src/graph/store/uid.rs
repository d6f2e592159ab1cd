//! Sixteen bytes that name a mailbox, an attachment or a conversation, derived and never rolled.

use std::fmt;

use sha2::{Digest, Sha256};

/// A stable 128-bit name: the same inputs give the same one in every run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Uid([u8; 16]);

impl Uid {
    /// The name of the thing described by `parts`; the boundaries between parts matter.
    pub(crate) fn derived(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        // Version and variant bits of RFC 9562 §5.8, so that it reads as an ordinary uuid.
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }

    /// The name held in an id that came back from a client.
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The raw bytes, as they stand inside ids.
    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Uid;

    #[test]
    fn equal_inputs_give_equal_names_and_boundaries_matter() {
        assert_eq!(Uid::derived(&[b"a", b"b"]), Uid::derived(&[b"a", b"b"]));
        assert_ne!(Uid::derived(&[b"ab", b""]), Uid::derived(&[b"a", b"b"]));
    }

    #[test]
    fn it_reads_as_a_uuid() {
        let text = Uid::derived(&[b"mailbox"]).to_string();
        assert_eq!(text.len(), 36);
        assert_eq!(&text[14..15], "8");
    }
}
