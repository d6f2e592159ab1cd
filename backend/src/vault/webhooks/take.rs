//! Becoming the one who tries.

use connect_outlook_protocol::webhook::WebhookSecret;
use sqlx::{Any, Transaction};

use super::runs;
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::id::{EventId, OwnerId, WebhookId};
use crate::vault::{Vault, VaultError};

/// The right to one try, and what it takes.
#[derive(Debug)]
pub struct Delivery {
    /// Where to.
    pub webhook: WebhookId,
    /// Of what: the same for every try.
    pub event: EventId,
    /// The address.
    pub url: String,
    /// What signs, the newest first.
    pub secrets: Vec<WebhookSecret>,
    /// What happened, by its name on the wire.
    pub kind: String,
    /// JSON without any secret.
    pub data: String,
    /// When it happened.
    pub happened_at: UnixTime,
    /// Tries that have ended.
    pub tries: i64,
    pub(super) owner: OwnerId,
    pub(super) fencing: i64,
}

impl Vault {
    /// The webhooks for which something is due at `now`. Some of it may be somebody's already.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn due_webhooks(&self, now: UnixTime) -> Result<Vec<WebhookId>, VaultError> {
        let rows = sqlx::query(DUE)
            .bind(now.0)
            .fetch_all(self.database.reader())
            .await?;
        let read = |row| {
            let row = Record::new("webhooks", "id", row);
            WebhookId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))
        };
        rows.into_iter().map(read).collect()
    }

    /// Gives `owner` the next delivery of a webhook that is due, for [`DELIVERY_LEASE`] seconds by the database's clock.
    /// At most [`AT_ONCE`] of a webhook are somebody's, over all processes (D5). Of one account none is begun while an
    /// earlier one has not been tried, or is being tried. `ahead` is as for [`begin_refresh`](Vault::begin_refresh).
    ///
    /// # Errors
    /// [`VaultError`]; it is nobody's then.
    pub async fn take_delivery(
        &self,
        webhook: WebhookId,
        owner: OwnerId,
        ahead: i64,
        now: UnixTime,
    ) -> Result<Option<Delivery>, VaultError> {
        repeated(|| self.take_once(webhook, owner, ahead, now)).await
    }

    async fn take_once(
        &self,
        webhook: WebhookId,
        owner: OwnerId,
        ahead: i64,
        now: UnixTime,
    ) -> Result<Option<Delivery>, VaultError> {
        let mut transaction = self.database.write().await?;
        // Counting and taking must not be two things.
        self.database
            .lock(&mut transaction, &format!("webhook {webhook}"))
            .await?;
        let time = self.database.now(&mut *transaction).await?.plus(ahead);
        if under_way(&mut transaction, webhook, time).await? >= AT_ONCE {
            return Ok(None);
        }
        let row = sqlx::query(NEXT)
            .bind(webhook.to_string())
            .bind(now.0)
            .bind(time.0)
            .bind(time.plus(2 * DELIVERY_LEASE).0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Record::new("webhook_deliveries", "event_id", row);
        let event = EventId::parse(&row.text("event_id")?);
        let delivery = Delivery {
            webhook,
            event: event.ok_or_else(|| row.contradiction("event_id"))?,
            url: row.text("url")?,
            secrets: self.webhook_secrets(webhook, &row, now)?,
            kind: row.text("kind")?,
            data: row.text("data")?,
            happened_at: UnixTime(row.number("happened_at")?),
            tries: row.number("tries")?,
            owner,
            fencing: row.number("fencing")? + 1,
        };
        sqlx::query(TAKE)
            .bind(webhook.to_string())
            .bind(delivery.event.to_string())
            .bind(owner.to_string())
            .bind(delivery.fencing)
            .bind(time.plus(DELIVERY_LEASE).0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some(delivery))
    }
}

async fn under_way(
    transaction: &mut Transaction<'static, Any>,
    webhook: WebhookId,
    time: UnixTime,
) -> Result<usize, VaultError> {
    let rows = sqlx::query(
        "select event_id, leased_until
         from webhook_deliveries
         where webhook_id = $1
           and state = 'waiting'
           and leased_until > 0",
    )
    .bind(webhook.to_string())
    .fetch_all(&mut **transaction)
    .await?;
    let mut running = 0;
    for row in rows {
        let row = Record::new("webhook_deliveries", "event_id", row);
        running += usize::from(runs(UnixTime(row.number("leased_until")?), time));
    }
    Ok(running)
}

/// Tries of a webhook under way at most (D5).
pub const AT_ONCE: usize = 2;

/// Seconds for which one try is somebody's: longer than any takes.
pub const DELIVERY_LEASE: i64 = 30;

const DUE: &str = "
    select id
    from webhooks
    where disabled_at is null
      and quiet_until <= $1
      and exists (
          select 1
          from webhook_deliveries d
          where d.webhook_id = webhooks.id
            and d.state = 'waiting'
            and d.due_at <= $1
      )
    order by id";

/// A lease runs while it ends after `$3` and not after `$4`.
const NEXT: &str = "
    select
        d.event_id, d.kind, d.data, d.happened_at, d.tries, d.fencing,
        w.url, w.sealed_secret, w.sealed_previous_secret, w.previous_until
    from webhook_deliveries d
    join webhooks w on w.id = d.webhook_id
    where d.webhook_id = $1
      and d.state = 'waiting'
      and d.due_at <= $2
      and not (d.leased_until > $3 and d.leased_until <= $4)
      and w.disabled_at is null
      and w.quiet_until <= $2
      and not exists (
          select 1
          from webhook_deliveries e
          where e.webhook_id = d.webhook_id
            and e.account_id = d.account_id
            and e.account_id <> ''
            and e.position < d.position
            and e.state = 'waiting'
            and (e.tries = 0 or (e.leased_until > $3 and e.leased_until <= $4))
      )
    order by d.position, d.event_id
    limit 1";

const TAKE: &str = "
    update webhook_deliveries
    set owner = $3, fencing = $4, leased_until = $5
    where webhook_id = $1
      and event_id = $2";
