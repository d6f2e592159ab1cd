//! Sessions ended by whoever runs the server (R72).

use crate::vault::conflicts::repeated;
use crate::vault::id::AccountId;
use crate::vault::news::News;
use crate::vault::{Vault, VaultError};

impl Vault {
    /// Ends every session that holds this account, or every session there is. Connections stay: who signs in again has the
    /// mailbox. Answers how many, among them those that were over anyway.
    ///
    /// # Errors
    /// [`VaultError`]; none was ended.
    pub async fn end_sessions(&self, of: Option<AccountId>) -> Result<u64, VaultError> {
        repeated(|| self.end_sessions_once(of)).await
    }

    async fn end_sessions_once(&self, of: Option<AccountId>) -> Result<u64, VaultError> {
        let mut transaction = self.database.write().await?;
        let ended = sqlx::query(
            "delete from sessions
             where $1 = ''
                or id in (select session_id from session_accounts where account_id = $1)",
        )
        .bind(of.map(|account| account.to_string()).unwrap_or_default())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        self.commit_news(&[News::EverySession], transaction).await?;
        Ok(ended)
    }
}
