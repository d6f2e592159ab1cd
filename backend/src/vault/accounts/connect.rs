//! Storing what a sign-in brought.

use connect_outlook_protocol::secret::RefreshToken;
use sqlx::{Any, Transaction};

use super::{Account, AccountState, Identity, Profile};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::events::write_counted_event;
use crate::vault::grants::{Grant, Renewal, wrapped_key, write_tokens};
use crate::vault::id::{AccountId, SessionId, random_uuid};
use crate::vault::news::News;
use crate::vault::refreshes::forget_intent;
use crate::vault::seal::{Field, Place, SealingKey};
use crate::vault::sessions::{NewSession, Session, open_in};
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

    /// The same together with the session of the browser that brought it: both are there or neither is.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was stored.
    pub async fn connect_in_session(
        &self,
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        new: &NewSession,
        now: UnixTime,
    ) -> Result<(Account, Session), VaultError> {
        let (account, session) =
            repeated(|| self.connect_in_session_once(identity, profile, grant, new, now)).await?;
        let session = self.as_opened(new, session, account.id, now).await?;
        Ok((account, session))
    }

    async fn connect_in_session_once(
        &self,
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        new: &NewSession,
        now: UnixTime,
    ) -> Result<(Account, SessionId), VaultError> {
        let mut transaction = self.database.write().await?;
        let account = self
            .connect_in(&mut transaction, identity, profile, grant, now)
            .await?;
        let session = open_in(&mut transaction, new, account.id, now).await?;
        let mut news = vec![News::Account(account.id)];
        news.extend(new.in_place_of.map(News::Session));
        self.commit_news(&news, transaction).await?;
        Ok((account, session))
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
        let Claimed {
            id,
            known_before,
            sequence,
        } = claim(transaction, identity, now).await?;
        let (key, old) = if known_before {
            forget_intent(transaction, id).await?;
            self.key_and_refresh_token(transaction, id).await?
        } else {
            (None, None)
        };
        let key = match key {
            Some(key) => key,
            None => self.make_data_key(transaction, id, now).await?,
        };
        write_profile(transaction, id, &key, profile).await?;
        let renewal = Renewal::by_sign_in(old, grant, now);
        write_tokens(transaction, id, &key, &renewal, now).await?;
        let (state, event) = AccountState::signed_in(known_before);
        write_counted_event(transaction, (id, sequence), event, &state, now).await?;
        Ok(Account {
            id,
            identity: identity.clone(),
            profile: profile.clone(),
            state,
            state_since: now,
            ends_at: grant.ends_at,
        })
    }

    async fn make_data_key(
        &self,
        transaction: &mut Transaction<'static, Any>,
        account: AccountId,
        now: UnixTime,
    ) -> Result<SealingKey, VaultError> {
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

    /// The data key of an account that was known before, and the refresh token that a sign-in supersedes; neither after a
    /// disconnect. A token that does not open any more is no reason to turn the person away who has just signed in to
    /// mend it.
    async fn key_and_refresh_token(
        &self,
        transaction: &mut Transaction<'static, Any>,
        account: AccountId,
    ) -> Result<(Option<SealingKey>, Option<RefreshToken>), VaultError> {
        let id = account.to_string();
        let row = sqlx::query(KEY_AND_REFRESH_TOKEN)
            .bind(&id)
            .fetch_optional(&mut **transaction)
            .await?;
        let Some(row) = row else {
            return Ok((None, None));
        };
        let row = Record::new("data_keys", "key_id", row);
        let key = self.unwrap(&wrapped_key(&row)?)?;
        let sealed = row.optional_text("sealed_refresh_token")?;
        let opened = sealed.map(|sealed| key.open(Place::new(Field::RefreshToken, &id), &sealed));
        let old = match opened.transpose() {
            Ok(text) => text.map(|mut text| RefreshToken::new(std::mem::take(&mut *text))),
            Err(error) => {
                tracing::error!(%account, %error, "the tokens replaced by a new sign-in did not open");
                None
            }
        };
        Ok((Some(key), old))
    }
}

/// An account's row, held until the transaction ends.
struct Claimed {
    id: AccountId,
    /// Whether it was there before.
    known_before: bool,
    /// Of the event to be written.
    sequence: i64,
}

/// Finds or makes the account's row and counts its version and its events up, which keeps others away from it until the
/// transaction ends.
async fn claim(
    transaction: &mut Transaction<'static, Any>,
    identity: &Identity,
    now: UnixTime,
) -> Result<Claimed, VaultError> {
    let row = sqlx::query(
        "insert into accounts (id, tid, oid, state, state_since, grant_version, event_count, created_at)
         values ($1, $2, $3, 'connected', $4, 1, 1, $4)
         on conflict (tid, oid) do update set
            state = excluded.state,
            state_since = excluded.state_since,
            state_code = null,
            state_claims = null,
            reconnect_by = null,
            grant_version = accounts.grant_version + 1,
            event_count = accounts.event_count + 1
         returning id, grant_version, event_count",
    )
    .bind(AccountId::random()?.to_string())
    .bind(identity.tid())
    .bind(identity.oid())
    .bind(now.0)
    .fetch_one(&mut **transaction)
    .await?;
    let row = Record::new("accounts", "id", row);
    Ok(Claimed {
        id: AccountId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
        known_before: row.number("grant_version")? > 1,
        sequence: row.number("event_count")?,
    })
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

const KEY_AND_REFRESH_TOKEN: &str = "
    select k.id as key_id, k.kek_id, k.wrapped, g.sealed_refresh_token
    from data_keys k
    left join grants g on g.account_id = k.account_id
    where k.account_id = $1";
