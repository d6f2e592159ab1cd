//! Telling again, and telling something that did not happen.

use sqlx::{Any, Transaction};

use super::endpoints::words;
use super::spread::{insert, wants};
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::events::Told;
use crate::vault::id::{EventId, WebhookId};
use crate::vault::{Vault, VaultError};

impl Vault {
    /// Has one event told again, with the same id, also one from before the webhook was added, and whether it wants events
    /// of that kind or not. Answers whether there is such an event.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn redeliver_event(
        &self,
        webhook: WebhookId,
        event: EventId,
        now: UnixTime,
    ) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let mut found = tell_again(&mut transaction, webhook, event, now).await?;
        if found == 0
            && let Some(told) = Self::told(&mut transaction, event).await?
        {
            found = insert(&mut transaction, webhook, &told, now).await?;
        }
        transaction.commit().await?;
        Ok(found > 0)
    }

    /// Has everything told again that happened since `since` and that the webhook wants. Answers how much that is.
    ///
    /// # Errors
    /// [`VaultError`]; some of it may be told again nevertheless.
    pub async fn redeliver_since(
        &self,
        webhook: WebhookId,
        since: UnixTime,
        now: UnixTime,
    ) -> Result<u64, VaultError> {
        let Some((event_types, end)) = self.wishes_of(webhook).await? else {
            return Ok(0);
        };
        let (mut position, mut again) = (self.position_before(since).await?, 0);
        loop {
            let mut events = self.told_after(position, BATCH).await?;
            // What comes after that is made by itself.
            events.retain(|event| event.position <= end);
            let Some(last) = events.last() else {
                return Ok(again);
            };
            position = last.position;
            events.retain(|event| event.created_at >= since && wants(&event_types, event));
            let mut transaction = self.database.write().await?;
            for event in &events {
                let found = tell_again(&mut transaction, webhook, event.id, now).await?;
                again += match found {
                    0 => insert(&mut transaction, webhook, event, now).await?,
                    found => found,
                };
            }
            transaction.commit().await?;
        }
    }

    /// Has the webhook told that it is tested. `None` if there is none.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn test_webhook(
        &self,
        webhook: WebhookId,
        now: UnixTime,
    ) -> Result<Option<EventId>, VaultError> {
        if self.wishes_of(webhook).await?.is_none() {
            return Ok(None);
        }
        let event = Told {
            id: EventId::random()?,
            account: None,
            position: 0,
            kind: "webhook.test".to_owned(),
            payload: serde_json::json!({ "webhook": webhook.to_string() }).to_string(),
            created_at: now,
        };
        let mut transaction = self.database.write().await?;
        insert(&mut transaction, webhook, &event, now).await?;
        transaction.commit().await?;
        Ok(Some(event.id))
    }

    /// What it wants to be told, and up to which position that was done.
    async fn wishes_of(
        &self,
        webhook: WebhookId,
    ) -> Result<Option<(Vec<String>, i64)>, VaultError> {
        let row = sqlx::query("select id, event_types, position from webhooks where id = $1")
            .bind(webhook.to_string())
            .fetch_optional(self.database.reader())
            .await?;
        let read = |row| {
            let row = Record::new("webhooks", "id", row);
            Ok((words(&row.text("event_types")?), row.number("position")?))
        };
        row.map(read).transpose()
    }

    /// Everything that happened since `since` stands after it.
    async fn position_before(&self, since: UnixTime) -> Result<i64, VaultError> {
        let row = sqlx::query(
            "select coalesce(min(position), 1) as position
             from (
                select min(position) as position from events where created_at >= $1
                union all
                select min(position) as position from deployment_events where created_at >= $1
             ) first_ones",
        )
        .bind(since.0)
        .fetch_one(self.database.reader())
        .await?;
        Ok(Record::new("events", "position", row).number("position")? - 1)
    }
}

/// Whoever is at it records nothing: it is tried once more in any case.
async fn tell_again(
    transaction: &mut Transaction<'static, Any>,
    webhook: WebhookId,
    event: EventId,
    now: UnixTime,
) -> Result<u64, VaultError> {
    let again = sqlx::query(
        "update webhook_deliveries
         set state = 'waiting', tries = 0, due_at = $3, leased_until = 0
         where webhook_id = $1
           and event_id = $2",
    )
    .bind(webhook.to_string())
    .bind(event.to_string())
    .bind(now.0)
    .execute(&mut **transaction)
    .await?;
    Ok(again.rows_affected())
}

/// Events a transaction.
const BATCH: u32 = 200;
