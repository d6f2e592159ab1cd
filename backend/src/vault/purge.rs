//! Clearing away what has had its time, in bounded batches (D11).

use super::{Vault, VaultError};
use crate::clock::UnixTime;

/// How many rows one round cleared. Each figure is at most the batch: a full one means that there may be more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Attempts.
    pub attempts: u64,
    /// Sessions past one of their limits.
    pub sessions: u64,
    /// Retained refresh tokens (R91).
    pub refresh_tokens: u64,
    /// Sendings whose keys nobody will show again.
    pub sendings: u64,
    /// News that every process has heard.
    pub news: u64,
    /// Events of accounts that nobody waits for any more.
    pub events: u64,
    /// Parked codes that nobody confirmed in time.
    pub parked_codes: u64,
    /// Links that were over long ago.
    pub links: u64,
    /// Deliveries that were over long ago.
    pub deliveries: u64,
    /// Secrets of webhooks that sign no more.
    pub webhook_secrets: u64,
    /// Consent requests that nobody asked about again.
    pub consent_requests: u64,
}

impl Vault {
    /// Clears at most `batch` rows of each kind. To be called every minute or so, again at once while a batch comes
    /// back full.
    ///
    /// # Errors
    /// [`VaultError`]; what was cleared before stays cleared.
    pub async fn purge_expired(&self, now: UnixTime, batch: u32) -> Result<Purged, VaultError> {
        Ok(Purged {
            attempts: self
                .clear(ATTEMPTS, now.plus(-ATTEMPT_MEMORY), batch)
                .await?,
            sessions: self.clear(SESSIONS, now, batch).await?,
            refresh_tokens: self.clear(REFRESH_TOKENS, now, batch).await?,
            sendings: self
                .clear(SENDINGS, now.plus(-SENDING_MEMORY), batch)
                .await?,
            news: self
                .clear(NEWS, self.database_time().await?.plus(-NEWS_KEPT), batch)
                .await?,
            events: self.clear(EVENTS, now.plus(-EVENTS_KEPT), batch).await?,
            parked_codes: self.clear(PARKED_CODES, now, batch).await?,
            links: self.clear(LINKS, now.plus(-LINK_MEMORY), batch).await?,
            deliveries: self
                .clear(DELIVERIES, now.plus(-DELIVERY_MEMORY), batch)
                .await?,
            webhook_secrets: self.clear(WEBHOOK_SECRETS, now, batch).await?,
            consent_requests: self
                .clear(CONSENT_REQUESTS, now.plus(-LINK_MEMORY), batch)
                .await?,
        })
    }

    async fn clear(
        &self,
        statement: &'static str,
        before: UnixTime,
        batch: u32,
    ) -> Result<u64, VaultError> {
        let mut transaction = self.database.write().await?;
        let cleared = sqlx::query(statement)
            .bind(before.0)
            .bind(i64::from(batch))
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        transaction.commit().await?;
        Ok(cleared)
    }
}

/// How long an attempt is remembered after its end, in seconds: its visitor is told that it expired, and its state and
/// challenge cannot come again (R19).
const ATTEMPT_MEMORY: i64 = 60 * 60;

/// Seconds for which what happened to an account can be read: ninety days. Events of the deployment are few and stay, so
/// that none is told twice.
pub(in crate::vault) const EVENTS_KEPT: i64 = 90 * 86_400;

/// How long a sending is remembered, in seconds: as long as anybody may ask again with its key.
pub const SENDING_MEMORY: i64 = 7 * 86_400;

/// How long a link or a consent request is remembered after its end, in seconds: the integrator can ask what became of it.
const LINK_MEMORY: i64 = 30 * 24 * 60 * 60;

/// How long a delivery is remembered that is over, in seconds.
const DELIVERY_MEMORY: i64 = 30 * 24 * 60 * 60;

/// Seconds: several times as long as anybody takes to hear it.
const NEWS_KEPT: i64 = 60;

const ATTEMPTS: &str = "
    delete from attempts
    where id in (select id from attempts where expires_at <= $1 order by expires_at limit $2)";
const SESSIONS: &str = "
    delete from sessions
    where id in (select id from sessions where idle_expires_at <= $1 or expires_at <= $1 limit $2)";
const EVENTS: &str = "
    delete from events
    where id in (select id from events where created_at < $1 order by created_at limit $2)";
const SENDINGS: &str = "
    delete from sendings
    where (account_id, key_hash) in (
       select account_id, key_hash from sendings where created_at <= $1 order by created_at limit $2
    )";
const NEWS: &str =
    "delete from news where id in (select id from news where at < $1 order by at limit $2)";
const PARKED_CODES: &str = "
    update completions
    set state = 'dropped', sealed_code = null, sealed_verifier = null
    where id in (
        select id
        from completions
        where expires_at <= $1
          and state = 'parked'
        order by expires_at
        limit $2
    )";
const LINKS: &str = "delete from links where id in (select id from links where expires_at <= $1 order by expires_at limit $2)";
const DELIVERIES: &str = "
    delete from webhook_deliveries
    where (webhook_id, event_id) in (
        select webhook_id, event_id
        from webhook_deliveries
        where created_at <= $1
          and state <> 'waiting'
        order by created_at
        limit $2
    )";
const WEBHOOK_SECRETS: &str = "
    update webhooks
    set sealed_previous_secret = null, previous_until = null
    where id in (select id from webhooks where previous_until <= $1 limit $2)";
const CONSENT_REQUESTS: &str = "
    delete from consent_requests
    where id in (select id from consent_requests where expires_at <= $1 order by expires_at limit $2)";
const REFRESH_TOKENS: &str = "
    update grants
    set sealed_previous_refresh_token = null, previous_until = null
    where account_id in (select account_id from grants where previous_until <= $1 limit $2)";
