//! The integrator says whose visitor it was: what was parked is taken once, and its end is remembered, so that the same
//! confirmation twice has the same answer (F68).

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::AuthorizationCode;
use sqlx::{Any, Transaction};

use super::Parked;
use super::park::{drop_parked, drop_parked_step, hold_live, hold_live_step};
use crate::clock::UnixTime;
use crate::vault::accounts::{Account, Connected, Identity, Profile};
use crate::vault::conflicts::repeated;
use crate::vault::database::{Record, Step};
use crate::vault::grants::Grant;
use crate::vault::id::{
    AccountId, CompletionDigest, CompletionId, LinkId, NonceDigest, UserDigest,
};
use crate::vault::seal::{Field, Place};
use crate::vault::{Vault, VaultError};

/// What a confirmation finds.
#[derive(Debug)]
pub enum Taken {
    /// The caller, and nobody else, may redeem.
    Parked(Box<Parked>),
    /// Somebody is redeeming right now.
    Busy,
    /// It was confirmed before, and this account came of it.
    Connected(AccountId),
    /// It was confirmed before and came to this, as [`Vault::refuse_completion`] wrote it.
    Refused(String),
    /// It was confirmed before, and whoever redeemed never came to an end: the code is gone.
    Interrupted,
}

/// Why there is nothing to confirm. What was parked is destroyed, except where the link is unknown.
#[derive(Debug, thiserror::Error)]
pub enum TakeCompletionError {
    /// No link has this id.
    #[error("no link has this id")]
    Unknown,
    /// It connected another visitor's mailbox, or it or its key was revoked.
    #[error("the link is over")]
    Ended,
    /// Another user, or a completion code that is not this link's (R44).
    #[error("code and user do not belong to this link")]
    Mismatch,
    /// Too late, or replaced by a later visit (F69).
    #[error("the completion code has expired")]
    Expired,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Takes what was parked under this completion code for this user.
    ///
    /// # Errors
    /// [`TakeCompletionError`].
    pub async fn take_completion(
        &self,
        link: LinkId,
        completion: CompletionDigest,
        user: &str,
        now: UnixTime,
    ) -> Result<Taken, TakeCompletionError> {
        repeated(|| self.take_completion_once(link, completion, user, now)).await
    }

    async fn take_completion_once(
        &self,
        link: LinkId,
        completion: CompletionDigest,
        user: &str,
        now: UnixTime,
    ) -> Result<Taken, TakeCompletionError> {
        let mut transaction = self.database.write().await?;
        let judged = self
            .judge(&mut transaction, link, completion, user, now)
            .await;
        match &judged {
            Err(TakeCompletionError::Vault(_)) => {}
            _ => transaction.commit().await.map_err(VaultError::from)?,
        }
        judged
    }

    async fn judge(
        &self,
        transaction: &mut Transaction<'static, Any>,
        link: LinkId,
        completion: CompletionDigest,
        user: &str,
        now: UnixTime,
    ) -> Result<Taken, TakeCompletionError> {
        let owner = hold(transaction, link).await?;
        let owner = owner.ok_or(TakeCompletionError::Unknown)?;
        let fits = owner.text("user_hash")? == UserDigest::at(link, user).to_column();
        let Some(row) = find(transaction, link, completion).await?.filter(|_| fits) else {
            drop_parked(transaction, link).await?;
            return Err(TakeCompletionError::Mismatch);
        };
        match row.text("state")?.as_str() {
            "parked" => self.take_parked(transaction, link, &row, now).await,
            "taken" if started_before(&row, now.plus(-CONFIRMING_LASTS))? => Ok(Taken::Interrupted),
            "taken" => Ok(Taken::Busy),
            "connected" => Ok(Taken::Connected(
                account_of(&row)?.ok_or_else(|| row.contradiction("account_id"))?,
            )),
            "refused" => Ok(Taken::Refused(row.text("outcome")?)),
            _ => Err(TakeCompletionError::Expired),
        }
    }

    async fn take_parked(
        &self,
        transaction: &mut Transaction<'static, Any>,
        link: LinkId,
        row: &Record,
        now: UnixTime,
    ) -> Result<Taken, TakeCompletionError> {
        if row.number("expires_at")? <= now.0 {
            drop_parked(transaction, link).await?;
            return Err(TakeCompletionError::Expired);
        }
        if hold_live(transaction, link).await?.is_none() {
            drop_parked(transaction, link).await?;
            return Err(TakeCompletionError::Ended);
        }
        if another_is_out(transaction, link, now).await? {
            return Ok(Taken::Busy);
        }
        let parked = self.read_parked(link, row)?;
        sqlx::query(
            "update completions
             set state = 'taken', taken_at = $2, sealed_code = null, sealed_verifier = null
             where id = $1",
        )
        .bind(parked.completion.to_string())
        .bind(now.0)
        .execute(&mut **transaction)
        .await
        .map_err(VaultError::from)?;
        Ok(Taken::Parked(Box::new(parked)))
    }

