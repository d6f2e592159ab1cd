//! Connecting, reading, judging and disconnecting accounts.

use sqlx::{Any, Transaction};

use super::account::{Account, AccountState, Finding, Identity, Profile};
use super::database::Record;
use super::events::{EventKind, write_event};
use super::grants::{Grant, GrantVersion, Renewal, TOKENS, wrapped_key, write_tokens};
use super::id::{AccountId, random_uuid};
use super::seal::{Field, Place, SealingKey};
use super::{Vault, VaultError};
use crate::clock::UnixTime;

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
    /// Stores what a sign-in brought: a new account, or the same one again for the same person, with its id, working.
    /// The caller has validated the ID token that `identity` is from (R36).
    ///
    /// # Errors
    /// [`VaultError`]; nothing was stored.
    pub async fn connect_account(
        &self,
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Account, VaultError> {
        let mut transaction = self.database.write().await?;
        let (id, known_before) = claim(&mut transaction, identity, now).await?;
        let key = self.data_key(&mut transaction, id, now).await?;
        write_profile(&mut transaction, id, &key, profile).await?;
        let old = self
            .refresh_token_to_retain(&mut transaction, id, now)
            .await?;
        write_tokens(
            &mut transaction,
            id,
            &key,
            &Renewal::by_sign_in(old, grant, now),
            now,
        )
        .await?;
        let kind = if known_before {
            EventKind::Reconnected
        } else {
            EventKind::Connected
        };
        write_event(&mut transaction, id, kind, &AccountState::Connected, now).await?;
        transaction.commit().await?;
        Ok(Account {
            id,
            identity: identity.clone(),
            profile: profile.clone(),
            state: AccountState::Connected,
            state_since: now,
        })
    }

    /// One account; `None` if there is none with this id.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, VaultError> {
        let row = sqlx::query(
            "select
                a.id, a.tid, a.oid, a.sealed_display_name, a.sealed_address,
                a.state, a.state_since, a.state_code, a.state_claims, a.reconnect_by,
                k.id as key_id, k.kek_id, k.wrapped
             from accounts a
             left join data_keys k on k.account_id = a.id
             where a.id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(self.database.reader())
        .await?;
        row.map(|row| self.read_account(id, &Record::new("accounts", "id", row)))
            .transpose()
    }

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
        let state = AccountState::from(finding);
        let (code, claims, reconnect_by) = columns(&state);
        let mut transaction = self.database.write().await?;
        let changed = sqlx::query(
            "update accounts
             set state = $3, state_since = $4, state_code = $5, state_claims = $6, reconnect_by = $7
             where id = $1
               and grant_version = $2
               and state <> $3
               and state <> 'disconnected'
               and (state = 'connected' or $3 <> 'expiring')",
        )
        .bind(id.to_string())
        .bind(judged.0)
        .bind(state.name())
        .bind(now.0)
        .bind(code)
        .bind(claims)
        .bind(reconnect_by)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if changed == 0 {
            return why_not_marked(&mut transaction, id, judged).await;
        }
        write_event(
            &mut transaction,
            id,
            EventKind::entering(&state),
            &state,
            now,
        )
        .await?;
        transaction.commit().await?;
        Ok(Marked::Changed)
    }

    /// Destroys the tokens and the data key of an account and takes it out of every session, in one transaction; a
    /// session left without account ends (R59, R100). What a refresh on its way brings home is refused (F42). The row
    /// stays, without anything personal but the pair that names the person. Answers whether there was something to do.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn disconnect(&self, id: AccountId, now: UnixTime) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let changed = sqlx::query(
            "update accounts
             set state = 'disconnected', state_since = $2, state_code = null, state_claims = null,
                 reconnect_by = null, sealed_display_name = null, sealed_address = null,
                 grant_version = grant_version + 1
             where id = $1
               and state <> 'disconnected'",
        )
        .bind(id.to_string())
        .bind(now.0)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if changed == 0 {
            return Ok(false);
        }
        for statement in DESTROY {
            sqlx::query(*statement)
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await?;
        }
        write_event(
            &mut transaction,
            id,
            EventKind::Disconnected,
            &AccountState::Disconnected,
            now,
        )
        .await?;
        transaction.commit().await?;
        self.database.forget_deleted().await;
        Ok(true)
    }

    /// The account's data key, made now if it has none.
    async fn data_key(
        &self,
        transaction: &mut Transaction<'static, Any>,
        account: AccountId,
        now: UnixTime,
    ) -> Result<SealingKey, VaultError> {
        let row = sqlx::query(
            "select id, id as key_id, kek_id, wrapped from data_keys where account_id = $1",
        )
        .bind(account.to_string())
        .fetch_optional(&mut **transaction)
        .await?;
        if let Some(row) = row {
            return Ok(self
                .keys
                .unwrap(&wrapped_key(&Record::new("data_keys", "id", row))?)?);
        }
        let (key, stored) = self.keys.new_data_key(random_uuid()?)?;
        sqlx::query("insert into data_keys (id, account_id, kek_id, wrapped, created_at) values ($1, $2, $3, $4, $5)")
            .bind(stored.id.to_string())
            .bind(account.to_string())
            .bind(stored.kek_id.to_string())
            .bind(stored.wrapped)
            .bind(now.0)
            .execute(&mut **transaction)
            .await?;
        Ok(key)
    }

    /// The refresh token that a sign-in supersedes. One that does not open any more is no reason to turn the person
    /// away who has just signed in to mend it.
    async fn refresh_token_to_retain(
        &self,
        transaction: &mut Transaction<'static, Any>,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Option<connect_outlook_protocol::secret::RefreshToken>, VaultError> {
        let row = sqlx::query(TOKENS)
            .bind(account.to_string())
            .fetch_optional(&mut **transaction)
            .await?;
        let Some(row) = row else { return Ok(None) };
        match self.open_tokens(&Record::new("grants", "account_id", row), now) {
            Ok(old) => Ok(old.refresh_token),
            Err(VaultError::Sealed(error)) => {
                tracing::error!(%account, %error, "the tokens replaced by a new sign-in did not open");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn read_account(&self, id: AccountId, row: &Record) -> Result<Account, VaultError> {
        let identity = Identity::new(&row.text("tid")?, &row.text("oid")?);
        Ok(Account {
            id,
            identity: identity.map_err(|_| row.contradiction("oid"))?,
            profile: self.read_profile(row)?,
            state: read_state(row)?,
            state_since: UnixTime(row.number("state_since")?),
        })
    }

    fn read_profile(&self, row: &Record) -> Result<Profile, VaultError> {
        if row.optional_text("key_id")?.is_none() {
            return Ok(Profile::default());
        }
        let id = row.text("id")?;
        let key = self.keys.unwrap(&wrapped_key(row)?)?;
        let open = |field: Field| -> Result<String, VaultError> {
            let sealed = row.text(field.column().1)?;
            Ok(std::mem::take(
                &mut *key.open(Place::new(field, &id), &sealed)?,
            ))
        };
        Ok(Profile {
            display_name: open(Field::DisplayName)?,
            address: open(Field::Address)?,
        })
    }
}

/// Finds or makes the account's row and counts its version up, which keeps others away from it until the transaction
/// ends. Answers whether it was there before.
async fn claim(
    transaction: &mut Transaction<'static, Any>,
    identity: &Identity,
    now: UnixTime,
) -> Result<(AccountId, bool), VaultError> {
    let row = sqlx::query(
        "insert into accounts (id, tid, oid, state, state_since, grant_version, event_count, created_at)
         values ($1, $2, $3, 'connected', $4, 1, 0, $4)
         on conflict (tid, oid) do update set
            state = excluded.state,
            state_since = excluded.state_since,
            state_code = null,
            state_claims = null,
            reconnect_by = null,
            grant_version = accounts.grant_version + 1
         returning id, grant_version",
    )
    .bind(AccountId::random()?.to_string())
    .bind(identity.tid())
    .bind(identity.oid())
    .bind(now.0)
    .fetch_one(&mut **transaction)
    .await?;
    let row = Record::new("accounts", "id", row);
    let id = AccountId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?;
    Ok((id, row.number("grant_version")? > 1))
}

async fn write_profile(
    transaction: &mut Transaction<'static, Any>,
    account: AccountId,
    key: &SealingKey,
    profile: &Profile,
) -> Result<(), VaultError> {
    let row = account.to_string();
    sqlx::query("update accounts set sealed_display_name = $2, sealed_address = $3 where id = $1")
        .bind(&row)
        .bind(key.seal(Place::new(Field::DisplayName, &row), &profile.display_name)?)
        .bind(key.seal(Place::new(Field::Address, &row), &profile.address)?)
        .execute(&mut **transaction)
        .await?;
    Ok(())
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

fn read_state(row: &Record) -> Result<AccountState, VaultError> {
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

/// What a disconnect takes away, in order. `$1` is the account.
const DESTROY: &[&str] = &[
    "delete from grants where account_id = $1",
    "delete from data_keys where account_id = $1",
    "delete from sessions
     where id in (select session_id from session_accounts where account_id = $1)
       and not exists (
            select 1
            from session_accounts others
            where others.session_id = sessions.id
              and others.account_id <> $1
       )",
    "delete from session_accounts where account_id = $1",
];
