//! Beginning a sending, and the last step before Microsoft is asked.

use sqlx::{Any, Transaction};

use super::{FIND, SENDING_LEASE, SendingRecord, SendingRun, SentLetter, Stage, read};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::id::{AccountId, KeyDigest, LetterDigest, RunId};
use crate::vault::{Vault, VaultError};

/// What comes of asking to send a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeginSending {
    /// It is yours to send, and nobody else's.
    Yours(SendingRun),
    /// It was asked for before.
    Known(SendingRecord),
    /// The key went with another letter.
    OtherLetter,
}

impl Vault {
    /// Records that `letter` is to be sent under `key`, unless that key is known. One whose run died before anything was
    /// sent is given to the caller.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was recorded.
    pub async fn begin_sending(
        &self,
        account: AccountId,
        key: KeyDigest,
        letter: LetterDigest,
        now: UnixTime,
    ) -> Result<BeginSending, VaultError> {
        let mine = SendingRun {
            account,
            key,
            run: RunId::random()?,
        };
        repeated(|| self.begin_sending_once(mine, letter, now)).await
    }

    async fn begin_sending_once(
        &self,
        mine: SendingRun,
        letter: LetterDigest,
        now: UnixTime,
    ) -> Result<BeginSending, VaultError> {
        let mut transaction = self.database.write().await?;
        let time = self.database.now(&mut *transaction).await?;
        let inserted = sqlx::query(INSERT)
            .bind(mine.account.to_string())
            .bind(mine.key.to_column())
            .bind(letter.to_column())
            .bind(mine.run.to_string())
            .bind(time.plus(SENDING_LEASE).0)
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        let begun = if inserted.rows_affected() == 1 {
            BeginSending::Yours(mine)
        } else {
            known(&mut transaction, mine, letter, time).await?
        };
        transaction.commit().await?;
        Ok(begun)
    }

    /// Records that Microsoft is about to be asked to send `letter`. Answers whether it may be: not if the run was taken
    /// over.
    ///
    /// # Errors
    /// [`VaultError`]: it may not be.
    pub async fn about_to_send(
        &self,
        run: &SendingRun,
        letter: &SentLetter,
    ) -> Result<bool, VaultError> {
        repeated(|| self.about_to_send_once(run, letter)).await
    }

    async fn about_to_send_once(
        &self,
        run: &SendingRun,
        letter: &SentLetter,
    ) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let time = self.database.now(&mut *transaction).await?;
        let noted = sqlx::query(ASK)
            .bind(run.account.to_string())
            .bind(run.key.to_column())
            .bind(run.run.to_string())
            .bind(&letter.message)
            .bind(&letter.thread)
            .bind(time.plus(SENDING_LEASE).0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(noted.rows_affected() == 1)
    }
}

/// What comes of a key that is known.
async fn known(
    transaction: &mut Transaction<'static, Any>,
    mine: SendingRun,
    letter: LetterDigest,
    time: UnixTime,
) -> Result<BeginSending, VaultError> {
    let row = sqlx::query(FIND)
        .bind(mine.account.to_string())
        .bind(mine.key.to_column())
        .fetch_optional(&mut **transaction)
        .await?;
    // Somebody may have forgotten it, or taken it over, between one statement and the next.
    let record = match row.map(|row| read(row, time)).transpose()? {
        None => None,
        Some((_, other)) if other != letter.to_column() => return Ok(BeginSending::OtherLetter),
        Some((record, _)) if record.stage != Stage::NotSent => {
            return Ok(BeginSending::Known(record));
        }
        Some((record, _)) => Some(record),
    };
    let taken = sqlx::query(TAKE_OVER)
        .bind(mine.account.to_string())
        .bind(mine.key.to_column())
        .bind(mine.run.to_string())
        .bind(time.plus(SENDING_LEASE).0)
        .bind(time.0)
        .execute(&mut **transaction)
        .await?;
    Ok(match taken.rows_affected() {
        1 => BeginSending::Yours(mine),
        _ => BeginSending::Known(SendingRecord {
            stage: Stage::UnderWay,
            letter: None,
            created_at: record.map_or(time, |record| record.created_at),
        }),
    })
}

const INSERT: &str = "
    insert into sendings (account_id, key_hash, letter_hash, run_id, stage, lease_until, created_at)
    values ($1, $2, $3, $4, 'begun', $5, $6)
    on conflict (account_id, key_hash) do nothing";
const TAKE_OVER: &str = "
    update sendings
    set run_id = $3, lease_until = $4
    where account_id = $1 and key_hash = $2 and stage = 'begun' and (lease_until <= $5 or lease_until > $4)";
const ASK: &str = "
    update sendings
    set stage = 'asked', message_id = $4, thread_id = $5, lease_until = $6
    where account_id = $1 and key_hash = $2 and run_id = $3 and stage = 'begun'";
