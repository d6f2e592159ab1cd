//! Making, starting and revoking links.

use super::park::drop_parked;
use super::{Link, LinkState, NewLink};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::id::{LinkDigest, LinkId, UserDigest};
use crate::vault::{Vault, VaultError};

/// Why nobody can begin with a link.
#[derive(Debug, thiserror::Error)]
pub enum StartLinkError {
    /// No link has this token, or not any more.
    #[error("no link has this token")]
    Unknown,
    /// It was used, revoked, or nobody used it in time.
    #[error("the link is over")]
    Ended,
    /// Its button was pressed too often (D4).
    #[error("the link was started too often")]
    Exhausted,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Records a link.
    ///
    /// # Errors
    /// [`VaultError`]; there is no link then.
    pub async fn new_link(&self, link: &NewLink<'_>, now: UnixTime) -> Result<LinkId, VaultError> {
        let id = LinkId::random()?;
        repeated(|| self.insert_link(id, link, now)).await?;
        Ok(id)
    }

    async fn insert_link(
        &self,
        id: LinkId,
        link: &NewLink<'_>,
        now: UnixTime,
    ) -> Result<(), VaultError> {
        let mut transaction = self.database.write().await?;
        sqlx::query(
            "insert into links (
                id, token_hash, api_key_id, kind, account_id, user_hash, scope, success_url, failure_url, starts,
                created_at, expires_at
             )
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11)",
        )
        .bind(id.to_string())
        .bind(link.token.to_column())
        .bind(link.key.to_string())
        .bind(link.purpose.name())
        .bind(link.purpose.account().map(|account| account.to_string()))
        .bind(UserDigest::at(id, link.user).to_column())
        .bind(link.scopes.to_string())
        .bind(&link.success_url)
        .bind(&link.failure_url)
        .bind(now.0)
        .bind(link.expires_at.0)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Counts that somebody pressed the link's button, at most `most` times.
    ///
    /// # Errors
    /// [`StartLinkError`]; nothing was counted.
    pub async fn start_link(
        &self,
        token: LinkDigest,
        most: u32,
        now: UnixTime,
    ) -> Result<Link, StartLinkError> {
        let counted = repeated(|| self.count_start(token, most, now)).await?;
        let link = self.link_of_token(token, now).await?;
        let link = link.ok_or(StartLinkError::Unknown)?;
        match link.state {
            _ if counted => Ok(link),
            LinkState::Connected { .. } | LinkState::Revoked => Err(StartLinkError::Ended),
            _ if link.expires_at <= now => Err(StartLinkError::Ended),
            _ => Err(StartLinkError::Exhausted),
        }
    }

    async fn count_start(
        &self,
        token: LinkDigest,
        most: u32,
        now: UnixTime,
    ) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let counted = sqlx::query(
            "update links
             set starts = starts + 1
             where token_hash = $1
               and starts < $2
               and expires_at > $3
               and revoked_at is null
               and connected_at is null
               and exists (select 1 from api_keys k where k.id = links.api_key_id and k.revoked_at is null)",
        )
        .bind(token.to_column())
        .bind(i64::from(most))
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(counted.rows_affected() > 0)
    }

    /// Ends a link that has connected nothing, and drops what is parked for it. Answers whether there is such a link.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn revoke_link(&self, id: LinkId, now: UnixTime) -> Result<bool, VaultError> {
        repeated(|| self.revoke_link_once(id, now)).await
    }

    async fn revoke_link_once(&self, id: LinkId, now: UnixTime) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let found = sqlx::query(
            "update links
             set revoked_at = case when connected_at is null then coalesce(revoked_at, $2) else revoked_at end
             where id = $1",
        )
        .bind(id.to_string())
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
        drop_parked(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(found.rows_affected() > 0)
    }
}
