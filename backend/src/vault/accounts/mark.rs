//! Recording what somebody learned about an account: one change, one event.

use sqlx::{Any, Transaction};

use super::{AccountState, Finding};
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::events::{EventKind, write_event};
use crate::vault::grants::GrantVersion;
use crate::vault::id::AccountId;
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
        let mut transaction = self.database.write().await?;
        let marked = mark_in(&mut transaction, id, judged, finding, now).await?;
        transaction.commit().await?;
        Ok(marked)
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
    let state = AccountState::from(finding);
    let (code, claims, reconnect_by) = columns(&state);
    let changed = sqlx::query(MARK)
        .bind(id.to_string())
        .bind(judged.0)
        .bind(state.name())
        .bind(now.0)
        .bind(code)
        .bind(claims)
        .bind(reconnect_by)
        .execute(&mut **transaction)
        .await?
        .rows_affected();
    if changed == 0 {
        return why_not_marked(transaction, id, judged).await;
    }
    write_event(transaction, id, EventKind::entering(&state), &state, now).await?;
    Ok(Marked::Changed)
}

async fn why_not_marked(
    transaction: &mut Transaction<'static, Any>,
    id: AccountId,
    judged: GrantVersion,
) -> Result<Marked, VaultError> {
    let row = sqlx::query("select id, grant_version from accounts where id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(row) = row else {
        return Ok(Marked::Superseded);
    };
    let present = Record::new("accounts", "id", row).number("grant_version")?;
    Ok(if present == judged.0 {
        Marked::Unchanged
    } else {
        Marked::Superseded
    })
}

/// The columns that carry a state's data: `state_code`, `state_claims`, `reconnect_by`.
fn columns(state: &AccountState) -> (Option<&str>, Option<&str>, Option<i64>) {
    match state {
        AccountState::Connected | AccountState::Disconnected => (None, None, None),
        AccountState::Expiring { reconnect_by } => (None, None, Some(reconnect_by.0)),
        AccountState::NeedsUser { code, claims } => (Some(code), claims.as_deref(), None),
        AccountState::NeedsAdmin { code } | AccountState::BlockedByPolicy { code } => {
            (Some(code), None, None)
        }
    }
}

const MARK: &str = "
    update accounts
    set state = $3, state_since = $4, state_code = $5, state_claims = $6, reconnect_by = $7
    where id = $1
      and grant_version = $2
      and state <> $3
      and state <> 'disconnected'
      and (state = 'connected' or $3 <> 'expiring')";
