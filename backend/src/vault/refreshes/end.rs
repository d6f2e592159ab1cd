//! Ending a refresh, each way in one transaction that gives the lease back.

use sqlx::{Any, Transaction};

use super::Lease;
use crate::clock::UnixTime;
use crate::vault::accounts::{Finding, Marked, mark_in};
use crate::vault::conflicts::repeated;
use crate::vault::database::Step;
use crate::vault::grants::{Committed, Grant};
use crate::vault::id::AccountId;
use crate::vault::{Vault, VaultError};

/// What a refresh without result has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing was sent, or Microsoft said that it would not just now: no tokens were issued.
    NoTokens,
    /// Something was sent, and what came of it is not known: tokens may have been issued and lost. The intent stays
    /// (R86).
    Unknown,
}

impl Vault {
    /// Replaces the tokens by those that the refresh brought, and ends it. The refresh token replaced is retained for
    /// [`RETENTION`](crate::vault::grants::RETENTION) seconds (R91). An account that needed somebody to act works
    /// again, and its event says so.
    ///
    /// Safe to repeat after an error: if the first time went through after all, the second answers
    /// [`Committed::Superseded`], and the tokens to be read again are these (F28, F34).
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed, unless the connection broke during the commit.
    pub async fn complete_refresh(
        &self,
        lease: &Lease,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Committed, VaultError> {
        repeated(|| self.complete_refresh_once(lease, grant, now)).await
    }

    async fn complete_refresh_once(
        &self,
        lease: &Lease,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Committed, VaultError> {
        let mut transaction = self.database.write().await?;
        let written = self
            .replace(&mut transaction, lease.account, lease.version, grant, now)
            .await?;
        // Accounts before leases, everywhere: two transactions that wait for each other would both lose.
        give_back(&mut transaction, lease).await?;
        close_intent(&mut transaction, lease).await?;
        self.commit_change(lease.account, transaction).await?;
        Ok(written)
    }

    /// Records that Microsoft judged the grant, and ends the refresh. However many hear the same, the state changes
    /// once and one event is written (R92).
    ///
    /// [`Marked::Superseded`] when the tokens have been replaced, or somebody else leads by now and shall judge for
    /// himself: nothing was recorded.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn refuse_refresh(
        &self,
        lease: &Lease,
        finding: Finding,
        now: UnixTime,
    ) -> Result<Marked, VaultError> {
        repeated(|| self.refuse_refresh_once(lease, finding.clone(), now)).await
    }

    async fn refuse_refresh_once(
        &self,
        lease: &Lease,
        finding: Finding,
        now: UnixTime,
    ) -> Result<Marked, VaultError> {
        let mut transaction = self.database.write().await?;
        let marked = mark_in(&mut transaction, lease.account, lease.version, finding, now).await?;
        if !give_back(&mut transaction, lease).await? {
            return Ok(Marked::Superseded);
        }
        close_intent(&mut transaction, lease).await?;
        self.commit_mark(lease.account, marked, transaction).await?;
        Ok(marked)
    }

    /// Ends a refresh that brought nothing. Answers whether the lease was still this one: if not, somebody else leads
    /// or has led, and nothing of his was touched (R82).
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed. The lease then lapses by itself.
    pub async fn abandon_refresh(&self, lease: &Lease, answer: Answer) -> Result<bool, VaultError> {
        repeated(|| self.abandon_refresh_once(lease, answer)).await
    }

    async fn abandon_refresh_once(
        &self,
        lease: &Lease,
        answer: Answer,
    ) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let held = give_back(&mut transaction, lease).await?;
        if answer == Answer::NoTokens {
            settle_intent(&mut transaction, lease).await?;
        }
        transaction.commit().await?;
        Ok(held)
    }
}

/// Gives back this very lease, whether it has lapsed or not, unless somebody has taken it since (R82).
async fn give_back(
    transaction: &mut Transaction<'static, Any>,
    lease: &Lease,
) -> Result<bool, VaultError> {
    let given = sqlx::query(
        "update refresh_leases
         set expires_at = 0
         where account_id = $1
           and owner = $2
           and fencing = $3
           and expires_at > 0",
    )
    .bind(lease.account.to_string())
    .bind(lease.owner.to_string())
    .bind(lease.fencing)
    .execute(&mut **transaction)
    .await?;
    Ok(given.rows_affected() > 0)
}

/// Everything about these tokens has been answered.
async fn close_intent(
    transaction: &mut Transaction<'static, Any>,
    lease: &Lease,
) -> Result<(), VaultError> {
    sqlx::query("delete from refresh_intents where account_id = $1 and refresh_id = $2")
        .bind(lease.account.to_string())
        .bind(lease.refresh.to_string())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// This refresh has been answered; what is not known of those before it stays unknown.
async fn settle_intent(
    transaction: &mut Transaction<'static, Any>,
    lease: &Lease,
) -> Result<(), VaultError> {
    for statement in [
        "delete from refresh_intents where account_id = $1 and refresh_id = $2 and unanswered = 1",
        "update refresh_intents set unanswered = unanswered - 1 where account_id = $1 and refresh_id = $2",
    ] {
        sqlx::query(statement)
            .bind(lease.account.to_string())
            .bind(lease.refresh.to_string())
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The tokens that an intent is about are replaced or destroyed by somebody else.
pub(in crate::vault) fn forget_intent(account: AccountId) -> Step {
    Step::new("delete from refresh_intents where account_id = $1").bind(account.to_string())
}

/// How long a lease lasts, in seconds: the fifteen that a request may take at most, and as many to wait for a connection
/// and commit (R78, R81).
pub const LEASE_LIFE: i64 = 30;
