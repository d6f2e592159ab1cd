//! Ending an account for good.

use super::Change;
use super::stored_state::{hold, undergo};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::id::AccountId;
use crate::vault::news::News;
use crate::vault::{Vault, VaultError};

impl Vault {
    /// Destroys the tokens and the data key of an account and takes it out of every session, in one transaction; a
    /// session left without account ends (R59, R100). What a refresh on its way brings home is refused (F42). The row
    /// stays, without anything personal but the pair that names the person. Answers whether there was something to do.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn disconnect(&self, id: AccountId, now: UnixTime) -> Result<bool, VaultError> {
        repeated(|| self.disconnect_once(id, now)).await
    }

    async fn disconnect_once(&self, id: AccountId, now: UnixTime) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let Some((state, _)) = hold(&mut transaction, id).await? else {
            return Ok(false);
        };
        if !undergo(&mut transaction, id, state, Change::Disconnected, now).await? {
            return Ok(false);
        }
        for statement in DESTROY {
            sqlx::query(*statement)
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await?;
        }
        let news = [News::EverySession, News::Account(id)];
        self.commit_news(&news, transaction).await?;
        self.database.forget_deleted().await;
        Ok(true)
    }
}

/// What a disconnect takes away, in order. `$1` is the account.
const DESTROY: &[&str] = &[
    "update accounts
     set sealed_display_name = null, sealed_address = null, grant_version = grant_version + 1
     where id = $1",
    "update refresh_leases set refresh_id = null, unanswered = 0, recovery = 0 where account_id = $1",
    "delete from grants where account_id = $1",
    "delete from data_keys where account_id = $1",
    "delete from sessions
     where id in (select session_id from session_accounts where account_id = $1)
       and not exists (
            select 1
            from session_accounts others
            where others.session_id = sessions.id
              and others.account_id <> $1
       )",
    "delete from session_accounts where account_id = $1",
];
