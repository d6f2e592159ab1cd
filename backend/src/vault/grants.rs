//! Grants: the tokens of an account, sealed, with a version that only grows.

use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::{AccessToken, RefreshToken};
use sqlx::{Any, Transaction};
use zeroize::Zeroizing;

use super::account::AccountState;
use super::database::Record;
use super::events::{EventKind, write_event};
use super::id::AccountId;
use super::seal::{Field, Place, SealingKey, WrappedKey};
use super::{KeyId, SealError, Vault, VaultError};
use crate::clock::UnixTime;

/// What the token endpoint answered, judged and complete.
#[derive(Clone, Debug)]
pub struct Grant {
    /// For Microsoft Graph.
    pub access_token: AccessToken,
    /// Absent when none came; a refresh then keeps the one it used (R79).
    pub refresh_token: Option<RefreshToken>,
    /// As granted.
    pub scopes: Scopes,
    /// End of the access token, counted from the moment the request was sent (R94).
    pub expires_at: UnixTime,
}

/// Which tokens of an account somebody has seen. Grows with every change and never restarts, not even when the account
/// is disconnected and connected again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantVersion(pub(super) i64);

/// The tokens of an account as they stand.
#[derive(Clone, Debug)]
pub struct StoredTokens {
    /// For Microsoft Graph; may be past `expires_at`.
    pub access_token: AccessToken,
    /// Absent when Microsoft gave none.
    pub refresh_token: Option<RefreshToken>,
    /// The one before, while it is retained: for one recovery try after a lost answer (R90).
    pub previous_refresh_token: Option<RefreshToken>,
    /// As granted.
    pub scopes: Scopes,
    /// End of the access token.
    pub expires_at: UnixTime,
    /// When these tokens were written.
    pub obtained_at: UnixTime,
    /// To be named when they are replaced or judged.
    pub version: GrantVersion,
}

/// What became of tokens on their way into the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// They are there, under this version.
    Written(GrantVersion),
    /// Somebody else wrote or ended the grant meanwhile. Nothing was changed; read again and drop what you have (R84).
    Superseded,
}

