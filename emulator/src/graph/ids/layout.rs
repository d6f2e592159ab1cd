//! Where the bytes of an entry id stand.

use crate::graph::store::Uid;

/// Names the mailbox's message store inside ids.
pub(super) fn store(mailbox: &Uid) -> Uid {
    Uid::derived(&[b"store", mailbox.as_bytes()])
}

/// Names the replica whose counter numbers the items.
pub(super) fn replica(mailbox: &Uid) -> Uid {
    Uid::derived(&[b"replica", mailbox.as_bytes()])
}

/// Opens every mutable id.
pub(super) const ENTRY: [u8; 4] = [0x00, 0x03, 0x24, 0x00];
/// Length of the mailbox's uuid as text.
pub(super) const MAILBOX_TEXT: usize = 36;
/// Kind byte of folders.
pub(super) const FOLDER: u8 = 0x2e;
/// Kind byte of messages.
pub(super) const MESSAGE: u8 = 0x46;
/// One attachment follows: two lengths, then its sixteen bytes.
pub(super) const ATTACHED: [u8; 5] = [0x01, 0x12, 0x00, 0x10, 0x00];
/// Provider id of immutable entry ids.
pub(super) const IMMUTABLE: [u8; 27] = [
    0x00, 0x09, 0x00, 0x2e, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1d, 0x84, 0x03, 0x11, 0xaa, 0x66, 0x11,
    0xcd, 0x9b, 0xc8, 0x00, 0xaa, 0x00, 0x2f, 0x84, 0x5a, 0x0d, 0x00,
];
