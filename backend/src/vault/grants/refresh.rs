//! Replacing tokens by those of a refresh: compare and swap on the version (R84).

use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::write::{Renewal, tokens_step};
use super::{Grant, GrantVersion, Outgoing};
use crate::clock::UnixTime;
use crate::vault::accounts::{AccountState, Change, read_state, undergo};
use crate::vault::database::{Record, Step};
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
        let Some(outgoing) = self.outgoing(account, now).await? else {
            return Ok(Committed::Superseded);
        };
        let mut transaction = self.database.write().await?;
        let seen = (account, expected);
        let replaced = replace(&mut transaction, seen, &outgoing, grant, now).await?;
        let Some((version, tokens)) = replaced else {
            return Ok(Committed::Superseded);
        };
        tokens.alone().execute(&mut *transaction).await?;
        self.commit_change(account, transaction).await?;
        Ok(Committed::Written(version))
    }
}

/// Compares and swaps; `None` leaves everything as it is. Answers the new version and what is to be written under it in the
/// same transaction. `outgoing` is what was read of the tokens that `expected` names: if these are the present ones,
/// nothing has become of it since.
pub(in crate::vault) async fn replace(
    transaction: &mut Transaction<'static, Any>,
    (account, expected): (AccountId, GrantVersion),
    outgoing: &Outgoing,
    grant: &Grant,
    now: UnixTime,
) -> Result<Option<(GrantVersion, Step)>, VaultError> {
    if outgoing.tokens.version != expected {
        return Ok(None);
    }
    let swap = swap(account, expected).alone();
    let Some(row) = swap.fetch_optional(&mut **transaction).await? else {
        return Ok(None);
    };
    let (version, state) = swapped(row)?;
    let tokens = renewed(account, outgoing, grant, now)?;
    undergo(transaction, account, state, Change::Refreshed, now).await?;
    Ok(Some((version, tokens)))
}

/// Compares and swaps. Returns the row if it was as expected.
pub(in crate::vault) fn swap(account: AccountId, expected: GrantVersion) -> Step {
    Step::new(
        "update accounts
         set grant_version = grant_version + 1
         where id = $1
           and grant_version = $2
           and state <> 'disconnected'
         returning id, grant_version, state, state_code, state_claims, reconnect_by",
    )
    .bind(account.to_string())
    .bind(expected.0)
}

/// What [`swap`] returns: the new version, and the state as it is.
pub(in crate::vault) fn swapped(row: AnyRow) -> Result<(GrantVersion, AccountState), VaultError> {
    let row = Record::new("accounts", "id", row);
    let version = GrantVersion(row.number("grant_version")?);
    Ok((version, read_state(&row)?))
}

/// What writes the tokens of `grant` in the place of those in `outgoing`.
pub(in crate::vault) fn renewed(
    account: AccountId,
    outgoing: &Outgoing,
    grant: &Grant,
    now: UnixTime,
) -> Result<Step, VaultError> {
    let renewal = Renewal::by_refresh(outgoing, grant, now);
    tokens_step(account, &outgoing.key, &renewal, now)
}
