//! From events to deliveries: one for each webhook that wants it.

use serde_json::{Value, json};
use sqlx::{Any, Transaction};

use super::endpoints::words;
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::events::Told;
use crate::vault::id::WebhookId;
use crate::vault::{Vault, VaultError};

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Deliveries made.
    pub made: u64,
    /// Webhooks for which there may be more to make at once.
    pub more: u64,
    /// Webhooks that have so many waiting that no more are made (R157).
    pub full: u64,
}

/// A webhook that has not been given every event yet.
pub(in crate::vault) struct Behind {
    id: WebhookId,
    position: i64,
    event_types: Vec<String>,
    waiting: i64,
}

impl Vault {
    /// Makes deliveries of the next events for every webhook that is behind. Where [`MOST_WAITING`] wait already none is
    /// made: events stay where they are, and the oldest are told first (R157).
    ///
    /// # Errors
    /// [`VaultError`]; what was made stays.
    pub async fn spread_events(&self, now: UnixTime) -> Result<Spread, VaultError> {
        let mut spread = Spread::default();
        for behind in self.behind().await? {
            if behind.waiting >= MOST_WAITING {
                spread.full += 1;
                continue;
            }
            let events = self.told_after(behind.position, BATCH).await?;
            spread.more += u64::from(events.len() == BATCH as usize);
            spread.made += self.spread_to(&behind, &events, now).await?;
        }
        Ok(spread)
    }

    pub(in crate::vault) async fn behind(&self) -> Result<Vec<Behind>, VaultError> {
        let rows = sqlx::query(BEHIND)
            .fetch_all(self.database.reader())
            .await?;
        let read = |row| {
            let row = Record::new("webhooks", "id", row);
            Ok(Behind {
                id: WebhookId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
                position: row.number("position")?,
                event_types: words(&row.text("event_types")?),
                waiting: row.number("waiting")?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// All of it or nothing, and nothing where another process was faster.
    pub(in crate::vault) async fn spread_to(
        &self,
        behind: &Behind,
        events: &[Told],
        now: UnixTime,
    ) -> Result<u64, VaultError> {
        let Some(last) = events.last() else {
            return Ok(0);
        };
        let mut transaction = self.database.write().await?;
        let moved = sqlx::query(
            "update webhooks set position = $3 where id = $1 and position = $2 and disabled_at is null",
        )
        .bind(behind.id.to_string())
        .bind(behind.position)
        .bind(last.position)
        .execute(&mut *transaction)
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(0);
        }
        let mut made = 0;
        for event in events {
            if wants(&behind.event_types, event) {
                made += insert(&mut transaction, behind.id, event, now).await?;
            }
        }
        transaction.commit().await?;
        Ok(made)
    }
}

/// Whether a webhook that asked for `event_types` is told of it.
pub(super) fn wants(event_types: &[String], event: &Told) -> bool {
    event_types.is_empty() || event_types.contains(&event.kind)
}

/// One that is there already is left as it is.
pub(super) async fn insert(
    transaction: &mut Transaction<'static, Any>,
    webhook: WebhookId,
    event: &Told,
    now: UnixTime,
) -> Result<u64, VaultError> {
    let account = event.account.map(|(account, _)| account.to_string());
    let inserted = sqlx::query(INSERT)
        .bind(webhook.to_string())
        .bind(event.id.to_string())
        .bind(account.unwrap_or_default())
        .bind(event.position)
        .bind(&event.kind)
        .bind(data(event))
        .bind(event.created_at.0)
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    Ok(inserted.rows_affected())
}

/// The event's own JSON, and which it is of its account's.
fn data(event: &Told) -> String {
    let Some((_, sequence)) = event.account else {
        return event.payload.clone();
    };
    // What was written is JSON.
    let mut data: Value = serde_json::from_str(&event.payload).unwrap_or_default();
    data["sequence"] = json!(sequence);
    data.to_string()
}

/// Deliveries of a webhook that wait at most (R157).
pub const MOST_WAITING: i64 = 10_000;

/// Events a transaction.
const BATCH: u32 = 200;

const BEHIND: &str = "
    select
        id, position, event_types,
        (select count(*) from webhook_deliveries d where d.webhook_id = webhooks.id and d.state = 'waiting') as waiting
    from webhooks
    where disabled_at is null
      and position < (select value from counters where name = 'events')
    order by id";

const INSERT: &str = "
    insert into webhook_deliveries (
        webhook_id, event_id, account_id, position, kind, data, happened_at,
        state, tries, due_at, owner, fencing, leased_until, created_at
    )
    values ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0, $8, '', 0, 0, $8)
    on conflict (webhook_id, event_id) do nothing";