    fn read_parked(&self, link: LinkId, row: &Record) -> Result<Parked, VaultError> {
        let id = row.text("id")?;
        let open = |field: Field| {
            let sealed = row.text(field.column().1)?;
            Ok::<_, VaultError>(self.open_attempt(Place::new(field, &id), &sealed)?)
        };
        let verifier = CodeVerifier::parse(&open(Field::ParkedVerifier)?);
        let nonce = NonceDigest::from_column(&row.text("nonce_hash")?);
        let tenant = Tenant::parse(&row.text("tenant")?);
        Ok(Parked {
            completion: CompletionId::parse(&id).ok_or_else(|| row.contradiction("id"))?,
            link,
            code: AuthorizationCode::new(std::mem::take(&mut *open(Field::ParkedCode)?)),
            verifier: verifier.map_err(|_| row.contradiction("sealed_verifier"))?,
            issuer: row.optional_text("issuer")?,
            nonce: nonce.ok_or_else(|| row.contradiction("nonce_hash"))?,
            redirect_uri: row.text("redirect_uri")?,
            scopes: Scopes::parse(&row.text("scope")?),
            tenant: tenant.ok_or_else(|| row.contradiction("tenant"))?,
            client_id: row.text("client_id")?,
            account: account_of(row)?,
        })
    }

    /// Stores what a confirmed visitor's sign-in brought, in one transaction with the end of the link: as
    /// [`connect_account`](Self::connect_account). `None`, and nothing stored, if link or key were revoked meanwhile.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was stored.
    pub async fn connect_by_link(
        &self,
        by: (LinkId, CompletionId),
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Option<Account>, VaultError> {
        let connected =
            repeated(|| self.connect_by_link_once(by, identity, profile, grant, now)).await?;
        Ok(match connected {
            Some(connected) => Some(self.as_connected(connected, now).await),
            None => None,
        })
    }

    async fn connect_by_link_once(
        &self,
        (link, completion): (LinkId, CompletionId),
        identity: &Identity,
        profile: &Profile,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<Option<Connected>, VaultError> {
        let mut writing = self.database.writing().await?;
        if writing.fetch(hold_live_step(link)).await?.is_empty() {
            return Ok(None);
        }
        let (connected, mut steps) = self
            .connect_in(&mut writing, identity, profile, grant, now)
            .await?;
        let account = connected.account.id.to_string();
        let end = Step::new(
            "update completions
             set state = 'connected', account_id = $2
             where id = $1
               and state = 'taken'
             returning id",
        );
        let end = end.bind(completion.to_string()).bind(account.as_str());
        if writing.fetch(end).await?.is_empty() {
            return Ok(None);
        }
        steps.add(drop_parked_step(link));
        let end = Step::new("update links set connected_at = $2, account_id = $3 where id = $1");
        steps.add(end.bind(link.to_string()).bind(now.0).bind(account));
        self.commit_connected(&connected, steps, None, writing)
            .await?;
        Ok(Some(connected))
    }

    /// Remembers how a confirmation ended that connected nothing: `outcome` is JSON without secret. The link is open
    /// again.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn refuse_completion(
        &self,
        completion: CompletionId,
        outcome: &str,
    ) -> Result<(), VaultError> {
        repeated(|| self.refuse_completion_once(completion, outcome)).await
    }

    async fn refuse_completion_once(
        &self,
        completion: CompletionId,
        outcome: &str,
    ) -> Result<(), VaultError> {
        let mut transaction = self.database.write().await?;
        sqlx::query(
            "update completions set state = 'refused', outcome = $2 where id = $1 and state = 'taken'",
        )
        .bind(completion.to_string())
        .bind(outcome)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}

/// The link's row, kept from others until the transaction ends.
async fn hold(
    transaction: &mut Transaction<'static, Any>,
    link: LinkId,
) -> Result<Option<Record>, VaultError> {
    let row = sqlx::query("update links set starts = starts where id = $1 returning id, user_hash")
        .bind(link.to_string())
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(row.map(|row| Record::new("links", "id", row)))
}

async fn find(
    transaction: &mut Transaction<'static, Any>,
    link: LinkId,
    completion: CompletionDigest,
) -> Result<Option<Record>, VaultError> {
    let row = sqlx::query("select * from completions where completion_hash = $1 and link_id = $2")
        .bind(completion.to_column())
        .bind(link.to_string())
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(row.map(|row| Record::new("completions", "id", row)))
}

/// Whether a code that another visitor brought is at Microsoft: one at a time.
async fn another_is_out(
    transaction: &mut Transaction<'static, Any>,
    link: LinkId,
    now: UnixTime,
) -> Result<bool, VaultError> {
    let row = sqlx::query(
        "select 1 from completions where link_id = $1 and state = 'taken' and taken_at > $2 limit 1",
    )
    .bind(link.to_string())
    .bind(now.plus(-CONFIRMING_LASTS).0)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.is_some())
}

fn started_before(row: &Record, time: UnixTime) -> Result<bool, VaultError> {
    Ok(row.number("taken_at")? <= time.0)
}

fn account_of(row: &Record) -> Result<Option<AccountId>, VaultError> {
    row.optional_text("account_id")?
        .map(|text| AccountId::parse(&text).ok_or_else(|| row.contradiction("account_id")))
        .transpose()
}

/// Seconds after which whoever took a code and told nothing is taken for dead: longer than any request lasts.
pub const CONFIRMING_LASTS: i64 = 120;
