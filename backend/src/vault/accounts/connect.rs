//! Storing what a sign-in brought.

use connect_outlook_protocol::secret::RefreshToken;
use sqlx::any::AnyRow;

use super::{Account, AccountState, Identity, Profile};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::{Record, Step, Together, Writing};
use crate::vault::events::event_steps;
use crate::vault::grants::{Grant, Renewal, tokens_step, wrapped_key};
use crate::vault::id::{AccountId, HandleDigest, SessionId, random_uuid};
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
        let connected =
            repeated(|| self.connect_account_once(identity, profile, grant, now)).await?;
        Ok(self.as_connected(connected, now).await)
    }

    async fn connect_account_once(
        &self,
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Connected, VaultError> {
        let mut writing = self.database.writing().await?;
        let (connected, steps) = self
            .connect_in(&mut writing, identity, profile, grant, now)
            .await?;
        self.commit_connected(&connected, steps, None, writing)
            .await?;
        Ok(connected)
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
        let (connected, session) =
            repeated(|| self.connect_in_session_once(identity, profile, grant, new, now)).await?;
        let account = self.as_connected(connected, now).await;
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
    ) -> Result<(Connected, SessionId), VaultError> {
        let mut writing = self.database.writing().await?;
        let (connected, mut steps) = self
            .connect_in(&mut writing, identity, profile, grant, now)
            .await?;
        let session = open_in(&mut steps, new, connected.account.id, now)?;
        self.commit_connected(&connected, steps, new.in_place_of, writing)
            .await?;
        Ok((connected, session))
    }

    /// Claims the account's row in a transaction that changes more. The caller carries out what is left to do, and tells
    /// the news.
    pub(in crate::vault) async fn connect_in(
        &self,
        writing: &mut Writing,
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<(Connected, Together), VaultError> {
        let mut steps = Together::default();
        let claimed = claim(writing, identity, now).await?;
        let (id, known_before) = (claimed.id, claimed.known_before);
        let (key, old) = if known_before {
            steps.add(forget_intent(id));
            self.key_and_refresh_token(writing, &claimed).await?
        } else {
            (None, None)
        };
        let key = match key {
            Some(key) => key,
            None => self.make_data_key(&mut steps, id, now)?,
        };
        steps.add(profile_step(id, &key, profile)?);
        let renewal = Renewal::by_sign_in(old, grant, now);
        steps.add(tokens_step(id, &key, &renewal, now)?);
        let (state, event) = AccountState::signed_in(known_before);
        for step in event_steps((id, claimed.sequence), event, &state, now)? {
            steps.add(step);
        }
        let account = Account {
            id,
            identity: identity.clone(),
            profile: profile.clone(),
            state,
            state_since: now,
            ends_at: grant.ends_at,
        };
        let connected = Connected {
            account,
            known_before,
            proves_consent: claimed.proves_consent,
        };
        Ok((connected, steps))
    }

    /// Carries out the rest and commits. Of an account that is new no other process has a copy.
    pub(in crate::vault) async fn commit_connected(
        &self,
        connected: &Connected,
        steps: Together,
        ended: Option<HandleDigest>,
        writing: Writing,
    ) -> Result<(), VaultError> {
        let account = [News::Account(connected.account.id)];
        let mut news: Vec<_> = ended.map(News::Session).into_iter().collect();
        let unheard = if connected.known_before {
            news.extend(account);
            &[][..]
        } else {
            &account
        };
        self.commit_with(steps, (&news, unheard), writing).await
    }

    /// What follows once it is committed, and is no reason to say that it failed.
    pub(in crate::vault) async fn as_connected(
        &self,
        connected: Connected,
        now: UnixTime,
    ) -> Account {
        let account = connected.account;
        if connected.proves_consent {
            let proved = self.prove_consent_by_use(account.identity.tid(), now).await;
            if let Err(error) = proved {
                tracing::warn!(%error, "a consent could not be written");
            }
        }
        account
    }

    fn make_data_key(
        &self,
        steps: &mut Together,
        account: AccountId,
        now: UnixTime,
    ) -> Result<SealingKey, VaultError> {
        let (key, stored) = self.keys().new_data_key(random_uuid()?)?;
        let insert = "insert into data_keys (id, account_id, kek_id, wrapped, created_at) values ($1, $2, $3, $4, $5)";
        steps.add(
            Step::new(insert)
                .bind(stored.id.to_string())
                .bind(account.to_string())
                .bind(stored.kek_id.to_string())
                .bind(stored.wrapped)
                .bind(now.0),
        );
        Ok(key)
    }

    /// The data key of an account that was known before, and the refresh token that a sign-in supersedes; neither after a
    /// disconnect. A token that does not open any more is no reason to turn the person away who has just signed in to
    /// mend it.
    async fn key_and_refresh_token(
        &self,
        writing: &mut Writing,
        claimed: &Claimed,
    ) -> Result<(Option<SealingKey>, Option<RefreshToken>), VaultError> {
        let (account, id) = (claimed.id, claimed.id.to_string());
        let read;
        let row = if claimed.saw_the_latest {
            &claimed.row
        } else {
            let again = Step::new(KEY_AND_REFRESH_TOKEN).bind(id.as_str());
            read = only(writing.fetch(again).await?)?;
            &read
        };
        if row.optional_text("key_id")?.is_none() {
            return Ok((None, None));
        }
        let key = self.unwrap(&wrapped_key(row)?)?;
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

/// What a sign-in has made of an account.
pub(in crate::vault) struct Connected {
    pub(in crate::vault) account: Account,
    known_before: bool,
    /// Whether an administrator's yes waits for somebody who connects.
    proves_consent: bool,
}

/// An account's row, held until the transaction ends.
struct Claimed {
    id: AccountId,
    /// Whether it was there before.
    known_before: bool,
    /// Of the event to be written.
    sequence: i64,
    proves_consent: bool,
    /// With the columns of [`KEY_AND_REFRESH_TOKEN`].
    row: Record,
    /// Whether these are as the transaction before has left them.
    saw_the_latest: bool,
}

/// Finds or makes the account's row and counts its version and its events up, which keeps others away from it until the
/// transaction ends.
async fn claim(
    writing: &mut Writing,
    identity: &Identity,
    now: UnixTime,
) -> Result<Claimed, VaultError> {
    let claim = Step::new(CLAIM)
        .bind(AccountId::random()?.to_string())
        .bind(identity.tid())
        .bind(identity.oid())
        .bind(now.0);
    let row = only(writing.fetch(claim).await?)?;
    let version = row.number("grant_version")?;
    let seen = row.optional_number("seen_version")?.unwrap_or(0);
    Ok(Claimed {
        id: AccountId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
        known_before: version > 1,
        sequence: row.number("event_count")?,
        proves_consent: row.optional_text("unproven")?.is_some(),
        saw_the_latest: seen >= version - 1,
        row,
    })
}

/// The row of the account that a statement was about.
fn only(rows: Vec<AnyRow>) -> Result<Record, VaultError> {
    let row = rows.into_iter().next().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Record::new("accounts", "id", row))
}

fn profile_step(
    account: AccountId,
    key: &SealingKey,
    profile: &Profile,
) -> Result<Step, VaultError> {
    let row = account.to_string();
    let name = key.seal(Place::new(Field::DisplayName, &row), &profile.display_name)?;
    let address = key.seal(Place::new(Field::Address, &row), &profile.address)?;
    let update = "update accounts set sealed_display_name = $2, sealed_address = $3 where id = $1";
    Ok(Step::new(update).bind(row).bind(name).bind(address))
}

/// The data key, if there is one, and what it seals of the tokens that a sign-in supersedes.
macro_rules! key_and_refresh_token {
    () => {
        "(select k.id from data_keys k where k.account_id = accounts.id) as key_id,
         (select k.kek_id from data_keys k where k.account_id = accounts.id) as kek_id,
         (select k.wrapped from data_keys k where k.account_id = accounts.id) as wrapped,
         (select g.sealed_refresh_token from grants g where g.account_id = accounts.id) as sealed_refresh_token"
    };
}

/// Reads along what it will take, which spares asking for it. PostgreSQL reads other rows as they were when the
/// statement began, also where it then waited for another transaction to let go of this one. Whoever changes a key or
/// tokens counts the version up: so they are the latest if the version seen there is the one before this, or this one
/// itself, which is what SQLite may show, where nobody is waited for.
const CLAIM: &str = concat!(
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
     returning id, grant_version, event_count,
        (select a.grant_version from accounts a where a.tid = $2 and a.oid = $3) as seen_version,
        (select min(r.id) from consent_requests r where r.tenant = $2 and r.state = 'unproven') as unproven,
        ",
    key_and_refresh_token!()
);

const KEY_AND_REFRESH_TOKEN: &str = concat!(
    "select id, ",
    key_and_refresh_token!(),
    " from accounts where id = $1"
);
