//! Sealing tokens and writing them, with what is retained of those they replace.

use super::{Grant, Outgoing};
use crate::clock::UnixTime;
use crate::vault::VaultError;
use crate::vault::database::Step;
use crate::vault::id::AccountId;
use crate::vault::seal::{Field, Place, SealingKey};
use connect_outlook_protocol::secret::RefreshToken;

/// Tokens about to be written, with what is left of those they replace.
pub(in crate::vault) struct Renewal<'a> {
    grant: &'a Grant,
    refresh_token: Option<RefreshToken>,
    previous: Option<(RefreshToken, UnixTime)>,
    ends_at: Option<UnixTime>,
}

impl<'a> Renewal<'a> {
    /// A refresh: without a new refresh token the old one stays and nothing is superseded (R79).
    pub(super) fn by_refresh(outgoing: &Outgoing, grant: &'a Grant, now: UnixTime) -> Self {
        let (old, previous) = (&outgoing.tokens, &outgoing.previous);
        match &grant.refresh_token {
            Some(new) if Some(new) != old.refresh_token.as_ref() => Self {
                ends_at: old.ends_at,
                ..Self::by_sign_in(old.refresh_token.clone(), grant, now)
            },
            _ => Self {
                grant,
                refresh_token: old.refresh_token.clone(),
                previous: previous.clone().filter(|(_, until)| *until > now),
                ends_at: old.ends_at,
            },
        }
    }

    /// A sign-in: what it brought holds, and only the generation before it is retained (R91).
    pub(in crate::vault) fn by_sign_in(
        old: Option<RefreshToken>,
        grant: &'a Grant,
        now: UnixTime,
    ) -> Self {
        let previous = old.map(|token| (token, now.plus(RETENTION)));
        Self {
            grant,
            refresh_token: grant.refresh_token.clone(),
            previous,
            ends_at: grant.ends_at,
        }
    }
}

/// Seals, and answers what writes. The caller has counted the account's version up in the same transaction, which keeps
/// others out.
pub(in crate::vault) fn tokens_step(
    account: AccountId,
    key: &SealingKey,
    renewal: &Renewal<'_>,
    now: UnixTime,
) -> Result<Step, VaultError> {
    let row = account.to_string();
    let seal =
        |field: Field, token: &RefreshToken| key.seal(Place::new(field, &row), token.expose());
    let (previous, until) = renewal
        .previous
        .as_ref()
        .map(|(token, until)| (token, until.0))
        .unzip();
    let access_token = renewal.grant.access_token.expose();
    let schedule = &renewal.grant.schedule;
    Ok(Step::new(WRITE)
        .bind(row.as_str())
        .bind(key.seal(Place::new(Field::AccessToken, &row), access_token)?)
        .bind(
            renewal
                .refresh_token
                .as_ref()
                .map(|token| seal(Field::RefreshToken, token))
                .transpose()?,
        )
        .bind(
            previous
                .map(|token| seal(Field::PreviousRefreshToken, token))
                .transpose()?,
        )
        .bind(until)
        .bind(renewal.grant.scopes.to_string())
        .bind(renewal.grant.expires_at.0)
        .bind(now.0)
        .bind(schedule.ahead_at.0)
        .bind(schedule.refresh_at.0)
        .bind(if schedule.in_use { now.0 } else { 0 })
        .bind(renewal.ends_at.map(|end| end.0)))
}

/// How long the refresh token before the present one is retained, in seconds (R91).
pub const RETENTION: i64 = 10 * 60;

const WRITE: &str = "
    insert into grants (
       account_id, sealed_access_token, sealed_refresh_token, sealed_previous_refresh_token, previous_until,
       scope, expires_at, obtained_at, ahead_at, refresh_at, used_at, ends_at
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (account_id) do update set
       sealed_access_token = excluded.sealed_access_token,
       sealed_refresh_token = excluded.sealed_refresh_token,
       sealed_previous_refresh_token = excluded.sealed_previous_refresh_token,
       previous_until = excluded.previous_until,
       scope = excluded.scope,
       expires_at = excluded.expires_at,
       obtained_at = excluded.obtained_at,
       ahead_at = excluded.ahead_at,
       refresh_at = excluded.refresh_at,
       used_at = case when excluded.used_at > grants.used_at then excluded.used_at else grants.used_at end,
       ends_at = excluded.ends_at,
       unreadable_since = null";
