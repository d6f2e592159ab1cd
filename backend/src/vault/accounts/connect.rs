//! Storing what a sign-in brought.

use connect_outlook_protocol::secret::RefreshToken;
use sqlx::{Any, Transaction};

use super::{Account, AccountState, Identity, Profile};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::events::write_event;
use crate::vault::grants::{Grant, Renewal, TOKENS, wrapped_key, write_tokens};
use crate::vault::id::{AccountId, random_uuid};
use crate::vault::news::News;
use crate::vault::refreshes::forget_intent;
use crate::vault::seal::{Field, Place, SealingKey};
use crate::vault::{Vault, VaultError};

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
        repeated(|| self.connect_account_once(identity, profile, grant, now)).await
    }

    async fn connect_account_once(
        &self,
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Account, VaultError> {
        let mut transaction = self.database.write().await?;
        let account = self
            .connect_in(&mut transaction, identity, profile, grant, now)
            .await?;
        let news = [News::Account(account.id)];
        self.commit_news(&news, transaction).await?;
        Ok(account)
    }

    /// The same in a transaction that changes more and tells the news itself.
    pub(in crate::vault) async fn connect_in(
        &self,
        transaction: &mut Transaction<'static, Any>,
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Account, VaultError> {
        let (id, known_before) = claim(transaction, identity, now).await?;
        forget_intent(transaction, id).await?;
        let key = self.data_key(transaction, id, now).await?;
        write_profile(transaction, id, &key, profile).await?;
        let old = self.refresh_token_to_retain(transaction, id, now).await?;
        let renewal = Renewal::by_sign_in(old, grant, now);
        write_tokens(transaction, id, &key, &renewal, now).await?;
        let (state, event) = AccountState::signed_in(known_before);
        write_event(transaction, id, event, &state, now).await?;
        Ok(Account {
            id,
            identity: identity.clone(),
            profile: profile.clone(),
            state,
            state_since: now,
            ends_at: grant.ends_at,
        })
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
            return Ok(self.unwrap(&wrapped_key(&Record::new("data_keys", "id", row))?)?);
        }
        let (key, stored) = self.keys().new_data_key(random_uuid()?)?;
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
    ) -> Result<Option<RefreshToken>, VaultError> {
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
