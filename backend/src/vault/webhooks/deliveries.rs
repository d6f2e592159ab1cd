//! What became of deliveries, and how far they are behind.

use super::DeliveryState;
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::id::{AccountId, EventId, WebhookId};
use crate::vault::{Vault, VaultError};

/// A delivery as it can be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFacts {
    /// Of what.
    pub event: EventId,
    /// What happened, by its name on the wire.
    pub kind: String,
    /// To whom; `None` for an event of the deployment.
    pub account: Option<AccountId>,
    /// How far it came.
    pub state: DeliveryState,
    /// Tries that have ended.
    pub tries: i64,
    /// When the next one may begin; of interest while it waits.
    pub due_at: UnixTime,
    /// When the latest try ended, how, and with what status of HTTP.
    pub last: Option<(UnixTime, String, Option<i64>)>,
    /// When it was made.
    pub created_at: UnixTime,
}

/// Some of them, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPage {
    /// At most as many as asked for.
    pub deliveries: Vec<DeliveryFacts>,
    /// Goes on after these.
    pub next: Option<(UnixTime, EventId)>,
}

impl Vault {
    /// Deliveries to a webhook, the newest first, at most `limit`, after those up to `after`.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn webhook_deliveries(
        &self,
        webhook: WebhookId,
        after: Option<(UnixTime, EventId)>,
        limit: u32,
    ) -> Result<DeliveryPage, VaultError> {
        let (before, event) = match after {
            Some((at, event)) => (at.0, event.to_string()),
            None => (i64::MAX, String::new()),
        };
        let rows = sqlx::query(LIST)
            .bind(webhook.to_string())
            .bind(before)
            .bind(event)
            .bind(i64::from(limit))
            .fetch_all(self.database.reader())
            .await?;
        let read = |row| read(&Record::new("webhook_deliveries", "event_id", row));
        let deliveries: Vec<_> = rows
            .into_iter()
            .map(read)
            .collect::<Result<_, VaultError>>()?;
        let full = deliveries.len() == limit as usize;
        let last = deliveries.last().map(|last| (last.created_at, last.event));
        Ok(DeliveryPage {
            deliveries,
            next: last.filter(|_| full),
        })
    }

    /// How many deliveries wait, and since when the oldest of those that somebody may try does.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn webhooks_behind(&self) -> Result<(u64, Option<UnixTime>), VaultError> {
        let row = sqlx::query(WAITING)
            .fetch_one(self.database.reader())
            .await?;
        let row = Record::new("webhook_deliveries", "waiting", row);
        let oldest = row.optional_number("oldest")?.map(UnixTime);
        Ok((row.number("waiting")?.unsigned_abs(), oldest))
    }
}

fn read(row: &Record) -> Result<DeliveryFacts, VaultError> {
    let account = match row.text("account_id")?.as_str() {
        "" => None,
        text => Some(AccountId::parse(text).ok_or_else(|| row.contradiction("account_id"))?),
    };
    let last = match (
        row.optional_number("last_at")?,
        row.optional_text("last_result")?,
    ) {
        (Some(at), Some(result)) => {
            Some((UnixTime(at), result, row.optional_number("last_status")?))
        }
        _ => None,
    };
    let state = DeliveryState::parse(&row.text("state")?);
    Ok(DeliveryFacts {
        event: EventId::parse(&row.text("event_id")?)
            .ok_or_else(|| row.contradiction("event_id"))?,
        kind: row.text("kind")?,
        account,
        state: state.ok_or_else(|| row.contradiction("state"))?,
        tries: row.number("tries")?,
        due_at: UnixTime(row.number("due_at")?),
        last,
        created_at: UnixTime(row.number("created_at")?),
    })
}

const LIST: &str = "
    select event_id, kind, account_id, state, tries, due_at, last_at, last_result, last_status, created_at
    from webhook_deliveries
    where webhook_id = $1
      and (created_at < $2 or (created_at = $2 and event_id > $3))
    order by created_at desc, event_id
    limit $4";

const WAITING: &str = "
    select count(*) as waiting, min(d.created_at) as oldest
    from webhook_deliveries d
    join webhooks w on w.id = d.webhook_id
    where d.state = 'waiting'
      and w.disabled_at is null";
