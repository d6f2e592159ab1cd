//! Why a sealed value does not open, and why there is no key ring.

use std::path::PathBuf;

use crate::random::NoRandomness;

/// Why a sealed value does not open. Never a reason to delete it (R119).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The key-encryption key is not in the key ring: give the server the key file that holds it.
    #[error("key-encryption key {key} is not in the key ring")]
    KeyUnknown {
        /// Which one.
        key: String,
    },
    /// Written by a later version of this program, or no sealed value at all (R118).
    #[error("{place} is not in a format that this program reads")]
    UnknownFormat {
        /// Table, field and row.
        place: String,
    },
    /// Changed, moved from another place, or sealed under another key (R117).
    #[error("{place} does not open")]
    Damaged {
        /// Table, field and row.
        place: String,
    },
}

/// Why there is no key ring. Each stops the start of a server (R12, R121).
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// There is no such file, or it cannot be read or written.
    #[error("the key file {path} cannot be used")]
    File {
        /// As it was given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than the owner may read or write the file: `chmod 600` it.
    #[error(
        "the key file {path} has mode {mode:o}; others than its owner must have no access (chmod 600)"
    )]
    Exposed {
        /// As it was given.
        path: PathBuf,
        /// The permission bits found.
        mode: u32,
    },
    /// Not 256 bits in hexadecimal or base64. The text itself is not repeated here.
    #[error("key {position} is neither 64 hexadecimal digits nor 44 characters of base64")]
    Malformed {
        /// Counted from 1, comments left out.
        position: usize,
    },
    /// The same key is there twice.
    #[error("key {position} is there already")]
    Repeated {
        /// Counted from 1, comments left out.
        position: usize,
    },
    /// No key at all.
    #[error("there is no key")]
    Empty,
    /// The operating system gave no random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}
