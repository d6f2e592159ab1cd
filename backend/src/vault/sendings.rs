//! Sendings: letters that somebody asked to be sent, each remembered by its idempotency key before Microsoft hears of it.
//!
//! 1. [`begin_sending`](super::Vault::begin_sending) gives one caller the *run* of a key. Everybody else is told how it
//!    stands. Nothing can have been sent yet: if the run dies here, its lease lapses and the next caller may have the key.
//! 2. [`about_to_send`](super::Vault::about_to_send) is the last thing before Microsoft is asked to send. It fails for a
//!    run that somebody else took over, so that one key never sends twice (F56).
//! 3. [`end_sending`](super::Vault::end_sending) records how it ended. A run that dies before that leaves a sending of
//!    which nobody knows: it is never begun again by itself.

mod begin;
mod end;

pub use begin::BeginSending;
pub use end::SendingEnd;

use sqlx::any::AnyRow;

use super::database::Record;
use super::id::{AccountId, KeyDigest, RunId};
use super::{Vault, VaultError};
use crate::clock::UnixTime;

/// The right to have the letter of a key sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendingRun {
    account: AccountId,
    key: KeyDigest,
    run: RunId,
}

/// How a sending stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingRecord {
    /// How far it came.
    pub stage: Stage,
    /// The draft, or what became of it.
    pub letter: Option<SentLetter>,
    /// When it was first asked for.
    pub created_at: UnixTime,
}

/// How far a sending came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Somebody is at it.
    UnderWay,
    /// Whoever was at it is not any more, and nothing was sent: the key may be used again.
    NotSent,
    /// Microsoft has accepted the letter.
    Accepted,
    /// Microsoft has refused it.
    Refused {
        /// Stable name of why.
        code: String,
    },
    /// Microsoft was asked, and nobody here heard the answer.
    Unknown,
}

/// What Graph calls a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentLetter {
    /// The draft, and the message in Sent Items: an immutable id is both.
    pub message: String,
    /// Its conversation.
    pub thread: String,
}

impl Vault {
    /// How the sending with this key stands; `None` if there is none, or not any more.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn sending(
        &self,
        account: AccountId,
        key: KeyDigest,
    ) -> Result<Option<SendingRecord>, VaultError> {
        let reader = self.database.reader();
        let now = self.database.now(reader).await?;
        let row = sqlx::query(FIND)
            .bind(account.to_string())
            .bind(key.to_column())
            .fetch_optional(reader)
            .await?;
        row.map(|row| read(row, now).map(|(record, _)| record))
            .transpose()
    }
}

/// The row, and the digest of its letter.
fn read(row: AnyRow, now: UnixTime) -> Result<(SendingRecord, String), VaultError> {
    let row = Record::new("sendings", "account_id", row);
    let until = UnixTime(row.number("lease_until")?);
    // A lease that ends later was given by a clock that has been put back since (F40).
    let is_at_it = now < until && until <= now.plus(2 * SENDING_LEASE);
    let stage = match row.text("stage")?.as_str() {
        "begun" | "asked" if is_at_it => Stage::UnderWay,
        "begun" => Stage::NotSent,
        "asked" | "unknown" => Stage::Unknown,
        "accepted" => Stage::Accepted,
        "refused" => Stage::Refused {
            code: row.text("code")?,
        },
        _ => return Err(row.contradiction("stage")),
    };
    let (message, thread) = (
        row.optional_text("message_id")?,
        row.optional_text("thread_id")?,
    );
    let letter = message.zip(thread);
    let record = SendingRecord {
        stage,
        letter: letter.map(|(message, thread)| SentLetter { message, thread }),
        created_at: UnixTime(row.number("created_at")?),
    };
    Ok((record, row.text("letter_hash")?))
}

/// Seconds for which somebody may be at one stage: longer than all calls to Microsoft that it takes.
pub const SENDING_LEASE: i64 = 150;

const FIND: &str = "
    select account_id, letter_hash, stage, code, message_id, thread_id, lease_until, created_at
    from sendings
    where account_id = $1 and key_hash = $2";