impl Vault {
    /// The tokens of an account; `None` for an account that is unknown or disconnected.
    ///
    /// # Errors
    /// [`VaultError::Sealed`] when they do not open: the row is marked and kept (R119).
    pub async fn tokens(
        &self,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Option<StoredTokens>, VaultError> {
        let row = sqlx::query(TOKENS)
            .bind(account.to_string())
            .fetch_optional(self.database.reader())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let opened = self.open_tokens(&Record::new("grants", "account_id", row), now);
        if let Err(VaultError::Sealed(
            error @ (SealError::Damaged { .. } | SealError::UnknownFormat { .. }),
        )) = &opened
        {
            tracing::error!(%account, %error, "tokens do not open; the row is kept");
            self.mark_unreadable(account, now).await?;
        }
        opened.map(Some)
    }

    /// Replaces the tokens that `expected` names by those of a refresh. The refresh token replaced is retained for
    /// [`RETENTION`] seconds (R91). An account that needed somebody to act works again, and its event says so.
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
        let Some(row) = sqlx::query(
            "update accounts
             set grant_version = grant_version + 1
             where id = $1
               and grant_version = $2
               and state <> 'disconnected'
             returning id, grant_version, state",
        )
        .bind(account.to_string())
        .bind(expected.0)
        .fetch_optional(&mut *transaction)
        .await?
        else {
            return Ok(Committed::Superseded);
        };
        let row = Record::new("accounts", "id", row);
        let version = GrantVersion(row.number("grant_version")?);
        self.replace_tokens(&mut transaction, account, grant, now)
            .await?;
        if !["connected", "expiring"].contains(&row.text("state")?.as_str()) {
            works_again(&mut transaction, account, now).await?;
        }
        transaction.commit().await?;
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
        let key = self.keys.unwrap(&wrapped_key(&row)?)?;
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

    /// Reads what [`TOKENS`] selects.
    pub(super) fn open_tokens(
        &self,
        row: &Record,
        now: UnixTime,
    ) -> Result<StoredTokens, VaultError> {
        let account = row.text("account_id")?;
        let key = self.keys.unwrap(&wrapped_key(row)?)?;
        let open =
            |field: Field, sealed: String| key.open(Place::new(field, &account), &sealed).map(take);
        let open_optional = |field: Field| -> Result<Option<RefreshToken>, VaultError> {
            let sealed = row.optional_text(field.column().1)?;
            Ok(sealed
                .map(|sealed| open(field, sealed))
                .transpose()?
                .map(RefreshToken::new))
        };
        let retained = row
            .optional_number("previous_until")?
            .is_some_and(|until| until > now.0);
        Ok(StoredTokens {
            access_token: AccessToken::new(open(
                Field::AccessToken,
                row.text("sealed_access_token")?,
            )?),
            refresh_token: open_optional(Field::RefreshToken)?,
            previous_refresh_token: open_optional(Field::PreviousRefreshToken)?
                .filter(|_| retained),
            scopes: Scopes::parse(&row.text("scope")?),
            expires_at: UnixTime(row.number("expires_at")?),
            obtained_at: UnixTime(row.number("obtained_at")?),
            version: GrantVersion(row.number("grant_version")?),
        })
    }

    async fn mark_unreadable(&self, account: AccountId, now: UnixTime) -> Result<(), VaultError> {
        let mut transaction = self.database.write().await?;
        sqlx::query("update grants set unreadable_since = $2 where account_id = $1 and unreadable_since is null")
            .bind(account.to_string())
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

/// Tokens about to be written, with what is left of those they replace.
pub(super) struct Renewal<'a> {
    grant: &'a Grant,
    refresh_token: Option<RefreshToken>,
    previous: Option<(RefreshToken, UnixTime)>,
}

impl<'a> Renewal<'a> {
    /// A refresh: without a new refresh token the old one stays and nothing is superseded (R79).
    fn by_refresh(
        old: StoredTokens,
        until: Option<UnixTime>,
        grant: &'a Grant,
        now: UnixTime,
    ) -> Self {
        match &grant.refresh_token {
            Some(new) if Some(new) != old.refresh_token.as_ref() => {
                Self::by_sign_in(old.refresh_token, grant, now)
            }
            _ => Self {
                grant,
                refresh_token: old.refresh_token,
                previous: old.previous_refresh_token.zip(until),
            },
        }
    }

    /// A sign-in: what it brought holds, and only the generation before it is retained (R91).
    pub(super) fn by_sign_in(old: Option<RefreshToken>, grant: &'a Grant, now: UnixTime) -> Self {
        let previous = old.map(|token| (token, now.plus(RETENTION)));
        Self {
            grant,
            refresh_token: grant.refresh_token.clone(),
            previous,
        }
    }
}

/// Seals and writes. The caller has counted the account's version up in the same transaction, which keeps others out.
pub(super) async fn write_tokens(
    transaction: &mut Transaction<'static, Any>,
    account: AccountId,
    key: &SealingKey,
    renewal: &Renewal<'_>,
    now: UnixTime,
) -> Result<(), VaultError> {
    let row = account.to_string();
    let seal =
        |field: Field, token: &RefreshToken| key.seal(Place::new(field, &row), token.expose());
    let (previous, until) = renewal
        .previous
        .as_ref()
        .map(|(token, until)| (token, until.0))
        .unzip();
    let access_token = renewal.grant.access_token.expose();
    sqlx::query(
        "insert into grants (
            account_id, sealed_access_token, sealed_refresh_token, sealed_previous_refresh_token, previous_until,
            scope, expires_at, obtained_at
         )
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (account_id) do update set
            sealed_access_token = excluded.sealed_access_token,
            sealed_refresh_token = excluded.sealed_refresh_token,
            sealed_previous_refresh_token = excluded.sealed_previous_refresh_token,
            previous_until = excluded.previous_until,
            scope = excluded.scope,
            expires_at = excluded.expires_at,
            obtained_at = excluded.obtained_at,
            unreadable_since = null",
    )
    .bind(&row)
    .bind(key.seal(Place::new(Field::AccessToken, &row), access_token)?)
    .bind(renewal.refresh_token.as_ref().map(|token| seal(Field::RefreshToken, token)).transpose()?)
    .bind(previous.map(|token| seal(Field::PreviousRefreshToken, token)).transpose()?)
    .bind(until)
    .bind(renewal.grant.scopes.to_string())
    .bind(renewal.grant.expires_at.0)
    .bind(now.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The wrapped data key among the columns of a row.
pub(super) fn wrapped_key(row: &Record) -> Result<WrappedKey, VaultError> {
    let id = |column| KeyId::parse(&row.text(column)?).ok_or_else(|| row.contradiction(column));
    Ok(WrappedKey {
        id: id("key_id")?,
        kek_id: id("kek_id")?,
        wrapped: row.text("wrapped")?,
    })
}

async fn works_again(
    transaction: &mut Transaction<'static, Any>,
    account: AccountId,
    now: UnixTime,
) -> Result<(), VaultError> {
    sqlx::query(
        "update accounts
         set state = 'connected', state_since = $2, state_code = null, state_claims = null, reconnect_by = null
         where id = $1",
    )
    .bind(account.to_string())
    .bind(now.0)
    .execute(&mut **transaction)
    .await?;
    write_event(
        transaction,
        account,
        EventKind::Reconnected,
        &AccountState::Connected,
        now,
    )
    .await
}

fn take(mut text: Zeroizing<String>) -> String {
    std::mem::take(&mut text)
}

/// How long the refresh token before the present one is retained, in seconds (R91).
pub const RETENTION: i64 = 10 * 60;

/// Everything about an account's tokens, with the key that opens them.
pub(super) const TOKENS: &str = "
    select
        a.grant_version,
        k.id as key_id,
        k.kek_id,
        k.wrapped,
        g.account_id,
        g.sealed_access_token,
        g.sealed_refresh_token,
        g.sealed_previous_refresh_token,
        g.previous_until,
        g.scope,
        g.expires_at,
        g.obtained_at
    from accounts a
    join data_keys k on k.account_id = a.id
    join grants g on g.account_id = a.id
    where a.id = $1";
