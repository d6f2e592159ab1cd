//! Parking what a visitor brought back.

use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::secret::AuthorizationCode;
use sqlx::{Any, Transaction};

use crate::clock::UnixTime;
use crate::vault::attempts::Attempt;
use crate::vault::conflicts::repeated;
use crate::vault::database::{Record, Step};
use crate::vault::id::{AccountId, ApiKeyId, CompletionDigest, CompletionId, LinkId};
use crate::vault::seal::{Field, Place};
use crate::vault::{Vault, VaultError};

/// What is to be parked.
#[derive(Debug)]
pub struct Parking<'a> {
    /// For whose link.
    pub link: LinkId,
    /// SHA-256 of the completion code that takes it out again.
    pub completion: CompletionDigest,
    /// The attempt that was taken.
    pub attempt: &'a Attempt,
    /// From the callback.
    pub code: &'a AuthorizationCode,
    /// That belongs to it.
    pub verifier: &'a CodeVerifier,
    /// As the callback named it, if it did.
    pub issuer: Option<&'a str>,
    /// Until then it may be confirmed (R44).
    pub expires_at: UnixTime,
}

/// Why nothing was parked.
#[derive(Debug, thiserror::Error)]
pub enum ParkError {
    /// The link connected another visitor's mailbox meanwhile, or it or its key was revoked (F43).
    #[error("the link is over")]
    Ended,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Keeps a code, sealed, until the integrator confirms; what was parked for the link before is dropped. Answers
    /// where the visitor goes.
    ///
    /// # Errors
    /// [`ParkError`]; nothing was changed.
    pub async fn park(&self, parking: &Parking<'_>, now: UnixTime) -> Result<String, ParkError> {
        repeated(|| self.park_once(parking, now)).await
    }

    async fn park_once(&self, parking: &Parking<'_>, now: UnixTime) -> Result<String, ParkError> {
        let mut transaction = self.database.write().await?;
        let Some(link) = hold_live(&mut transaction, parking.link).await? else {
            return Err(ParkError::Ended);
        };
        let success_url = link.text("success_url")?;
        drop_parked(&mut transaction, parking.link).await?;
        self.insert_parked(&mut transaction, parking, now).await?;
        transaction.commit().await.map_err(VaultError::from)?;
        Ok(success_url)
    }

    async fn insert_parked(
        &self,
        transaction: &mut Transaction<'static, Any>,
        parking: &Parking<'_>,
        now: UnixTime,
    ) -> Result<(), VaultError> {
        let (id, attempt) = (CompletionId::random()?.to_string(), parking.attempt);
        let keys = self.keys();
        let seal = |field, text| keys.seal_attempt(Place::new(field, &id), text);
        sqlx::query(INSERT)
            .bind(&id)
            .bind(parking.link.to_string())
            .bind(parking.completion.to_column())
            .bind(seal(Field::ParkedCode, parking.code.expose())?)
            .bind(seal(Field::ParkedVerifier, parking.verifier.expose())?)
            .bind(parking.issuer)
            .bind(attempt.nonce.to_column())
            .bind(&attempt.redirect_uri)
            .bind(attempt.scopes.to_string())
            .bind(attempt.tenant.segment())
            .bind(&attempt.client_id)
            .bind(attempt.account.as_ref().map(AccountId::to_string))
            .bind(now.0)
            .bind(parking.expires_at.0)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

/// The link's row, kept from others until the transaction ends, if it can still connect something.
pub(super) async fn hold_live(
    transaction: &mut Transaction<'static, Any>,
    link: LinkId,
) -> Result<Option<Record>, VaultError> {
    let row = hold_live_step(link).alone();
    let row = row.fetch_optional(&mut **transaction).await?;
    Ok(row.map(|row| Record::new("links", "id", row)))
}

/// [`hold_live`] as a statement to begin with.
pub(super) fn hold_live_step(link: LinkId) -> Step {
    let hold = Step::new(
        "update links
         set starts = starts
         where id = $1
           and revoked_at is null
           and connected_at is null
           and exists (select 1 from api_keys k where k.id = links.api_key_id and k.revoked_at is null)
         returning id, success_url, user_hash",
    );
    hold.bind(link.to_string())
}

/// Destroys what is parked for a link.
pub(super) async fn drop_parked(
    transaction: &mut Transaction<'static, Any>,
    link: LinkId,
) -> Result<(), VaultError> {
    let drop = drop_parked_step(link).alone();
    drop.execute(&mut **transaction).await?;
    Ok(())
}

/// [`drop_parked`] as a step beside others.
pub(super) fn drop_parked_step(link: LinkId) -> Step {
    let drop = Step::new(
        "update completions
         set state = 'dropped', sealed_code = null, sealed_verifier = null
         where link_id = $1
           and state = 'parked'",
    );
    drop.bind(link.to_string())
}

/// Destroys what is parked for all links of a key.
pub(in crate::vault) async fn drop_parked_of_key(
    transaction: &mut Transaction<'static, Any>,
    key: ApiKeyId,
) -> Result<(), VaultError> {
    sqlx::query(
        "update completions
         set state = 'dropped', sealed_code = null, sealed_verifier = null
         where state = 'parked'
           and link_id in (select id from links where api_key_id = $1)",
    )
    .bind(key.to_string())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

const INSERT: &str = "
    insert into completions (
        id, link_id, completion_hash, state, sealed_code, sealed_verifier, issuer, nonce_hash, redirect_uri, scope,
        tenant, client_id, account_id, parked_at, expires_at
    )
    values ($1, $2, $3, 'parked', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
