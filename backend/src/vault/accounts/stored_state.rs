//! The state of an account as columns: reading it, and putting another in its place.

use sqlx::{Any, Transaction};

use super::{AccountState, Change, Transition};
use crate::clock::UnixTime;
use crate::vault::VaultError;
use crate::vault::database::Record;
use crate::vault::events::write_event;
use crate::vault::grants::GrantVersion;
use crate::vault::id::AccountId;

/// Reads the present state and keeps others away from the account until the transaction ends. `None` if there is no
/// such account.
pub(super) async fn hold(
    transaction: &mut Transaction<'static, Any>,
    id: AccountId,
) -> Result<Option<(AccountState, GrantVersion)>, VaultError> {
    // Changes nothing: SQLite knows no `for update`, and needs none.
    let row = sqlx::query(
        "update accounts
         set grant_version = grant_version
         where id = $1
         returning id, grant_version, state, state_code, state_claims, reconnect_by",
    )
    .bind(id.to_string())
    .fetch_optional(&mut **transaction)
    .await?;
    let row = row.map(|row| Record::new("accounts", "id", row));
    row.map(|row| {
        let version = GrantVersion(row.number("grant_version")?);
        Ok((read_state(&row)?, version))
    })
    .transpose()
}

/// Puts what becomes of `state` in its place, with the event that tells it, if anything does (R92). Answers whether
/// something did. `state` is what the caller has read of the account that it holds.
pub(in crate::vault) async fn undergo(
    transaction: &mut Transaction<'static, Any>,
    id: AccountId,
    state: AccountState,
    change: Change,
    now: UnixTime,
) -> Result<bool, VaultError> {
    let Transition::Becomes(state, event) = state.after(change) else {
        return Ok(false);
    };
    let (code, claims, reconnect_by) = columns(&state);
    sqlx::query(
        "update accounts
         set state = $2, state_since = $3, state_code = $4, state_claims = $5, reconnect_by = $6
         where id = $1",
    )
    .bind(id.to_string())
    .bind(state.name())
    .bind(now.0)
    .bind(code)
    .bind(claims)
    .bind(reconnect_by)
    .execute(&mut **transaction)
    .await?;
    write_event(transaction, id, event, &state, now).await?;
    Ok(true)
}

/// From `state`, `state_code`, `state_claims` and `reconnect_by`.
pub(in crate::vault) fn read_state(row: &Record) -> Result<AccountState, VaultError> {
    let code = || row.text("state_code");
    Ok(match row.text("state")?.as_str() {
        "connected" => AccountState::Connected,
        "expiring" => AccountState::Expiring {
            reconnect_by: UnixTime(row.number("reconnect_by")?),
        },
        "needs_user" => AccountState::NeedsUser {
            code: code()?,
            claims: row.optional_text("state_claims")?,
        },
        "needs_admin" => AccountState::NeedsAdmin { code: code()? },
        "blocked_by_policy" => AccountState::BlockedByPolicy { code: code()? },
        "disconnected" => AccountState::Disconnected,
        _ => return Err(row.contradiction("state")),
    })
}

/// What of a state stands in `state_code`, `state_claims` and `reconnect_by`.
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
