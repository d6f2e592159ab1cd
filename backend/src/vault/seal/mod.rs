//! Sealing: how a secret rests in the database.
//!
//! - A *key-encryption key* (KEK) comes from a file or the environment, never from the database. From each are derived,
//!   by labelled HKDF, one key that wraps data keys and one that seals attempts (R122). See [`KeyRing`].
//! - Every account has a *data key*, wrapped with AES-256 key wrap (RFC 3394) in `wrap`. Destroying it destroys
//!   everything sealed under it.
//! - A field is sealed with XChaCha20-Poly1305 and a fresh random nonce in `cipher`. Its associated data name table,
//!   row, field, key and format (`place`), so a sealed value opens only where it was written (R117).
//! - What is stored is base64 of a versioned, self-describing blob (`blob`, R118).
//!
//! A value that does not open yields a typed error and no bytes (R119).

mod blob;
mod cipher;
mod key_file;
mod key_ring;
mod place;
mod wrap;

pub use blob::KeyId;
pub(super) use cipher::SealingKey;
pub(super) use key_ring::WrappedKey;
pub use key_ring::{KeyRing, KeyRingError};
pub(super) use place::{Field, Place};

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
