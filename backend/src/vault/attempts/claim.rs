//! Handing the end of an attempt to the frame that began it: by a secret that only the frame has, once, within the
//! attempt's time.

use sqlx::any::AnyRow;

use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::id::{AccountId, ClaimDigest};
use crate::vault::{Vault, VaultError};

/// How an attempt ended, as far as its claimer has to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptEnd {
    /// This account is connected.
    Connected(AccountId),
    /// It is not; the outcome, in JSON.
    Refused(String),
}

impl Vault {
    /// Keeps the end of the attempt with this claim until it is taken. A second end changes nothing.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn end_claimed(
        &self,
        claim: ClaimDigest,
        end: &AttemptEnd,
    ) -> Result<(), VaultError> {
        repeated(|| self.end_claimed_once(claim, end)).await
    }

    async fn end_claimed_once(
        &self,
        claim: ClaimDigest,
        end: &AttemptEnd,
    ) -> Result<(), VaultError> {
        let (account, outcome) = match end {
            AttemptEnd::Connected(account) => (Some(account.to_string()), None),
            AttemptEnd::Refused(outcome) => (None, Some(outcome)),
        };
        let mut transaction = self.database.write().await?;
        sqlx::query(
            "update attempts
             set ended_account = $2, ended_outcome = $3
             where claim_hash = $1
               and taken_at is not null
               and ended_account is null
               and ended_outcome is null",
        )
        .bind(claim.to_column())
        .bind(account)
        .bind(outcome)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes the end of the attempt with this claim: of any number of callers at once, one gets it. `None` while there
    /// is none, and for claims that are taken, lapsed or unknown: who asks learns nothing of attempts of others.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn take_end(
        &self,
        claim: ClaimDigest,
        now: UnixTime,
    ) -> Result<Option<AttemptEnd>, VaultError> {
        // Most calls come too early: they take no lock.
        let waits = sqlx::query(LOOK)
            .bind(claim.to_column())
            .bind(now.0)
            .fetch_optional(self.database.reader())
            .await?;
        if waits.is_none() {
            return Ok(None);
        }
        let row = repeated(|| self.take_end_once(claim, now)).await?;
        let Some(row) = row else { return Ok(None) };
        let row = Record::new("attempts", "id", row);
        if let Some(outcome) = row.optional_text("ended_outcome")? {
            return Ok(Some(AttemptEnd::Refused(outcome)));
        }
        let account = row.text("ended_account")?;
        let account = AccountId::parse(&account);
        let account = account.ok_or_else(|| row.contradiction("ended_account"))?;
        Ok(Some(AttemptEnd::Connected(account)))
    }

    async fn take_end_once(
        &self,
        claim: ClaimDigest,
        now: UnixTime,
    ) -> Result<Option<AnyRow>, VaultError> {
        let mut transaction = self.database.write().await?;
        let row = sqlx::query(TAKE)
            .bind(claim.to_column())
            .bind(now.0)
            .fetch_optional(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(row)
    }
}

/// `$1` is the claim's hash, `$2` the time.
macro_rules! ready {
    () => {
        "claim_hash = $1
         and claimed_at is null
         and expires_at > $2
         and (ended_account is not null or ended_outcome is not null)"
    };
}

const LOOK: &str = concat!("select id from attempts where ", ready!());
const TAKE: &str = concat!(
    "update attempts set claimed_at = $2 where ",
    ready!(),
    " returning id, ended_account, ended_outcome"
);
