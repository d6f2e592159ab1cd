//! Replacing tokens by those of a refresh: compare and swap on the version (R84).

use sqlx::{Any, Transaction};

use super::write::{Renewal, write_tokens};
use super::{Grant, GrantVersion, TOKENS, wrapped_key};
use crate::clock::UnixTime;
use crate::vault::accounts::{Change, read_state, undergo};
use crate::vault::database::Record;
use crate::vault::id::AccountId;
use crate::vault::{Vault, VaultError};

/// What became of tokens on their way into the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// They are there, under this version.
    Written(GrantVersion),
    /// Somebody else wrote or ended the grant meanwhile. Nothing was changed; read again and drop what you have (R84).
    Superseded,
}

impl Vault {
    /// Replaces the tokens that `expected` names by those of a refresh that was made without a lease. See
    /// [`complete_refresh`](Vault::complete_refresh).
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn commit_refresh(
        &self,
        account: AccountId,
        expected: GrantVersion,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Committed, VaultError> {
        let mut transaction = self.database.write().await?;
        let committed = self
            .replace(&mut transaction, account, expected, grant, now)
            .await?;
        self.commit_change(account, transaction).await?;
        Ok(committed)
    }

    /// Compares and swaps. `Superseded` leaves everything as it is.
    pub(in crate::vault) async fn replace(
        &self,
        transaction: &mut Transaction<'static, Any>,
        account: AccountId,
        expected: GrantVersion,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Committed, VaultError> {
        let Some(row) = sqlx::query(
            "update accounts
             set grant_version = grant_version + 1
             where id = $1
               and grant_version = $2
               and state <> 'disconnected'
             returning id, grant_version, state, state_code, state_claims, reconnect_by",
        )
        .bind(account.to_string())
        .bind(expected.0)
        .fetch_optional(&mut **transaction)
        .await?
        else {
            return Ok(Committed::Superseded);
        };
        let row = Record::new("accounts", "id", row);
        let version = GrantVersion(row.number("grant_version")?);
        self.replace_tokens(transaction, account, grant, now)
            .await?;
        let state = read_state(&row)?;
        undergo(transaction, account, state, Change::Refreshed, now).await?;
        Ok(Committed::Written(version))
    }

    async fn replace_tokens(
        &self,
        transaction: &mut Transaction<'static, Any>,
        account: AccountId,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<(), VaultError> {
        let row = sqlx::query(TOKENS)
            .bind(account.to_string())
            .fetch_one(&mut **transaction)
            .await?;
        let row = Record::new("grants", "account_id", row);
        let old = self.open_tokens(&row, now)?;
        let key = self.unwrap(&wrapped_key(&row)?)?;
        let until = row.optional_number("previous_until")?.map(UnixTime);
        write_tokens(
            transaction,
            account,
            &key,
            &Renewal::by_refresh(old, until, grant, now),
            now,
        )
        .await
    }
}
