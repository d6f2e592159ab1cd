//! Sealing: how a secret rests in the database.
//!
//! - A *key-encryption key* (KEK) comes from a file or the environment, never from the database. From each are derived,
//!   by labelled HKDF, one key that wraps data keys, one that seals attempts and one for exported files (R122). See
//!   [`KeyRing`].
//! - Every account has a *data key*, wrapped with AES-256 key wrap (RFC 3394) in `wrap`. Destroying it destroys
//!   everything sealed under it.
//! - A field is sealed with XChaCha20-Poly1305 and a fresh random nonce in `cipher`. Its associated data name table,
//!   row, field, key and format (`place`), so a sealed value opens only where it was written (R117).
//! - An exported file is sealed in numbered pieces under a key of its own (`pieces`).
//! - What is stored is base64 of a versioned, self-describing blob (`blob`, R118).
//!
//! A value that does not open yields a typed error and no bytes (R119).

mod blob;
mod cipher;
mod error;
mod kek;
mod key_file;
mod key_ring;
mod pieces;
mod place;
mod wrap;

pub use blob::KeyId;
pub(super) use cipher::{SealingKey, key_of};
pub use error::{KeyRingError, SealError};
pub use key_ring::KeyRing;
pub(super) use key_ring::WrappedKey;
pub(super) use pieces::{PIECE_OVERHEAD, Pieces, SALT_LENGTH};
pub(super) use place::{Field, Place};
