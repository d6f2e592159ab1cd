//! Ending a refresh, each way in one transaction that gives the lease back.

use super::{Lease, Taken};
use crate::clock::UnixTime;
use crate::vault::accounts::{Change, Finding, Marked, Transition, mark_in};
use crate::vault::conflicts::repeated;
use crate::vault::database::{Step, Together};
use crate::vault::grants::{Committed, Grant, renewed, replace, swap, swapped};
use crate::vault::id::AccountId;
use crate::vault::news::News;
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
        if let Some(written) = self.complete_plainly(lease, grant, now).await? {
            return Ok(written);
        }
        let seen = (lease.account(), lease.version());
        let mut transaction = self.database.write().await?;
        let replaced = replace(&mut transaction, seen, &lease.outgoing, grant, now).await?;
        let (mut rest, mut written) = (Together::default(), Committed::Superseded);
        if let Some((version, tokens)) = replaced {
            written = Committed::Written(version);
            rest.add(tokens);
        }
        // Accounts before leases, everywhere: two transactions that wait for each other would both lose.
        rest.add(end(&lease.taken, Ended::Answered));
        rest.carry_out(&self.database, &mut transaction).await?;
        self.commit_change(lease.account(), transaction).await?;
        Ok(written)
    }

    /// The same where nothing changes but the tokens, as nearly always: the database is asked as little as can be. `None`:
    /// the state changes too, and nothing was done.
    async fn complete_plainly(
        &self,
        lease: &Lease,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Option<Committed>, VaultError> {
        let account = lease.account();
        let mut writing = self.database.writing().await?;
        let rows = writing.fetch(swap(account, lease.version())).await?;
        let (mut rest, mut written) = (Together::default(), Committed::Superseded);
        if let Some(row) = rows.into_iter().next() {
            let (version, state) = swapped(row)?;
            if !matches!(state.after(Change::Refreshed), Transition::Stays(_)) {
                return Ok(None);
            }
            written = Committed::Written(version);
            rest.add(renewed(account, &lease.outgoing, grant, now)?);
        }
        // Accounts before leases, everywhere: two transactions that wait for each other would both lose.
        rest.add(end(&lease.taken, Ended::Answered));
        let unheard = [News::Account(account)];
        self.commit_with(rest, (&[], &unheard), writing).await?;
        Ok(Some(written))
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
        let (account, version) = (lease.account(), lease.version());
        let mut transaction = self.database.write().await?;
        let marked = mark_in(&mut transaction, account, version, finding, now).await?;
        let end = end(&lease.taken, Ended::Answered).alone();
        if end.fetch_optional(&mut *transaction).await?.is_none() {
            return Ok(Marked::Superseded);
        }
        self.commit_mark(account, marked, transaction).await?;
        Ok(marked)
    }

    /// Ends a refresh that brought nothing. Answers whether the lease was still this one: if not, somebody else leads
    /// or has led, and nothing of his was touched (R82).
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed. The lease then lapses by itself.
    pub async fn abandon_refresh(&self, lease: &Lease, answer: Answer) -> Result<bool, VaultError> {
        self.abandon(&lease.taken, answer).await
    }

    pub(super) async fn abandon(&self, taken: &Taken, answer: Answer) -> Result<bool, VaultError> {
        let ended = match answer {
            Answer::NoTokens => Ended::WithoutTokens,
            Answer::Unknown => Ended::Unanswered,
        };
        let given_back = repeated(async || {
            let end = end(taken, ended).alone();
            Ok::<_, VaultError>(self.database.write_alone(end).await?)
        });
        Ok(!given_back.await?.is_empty())
    }
}

/// What is known of a refresh when its lease is given back.
#[derive(Clone, Copy)]
enum Ended {
    /// Everything about its tokens has been answered.
    Answered,
    /// It has been answered; what is not known of those before it stays unknown.
    WithoutTokens,
    /// No more than before.
    Unanswered,
}

impl Ended {
    const fn statement(self) -> &'static str {
        match self {
            Self::Answered => {
                "update refresh_leases
                 set expires_at = 0, refresh_id = null, unanswered = 0, recovery = 0
                 where account_id = $1 and owner = $2 and fencing = $3 and expires_at > 0
                 returning account_id"
            }
            Self::WithoutTokens => {
                "update refresh_leases
                 set expires_at = 0,
                     refresh_id = case when unanswered > 1 then refresh_id end,
                     unanswered = case when unanswered > 1 then unanswered - 1 else 0 end
                 where account_id = $1 and owner = $2 and fencing = $3 and expires_at > 0
                 returning account_id"
            }
            Self::Unanswered => {
                "update refresh_leases
                 set expires_at = 0
                 where account_id = $1 and owner = $2 and fencing = $3 and expires_at > 0
                 returning account_id"
            }
        }
    }
}

/// Gives back this very lease, whether it has lapsed or not, with its intent as far as that is settled. Returns a row if
/// it was there to give: whoever has taken it since has also put an intent of his own in the place of this one (R82).
fn end(taken: &Taken, ended: Ended) -> Step {
    Step::new(ended.statement())
        .bind(taken.account.to_string())
        .bind(taken.owner.to_string())
        .bind(taken.fencing)
}

/// The tokens that an intent is about are replaced or destroyed by somebody else.
pub(in crate::vault) fn forget_intent(account: AccountId) -> Step {
    Step::new("update refresh_leases set refresh_id = null, unanswered = 0, recovery = 0 where account_id = $1")
        .bind(account.to_string())
}

/// How long a lease lasts, in seconds: the fifteen that a request may take at most, and as many to wait for a connection
/// and commit (R78, R81).
pub const LEASE_LIFE: i64 = 30;
