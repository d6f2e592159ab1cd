//! How sendings end.

use super::SendingRun;
use crate::vault::conflicts::repeated;
use crate::vault::id::{AccountId, KeyDigest};
use crate::vault::{Vault, VaultError};

/// How a sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendingEnd {
    /// Microsoft has accepted the letter.
    Accepted,
    /// Microsoft has refused it, for this stable reason.
    Refused(&'static str),
    /// The answer was lost.
    Unknown,
}

impl Vault {
    /// Records how a run ended.
    ///
    /// # Errors
    /// [`VaultError`]: once its lease has lapsed, it is unknown how it ended.
    pub async fn end_sending(&self, run: &SendingRun, end: SendingEnd) -> Result<(), VaultError> {
        repeated(|| self.end_sending_once(run, end)).await
    }

    async fn end_sending_once(&self, run: &SendingRun, end: SendingEnd) -> Result<(), VaultError> {
        let (stage, code) = end.columns();
        let mut transaction = self.database.write().await?;
        sqlx::query(END)
            .bind(run.account.to_string())
            .bind(run.key.to_column())
            .bind(run.run.to_string())
            .bind(stage)
            .bind(code)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets a run that has certainly sent nothing: its key may be used again.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn forget_sending(&self, run: &SendingRun) -> Result<(), VaultError> {
        repeated(|| self.forget_sending_once(run)).await
    }

    async fn forget_sending_once(&self, run: &SendingRun) -> Result<(), VaultError> {
        let mut transaction = self.database.write().await?;
        sqlx::query(FORGET)
            .bind(run.account.to_string())
            .bind(run.key.to_column())
            .bind(run.run.to_string())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Records what was found out later of a sending of which nobody knew.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn settle_sending(
        &self,
        account: AccountId,
        key: KeyDigest,
        end: SendingEnd,
    ) -> Result<(), VaultError> {
        repeated(|| self.settle_sending_once(account, key, end)).await
    }

    async fn settle_sending_once(
        &self,
        account: AccountId,
        key: KeyDigest,
        end: SendingEnd,
    ) -> Result<(), VaultError> {
        let (stage, code) = end.columns();
        let mut transaction = self.database.write().await?;
        sqlx::query(SETTLE)
            .bind(account.to_string())
            .bind(key.to_column())
            .bind(stage)
            .bind(code)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

impl SendingEnd {
    const fn columns(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Accepted => ("accepted", None),
            Self::Refused(code) => ("refused", Some(code)),
            Self::Unknown => ("unknown", None),
        }
    }
}

const END: &str = "
    update sendings
    set stage = $4, code = $5
    where account_id = $1 and key_hash = $2 and run_id = $3 and stage in ('begun', 'asked')";
const FORGET: &str = "
    delete from sendings
    where account_id = $1 and key_hash = $2 and run_id = $3 and stage in ('begun', 'asked')";
const SETTLE: &str = "
    update sendings
    set stage = $3, code = $4
    where account_id = $1 and key_hash = $2 and stage in ('asked', 'unknown')";
