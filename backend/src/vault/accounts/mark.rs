//! Recording what somebody learned about an account: one change, one event.

use sqlx::{Any, Transaction};

use super::stored_state::{hold, undergo};
use super::{Change, Finding};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::grants::GrantVersion;
use crate::vault::id::AccountId;
use crate::vault::news::News;
use crate::vault::{Vault, VaultError};

/// What became of a [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// The account has the new state, and one event says so (R92).
    Changed,
    /// It had a state of that name already, or one that the finding cannot change. No event.
    Unchanged,
    /// The tokens judged are not the present ones any more: read again (F44).
    Superseded,
}

impl Vault {
    /// Records what somebody learned when using the tokens that `judged` names. However many learn the same, the state
    /// changes once and one event is written, in the same transaction (R92).
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn mark(
        &self,
        id: AccountId,
        judged: GrantVersion,
        finding: Finding,
        now: UnixTime,
    ) -> Result<Marked, VaultError> {
        repeated(|| self.mark_once(id, judged, finding.clone(), now)).await
    }

    async fn mark_once(
        &self,
        id: AccountId,
        judged: GrantVersion,
        finding: Finding,
        now: UnixTime,
    ) -> Result<Marked, VaultError> {
        let mut transaction = self.database.write().await?;
        let marked = mark_in(&mut transaction, id, judged, finding, now).await?;
        self.commit_mark(id, marked, transaction).await?;
        Ok(marked)
    }

    /// Commits a finding. Only what changed is news to others.
    pub(in crate::vault) async fn commit_mark(
        &self,
        id: AccountId,
        marked: Marked,
        transaction: Transaction<'static, Any>,
    ) -> Result<(), VaultError> {
        match marked {
            Marked::Changed => self.commit_news(&[News::Account(id)], transaction).await,
            Marked::Unchanged | Marked::Superseded => self.commit_change(id, transaction).await,
        }
    }
}

/// [`mark`](Vault::mark) as a part of something larger.
pub(in crate::vault) async fn mark_in(
    transaction: &mut Transaction<'static, Any>,
    id: AccountId,
    judged: GrantVersion,
    finding: Finding,
    now: UnixTime,
) -> Result<Marked, VaultError> {
    let Some((state, version)) = hold(transaction, id).await? else {
        return Ok(Marked::Superseded);
    };
    if version != judged {
        return Ok(Marked::Superseded);
    }
    let changed = undergo(transaction, id, state, Change::Found(finding), now).await?;
    Ok(if changed {
        Marked::Changed
    } else {
        Marked::Unchanged
    })
}
